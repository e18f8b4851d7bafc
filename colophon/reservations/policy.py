"""Policies: which protocols must be observed or bind only if they were observed, which crawler tokens represent
training, and which action follows from each state of a verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec

from colophon.config.constraints import Constraint, Day, Name, Positive, ProductToken
from colophon.config.corpus import Corpus
from colophon.config.problems import InputLocation, Problems, UnfitError, expected_word, shown
from colophon.config.reader import read_into
from colophon.config.yaml import Mapping, Node, parse_yaml, read_yaml
from colophon.errors import BadArgumentError
from colophon.reservations import PROTOCOLS, REQUEST, in_order
from colophon.reservations.agents import AgentPurpose, agents
from colophon.reservations.parsing.robots_txt import ANY_AGENT, product_token
from colophon.vocabulary import VerdictState


class Clock(StrEnum):
    """The moment at which reservations are evaluated."""

    AT_FETCH = "at_fetch"
    AT_OBTAINED = "at_obtained"
    AT_TRAINING = "at_training"


class Standing(StrEnum):
    """Whether a protocol must have been observed, or binds only if it was observed."""

    REQUIRED = "required"
    HONOURED = "honoured"


class TrainingRole(StrEnum):
    """Whose crawler tokens represent training, in addition to the tokens a policy names."""

    OWN = "own"
    COLLECTOR = "collector"


class OwnGroup(StrEnum):
    """What a group for a token of the training roles means in a file with groups of agents for the other tokens that
    represent training and that the file does not name: the rules for `*` count for them all the same (`overruled`), or
    do not (`decides`)."""

    OVERRULED = "overruled"
    DECIDES = "decides"


class WithoutEffect(StrEnum):
    """What becomes of documents whose use rests on a basis that a reservation under Article 4(3) of Directive (EU)
    2019/790 does not touch, such as the provider's own texts: they are dropped as others are, or kept and listed."""

    REPORT = "report"
    DROP = "drop"


class Action(StrEnum):
    KEEP = "keep"
    DROP = "drop"


class Copies(StrEnum):
    """Which copies of a reserved text are dropped with it: none, exact copies, or near-duplicates too."""

    OWN = "own"
    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class ProtocolTerms:
    """The terms of a policy for one protocol; `max_age_days` is None if observations do not expire."""

    protocol: str
    standing: Standing
    max_age_days: int | None


#: Accepted requests bind under every policy, regardless of its terms and of their age.
REQUEST_TERMS = ProtocolTerms(REQUEST, Standing.HONOURED, None)


