"""Policies: which protocols need a look, which bind where seen, which agents stand for training, what each state does.

A policy is a dated YAML file: `code` and `strict` are packaged, a team writes its own in the same form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from colophon.analyzers.reservations.agents import AgentPurpose, agents
from colophon.analyzers.reservations.robots import ANY_AGENT, product_token
from colophon.record.errors import ConfigurationErrors
from colophon.record.problems import Place, Problems, expected_word, shown
from colophon.record.vocabulary import ReservationProtocol, VerdictState
from colophon.record.yaml_lines import Entry, Mapping, Scalar, Sequence, parse_yaml, read_yaml

PACKAGED = ("code", "strict")

_PROTOCOLS = tuple(ReservationProtocol)
_KEYS = ("policy", "version", "clock", "protocols", "training_agents", "actions", "copies")
_PROTOCOL_KEYS = ("look", "max_age_days")
_AGENT_KEYS = ("roles", "tokens", "purposes")

_Word = TypeVar("_Word", bound=StrEnum)


class Clock(StrEnum):
    """The moment whose reservations count."""

    AT_FETCH = "at_fetch"
    AT_OBTAINED = "at_obtained"
    AT_TRAINING = "at_training"


class RequiredLook(StrEnum):
    """Whether a protocol must have been looked at, or binds where it was."""

    REQUIRED = "required"
    HONOURED = "honoured"


class TrainingRole(StrEnum):
    """Whose crawler tokens stand for training, beside the tokens a policy names."""

    OWN = "own"
    COLLECTOR = "collector"


class Action(StrEnum):
    KEEP = "keep"
    DROP = "drop"


class Copies(StrEnum):
    """Which copies of a reserved text go with it: none but itself, equal ones, near-duplicates too."""

    OWN = "own"
    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class ProtocolTerms:
    """What a policy says of one protocol; `max_age` is None where a look never grows too old."""

    protocol: ReservationProtocol
    look: RequiredLook
    max_age: timedelta | None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as read; two are the same where `sha256` is."""

    name: str
    version: date
    clock: Clock
    protocols: tuple[ProtocolTerms, ...]
    training_roles: tuple[TrainingRole, ...]
    training_tokens: tuple[str, ...]
    dropped_states: tuple[VerdictState, ...]
    copies: Copies

    @property
    def required(self) -> tuple[ReservationProtocol, ...]:
        return tuple(t.protocol for t in self.protocols if t.look is RequiredLook.REQUIRED)

    @property
    def honoured(self) -> tuple[ReservationProtocol, ...]:
        return tuple(t.protocol for t in self.protocols if t.look is RequiredLook.HONOURED)

    def action(self, state: VerdictState) -> Action:
        return Action.DROP if state in self.dropped_states else Action.KEEP

    def tokens_for_training(self, own: Collection[str], collector: Collection[str]) -> tuple[str, ...]:
        """The tokens whose rules decide the purpose *train*, sorted and each once whatever its case; `*` where none."""
        named = list(self.training_tokens)
        if TrainingRole.OWN in self.training_roles:
            named += own
        if TrainingRole.COLLECTOR in self.training_roles:
            named += collector
        return _each_once(named) or (ANY_AGENT,)

    @property
    def canonical_json(self) -> str:
        """The content that decides verdicts and decisions, with the tokens of the agent table written out."""
        content = {
            "policy": self.name,
            "version": self.version.isoformat(),
            "clock": self.clock,
            "required": self.required,
            "honoured": self.honoured,
            "max_age_days": {t.protocol: t.max_age.days for t in self.protocols if t.max_age is not None},
            "training_roles": self.training_roles,
            "training_tokens": self.training_tokens,
            "actions": {state: self.action(state) for state in VerdictState},
            "copies": self.copies,
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical_json.encode()).hexdigest()


