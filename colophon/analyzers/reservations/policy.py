"""What a policy holds: which protocols need a look or bind where seen, whose rules speak to training, what follows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from colophon.analyzers.reservations.robots_groups import ANY_AGENT, product_token
from colophon.record.vocabulary import ReservationProtocol, VerdictState


class Clock(StrEnum):
    """The moment whose reservations count."""

    AT_FETCH = "at_fetch"
    AT_OBTAINED = "at_obtained"
    AT_TRAINING = "at_training"


class Standing(StrEnum):
    """Whether a protocol must have been looked at, or binds only where it was."""

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
    """What a policy says of one protocol; `max_age_days` is None where an observation never grows too old."""

    protocol: ReservationProtocol
    standing: Standing
    max_age_days: int | None


#: Accepted requests bind under every policy, whatever it says and however old they are.
REQUEST_TERMS = ProtocolTerms(ReservationProtocol.REQUEST, Standing.HONOURED, None)


def with_requests(terms: Iterable[ProtocolTerms]) -> tuple[ProtocolTerms, ...]:
    """The terms of a policy in the order of the protocols, with those of accepted requests, which it cannot change."""
    stated = {t.protocol: t for t in terms} | {REQUEST_TERMS.protocol: REQUEST_TERMS}
    return tuple(stated[protocol] for protocol in ReservationProtocol if protocol in stated)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as read; two are the same where `sha256` is. `protocols` are made by `with_requests`, and `review_by` is
    the day by which people look at it again."""

    name: str
    version: date
    clock: Clock
    protocols: tuple[ProtocolTerms, ...]
    training_roles: tuple[TrainingRole, ...]
    training_tokens: tuple[str, ...]
    dropped_states: tuple[VerdictState, ...]
    copies: Copies
    review_by: date | None = None

    @property
    def required(self) -> tuple[ReservationProtocol, ...]:
        return tuple(t.protocol for t in self.protocols if t.standing is Standing.REQUIRED)

    @property
    def honoured(self) -> tuple[ReservationProtocol, ...]:
        return tuple(t.protocol for t in self.protocols if t.standing is Standing.HONOURED)

    def action(self, state: VerdictState) -> Action:
        return Action.DROP if state in self.dropped_states else Action.KEEP

    def tokens_for_training(self, own: Collection[str], collector: Collection[str]) -> tuple[str, ...]:
        """The tokens whose rules decide the purpose *train*, sorted and each once whatever its case; `*` where none."""
        named = list(self.training_tokens)
        if TrainingRole.OWN in self.training_roles:
            named += own
        if TrainingRole.COLLECTOR in self.training_roles:
            named += collector
        return tokens_each_once(named) or (ANY_AGENT,)

    @property
    def canonical_json(self) -> str:
        """The content that decides verdicts and decisions, with the tokens of the agent table written out."""
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
        if self.review_by is not None:
            content["review_by"] = self.review_by.isoformat()
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical_json.encode()).hexdigest()


def policy_of_json(text: str) -> Policy:
    """The policy whose `canonical_json` this is, as a record keeps it. Raises msgspec.DecodeError."""
    content = msgspec.json.decode(text, type=_Content)
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
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """The form of `Policy.canonical_json`."""

    policy: str
    version: date
    clock: Clock
    required: tuple[ReservationProtocol, ...]
    honoured: tuple[ReservationProtocol, ...]
    max_age_days: dict[ReservationProtocol, int]
    training_roles: tuple[TrainingRole, ...]
    training_tokens: tuple[str, ...]
    actions: dict[VerdictState, Action]
    copies: Copies
    review_by: date | None = None


def tokens_each_once(tokens: Iterable[str]) -> tuple[str, ...]:
    """Tokens by their names as compared; of several spellings of a name, the first stays."""
    spelt: dict[str, str] = {}
    for token in tokens:
        spelt.setdefault(product_token(token), token)
    return tuple(spelt[name] for name in sorted(spelt) if name)