def with_requests(terms: Iterable[ProtocolTerms]) -> tuple[ProtocolTerms, ...]:
    """The terms of a policy in the order of the protocols, with those of accepted requests, which it cannot change."""
    stated = {t.protocol: t for t in terms} | {REQUEST_TERMS.protocol: REQUEST_TERMS}
    return tuple(stated[protocol] for protocol in in_order(stated))


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy; two policies are equal if their `sha256` is. `protocols` are the result of `with_requests`, and
    `review_by` is the day by which the policy should be reviewed."""

    name: str
    version: date
    clock: Clock
    protocols: tuple[ProtocolTerms, ...]
    training_roles: tuple[TrainingRole, ...]
    training_tokens: tuple[str, ...]
    dropped_states: tuple[VerdictState, ...]
    copies: Copies
    review_by: date | None = None
    own_group: OwnGroup = OwnGroup.OVERRULED
    without_effect: WithoutEffect = WithoutEffect.DROP

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(t.protocol for t in self.protocols if t.standing is Standing.REQUIRED)

    @property
    def honoured(self) -> tuple[str, ...]:
        return tuple(t.protocol for t in self.protocols if t.standing is Standing.HONOURED)

    def action(self, state: VerdictState) -> Action:
        return Action.DROP if state in self.dropped_states else Action.KEEP

    def tokens_for_training(self, own: Collection[str], collector: Collection[str]) -> tuple[str, ...]:
        """The distinct tokens whose rules decide the purpose *train*, sorted and compared without case; `*` if none."""
        named = list(self.training_tokens)
        if TrainingRole.OWN in self.training_roles:
            named += own
        if TrainingRole.COLLECTOR in self.training_roles:
            named += collector
        return tokens_each_once(named) or (ANY_AGENT,)

    def deciding_tokens(self, own: Collection[str], collector: Collection[str]) -> tuple[str, ...]:
        """The tokens whose group in a file of a host keeps the rules for `*` from tokens that the file does not name;
        empty if none does. The collector's are among them whatever its role: its fetch was admitted by name."""
        if self.own_group is OwnGroup.OVERRULED:
            return ()
        return tokens_each_once([*collector, *(own if TrainingRole.OWN in self.training_roles else ())])

    @property
    def canonical_json(self) -> str:
        """The content that determines verdicts and decisions, with the tokens of the agent table listed."""
        content: dict[str, object] = {
            "policy": self.name,
            "version": self.version.isoformat(),
            "clock": self.clock,
            "required": self.required,
            "honoured": self.honoured,
            "max_age_days": {t.protocol: t.max_age_days for t in self.protocols if t.max_age_days is not None},
            "training_roles": self.training_roles,
            "training_tokens": self.training_tokens,
            "actions": {state: self.action(state) for state in VerdictState},
            "copies": self.copies,
        }
        if self.own_group is not OwnGroup.OVERRULED:
            content["own_group"] = self.own_group
        if self.without_effect is not WithoutEffect.DROP:
            content["without_effect"] = self.without_effect
        if self.review_by is not None:
            content["review_by"] = self.review_by.isoformat()
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical_json.encode()).hexdigest()


def policy_of_json(text: str) -> Policy:
    """Parse `Policy.canonical_json` as stored in a record. Raises msgspec.DecodeError."""
    content = msgspec.json.decode(text, type=_PolicyContent)
    required = frozenset(content.required)
    return Policy(
        name=content.policy,
        version=content.version,
        clock=content.clock,
        protocols=with_requests(
            ProtocolTerms(
                protocol,
                Standing.REQUIRED if protocol in required else Standing.HONOURED,
                content.max_age_days.get(protocol),
            )
            for protocol in (*content.required, *content.honoured)
        ),
        training_roles=content.training_roles,
        training_tokens=content.training_tokens,
        dropped_states=tuple(s for s in VerdictState if content.actions.get(s) is Action.DROP),
        copies=content.copies,
        review_by=content.review_by,
        own_group=content.own_group,
        without_effect=content.without_effect,
    )


@dataclass(frozen=True, slots=True)
class _PolicyContent:
    """The structure of `Policy.canonical_json`."""

    policy: str
    version: date
    clock: Clock
    required: tuple[str, ...]
    honoured: tuple[str, ...]
    max_age_days: dict[str, int]
    training_roles: tuple[TrainingRole, ...]
    training_tokens: tuple[str, ...]
    actions: dict[VerdictState, Action]
    copies: Copies
    review_by: date | None = None
    own_group: OwnGroup = OwnGroup.OVERRULED
    without_effect: WithoutEffect = WithoutEffect.DROP


def tokens_each_once(tokens: Iterable[str]) -> tuple[str, ...]:
    """Distinct tokens sorted by normalised name; of several spellings of a name, the first is used."""
    spelt: dict[str, str] = {}
    for token in tokens:
        spelt.setdefault(product_token(token), token)
    return tuple(spelt[name] for name in sorted(spelt) if name)


PACKAGED = ("code", "strict")


def load_policy(name_or_path: str) -> Policy:
    """Load a packaged policy by name, or a policy file by path. Raises ConfigurationErrors."""
    problems = Problems()
    root = _root(name_or_path, problems)
    block = read_into(_PolicyBlock, root, problems) if root is not None else None
    if isinstance(root, Mapping) and block is not None:
        if block.policy in PACKAGED and name_or_path not in PACKAGED:
            problem = f"{shown(block.policy)} is the name of a packaged policy"
            problems.add(root.place, problem, "expected a name of its own")
        _require_binding_requests(root, block, problems)
    problems.raise_if_any()
    if block is None:
        raise AssertionError("a policy that could not be read gave no problem")
    return _policy(block)