def load_policy(name_or_path: str) -> Policy:
    """The packaged policy of that name, else the one in that file. Raises ConfigurationErrors."""
    problems = Problems()
    packaged = name_or_path in PACKAGED
    if packaged:
        text = files(__package__).joinpath("policies", f"{name_or_path}.yaml").read_text("utf-8")
        root = parse_yaml(text, f"{name_or_path}.yaml", problems)
    elif Path(name_or_path).is_file():
        root = read_yaml(name_or_path, problems)
    else:
        root = None
        expected = f"{expected_word(name_or_path, PACKAGED)}, or the path of a policy file"
        problems.add(Place(name_or_path), "there is no such policy", expected)
    if isinstance(root, Mapping):
        policy = _Reader(problems).policy(root)
        if policy.name in PACKAGED and not packaged:
            problems.add(
                root.place, f"{shown(policy.name)} is the name of a packaged policy", "expected a name of its own"
            )
        problems.raise_if_any()
        return policy
    if root is not None:
        problems.add(root.place, "is not a mapping", f"expected the keys {', '.join(_KEYS)}")
    raise ConfigurationErrors(tuple(problems.found.values()))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes a policy of a YAML tree; whatever is wrong goes to `problems`, and the result is then not used."""

    problems: Problems

    def policy(self, root: Mapping) -> Policy:
        self._known(root, _KEYS)
        for key in _KEYS:
            if root.get(key) is None:
                self.problems.add(root.place, f"key `{key}` is missing", "every policy states all its keys")
        training = self._mapping(root.get("training_agents"))
        if training is not None:
            self._known(training, _AGENT_KEYS)
        return Policy(
            name=self._name(root.get("policy")),
            version=self._version(root.get("version")),
            clock=self._word(root.get("clock"), Clock) or Clock.AT_FETCH,
            protocols=tuple(sorted(self._protocols(root.get("protocols")), key=lambda t: _PROTOCOLS.index(t.protocol))),
            training_roles=self._roles(training),
            training_tokens=self._tokens(training),
            dropped_states=self._dropped(root.get("actions")),
            copies=self._word(root.get("copies"), Copies) or Copies.OWN,
        )

    def _name(self, entry: Entry | None) -> str:
        name = self._text(entry)
        if entry is not None and not name:
            self.problems.add(entry.place, "the policy has no name", "expected a word to call it by")
        return name

    def _version(self, entry: Entry | None) -> date:
        text = self._text(entry)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if entry is not None:
                self.problems.add(entry.place, f"`version` is {shown(text)}", "expected a date as YYYY-MM-DD")
            return date.min

    def _protocols(self, entry: Entry | None) -> Iterator[ProtocolTerms]:
        for item in self._entries(entry, _PROTOCOLS):
            fields = self._mapping(item)
            if fields is None:
                continue
            self._known(fields, _PROTOCOL_KEYS)
            look = self._word(fields.get("look"), RequiredLook)
            if fields.get("look") is None:
                self.problems.add(item.place, f"`{item.key}` has no `look`", expected_word("", RequiredLook))
            age = self._max_age(fields.get("max_age_days"))
            if look is not None:
                yield ProtocolTerms(ReservationProtocol(item.key), look, age)

    def _max_age(self, entry: Entry | None) -> timedelta | None:
        if entry is None:
            return None
        value = entry.node.value if isinstance(entry.node, Scalar) else None
        # True is an int to Python; and a time span in days has a largest value.
        if type(value) is not int or not 0 < value <= timedelta.max.days:
            self.problems.add(entry.place, "`max_age_days` is not a number of days", "expected a whole number above 0")
            return None
        return timedelta(days=value)

    def _roles(self, training: Mapping | None) -> tuple[TrainingRole, ...]:
        found = self._words(training, "roles", TrainingRole)
        return tuple(role for role in TrainingRole if role in found)

    def _tokens(self, training: Mapping | None) -> tuple[str, ...]:
        purposes = self._words(training, "purposes", AgentPurpose)
        named = [item.text for item in self._items(training, "tokens")]
        tabled = [agent.token for agent in agents() if agent.purpose in purposes]
        return _each_once([*named, *tabled])

    def _dropped(self, entry: Entry | None) -> tuple[VerdictState, ...]:
        actions = {item.key: self._word(item, Action) for item in self._entries(entry, tuple(VerdictState))}
        for state in VerdictState:
            if entry is not None and state not in actions:
                self.problems.add(entry.place, f"state `{state}` has no action", expected_word("", Action))
        return tuple(state for state in VerdictState if actions.get(state) is Action.DROP)

    def _known(self, mapping: Mapping, words: Iterable[str]) -> None:
        known = tuple(words)
        for entry in mapping.entries:
            if entry.key not in known:
                self.problems.add(entry.place, f"unknown key {shown(entry.key)}", expected_word(entry.key, known))

    def _mapping(self, entry: Entry | None) -> Mapping | None:
        if entry is None:
            return None
        if isinstance(entry.node, Mapping):
            return entry.node
        self.problems.add(entry.place, f"`{entry.key}` is not a mapping", "expected keys and values")
        return None

    def _entries(self, entry: Entry | None, words: tuple[str, ...]) -> Iterator[Entry]:
        mapping = self._mapping(entry)
        if mapping is not None:
            self._known(mapping, words)
            yield from (item for item in mapping.entries if item.key in words)

    def _items(self, fields: Mapping | None, key: str) -> Iterator[Scalar]:
        entry = fields.get(key) if fields is not None else None
        if entry is None:
            return
        if not isinstance(entry.node, Sequence):
            self.problems.add(entry.place, f"`{entry.key}` is not a list", "expected [a, b, …]")
            return
        for item in entry.node.items:
            if isinstance(item, Scalar) and product_token(item.text):
                yield item
            else:
                self.problems.add(item.place, f"`{entry.key}` holds something that is no word", "expected words")

    def _words(self, fields: Mapping | None, key: str, words: type[_Word]) -> list[_Word]:
        found = (self._as_word(item, words) for item in self._items(fields, key))
        return [word for word in found if word is not None]

    def _word(self, entry: Entry | None, words: type[_Word]) -> _Word | None:
        if entry is None:
            return None
        if isinstance(entry.node, Scalar):
            return self._as_word(entry.node, words)
        self.problems.add(entry.place, f"`{entry.key}` is not a word", expected_word("", words))
        return None

    def _as_word(self, scalar: Scalar, words: type[_Word]) -> _Word | None:
        try:
            return words(scalar.text)
        except ValueError:
            self.problems.add(scalar.place, f"unknown word {shown(scalar.text)}", expected_word(scalar.text, words))
            return None

    def _text(self, entry: Entry | None) -> str:
        if entry is None:
            return ""
        if isinstance(entry.node, Scalar):
            return entry.node.text.strip()
        self.problems.add(entry.place, f"`{entry.key}` is not a word", "expected a single value")
        return ""


def _each_once(tokens: Iterable[str]) -> tuple[str, ...]:
    """Tokens by their name as compared; the first spelling of a name stays."""
    spelt: dict[str, str] = {}
    for token in tokens:
        spelt.setdefault(product_token(token), token)
    return tuple(spelt[name] for name in sorted(spelt) if name)