def _protocol(name: str) -> str:
    if name not in PROTOCOLS:
        raise UnfitError(f"unknown key {shown(name)}", expected_word(name, PROTOCOLS))
    return name


_ProtocolName = Annotated[str, Constraint(_protocol, "protocol")]


@dataclass(frozen=True, slots=True)
class _ProtocolBlock:
    standing: Standing
    max_age_days: Positive | None = None


@dataclass(frozen=True, slots=True)
class _TrainingAgentsBlock:
    roles: tuple[TrainingRole, ...] = ()
    tokens: tuple[ProductToken, ...] = ()
    purposes: tuple[AgentPurpose, ...] = ()
    own_group: OwnGroup = OwnGroup.OVERRULED


@dataclass(frozen=True, slots=True)
class _ActionsBlock:
    """One key for each `VerdictState`; all of them are required."""

    reserved: Action
    error: Action
    unknown: Action
    open: Action
    allowed: Action
    silent: Action


@dataclass(frozen=True, slots=True)
class _PolicyBlock:
    policy: Name
    version: Day
    clock: Clock
    protocols: dict[_ProtocolName, _ProtocolBlock]
    training_agents: _TrainingAgentsBlock
    actions: _ActionsBlock
    copies: Copies
    without_effect: WithoutEffect = WithoutEffect.DROP
    review_by: Day | None = None


def _root(name_or_path: str, problems: Problems) -> Node | None:
    if name_or_path in PACKAGED:
        text = files(__package__).joinpath("policies", f"{name_or_path}.yaml").read_text("utf-8")
        return parse_yaml(text, f"{name_or_path}.yaml", problems)
    if Path(name_or_path).is_file():
        return read_yaml(name_or_path, problems)
    expected = f"{expected_word(name_or_path, PACKAGED)}, or the path of a policy file"
    problems.add(InputLocation(name_or_path), "there is no such policy", expected)
    return None


def _require_binding_requests(root: Mapping, block: _PolicyBlock, problems: Problems) -> None:
    """Report a policy that restricts accepted requests; they also bind under a policy that does not mention them."""
    honoured = _ProtocolBlock(Standing.HONOURED)
    written = root.get("protocols")
    if block.protocols.get(REQUEST, honoured) != honoured and written is not None:
        problems.add(
            written.node.place_of("request") if isinstance(written.node, Mapping) else written.place,
            "accepted requests bind under every policy, however old they are and whether or not anybody looked for "
            "some",
            "expected `request: {standing: honoured}`, or no such line",
        )


def _policy(block: _PolicyBlock) -> Policy:
    training = block.training_agents
    tabled = [agent.token for agent in agents() if agent.purpose in training.purposes]
    return Policy(
        name=block.policy,
        version=date.fromisoformat(block.version),
        clock=block.clock,
        protocols=with_requests(
            ProtocolTerms(protocol, terms.standing, terms.max_age_days) for protocol, terms in block.protocols.items()
        ),
        training_roles=tuple(role for role in TrainingRole if role in training.roles),
        training_tokens=tokens_each_once([*training.tokens, *tabled]),
        dropped_states=tuple(s for s in VerdictState if getattr(block.actions, s) is Action.DROP),
        copies=block.copies,
        review_by=date.fromisoformat(block.review_by) if block.review_by else None,
        own_group=training.own_group,
        without_effect=block.without_effect,
    )


def deciding_policy(corpus: Corpus) -> Policy:
    """Load the policy of a corpus, packaged or from a file. Raises ConfigurationErrors, BadArgumentError."""
    named = corpus.policy
    policy = load_policy(named if named in PACKAGED else str(Path(corpus.file).parent / named))
    if policy.clock is Clock.AT_TRAINING:
        expected = "at_fetch or at_obtained: when a text is trained on is not known before (ask the audit later)"
        raise BadArgumentError("clock of the policy", policy.clock, expected)
    return policy
