"""Reads policies: dated YAML files, two of them packaged (`code`, `strict`); a team writes its own in the same form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from colophon.analyzers.reservations.agents import AgentPurpose, agents
from colophon.analyzers.reservations.policy import (
    Action,
    Clock,
    Copies,
    Policy,
    ProtocolTerms,
    Standing,
    TrainingRole,
    tokens_each_once,
    with_requests,
)
from colophon.record.errors import ConfigurationErrors
from colophon.record.forms import Date, Name, Positive, ProductToken
from colophon.record.problems import Place, Problems, expected_word, shown
from colophon.record.typed_yaml import Reading, read_into
from colophon.record.vocabulary import ReservationProtocol, VerdictState
from colophon.record.yaml_lines import Mapping, Node, parse_yaml, read_yaml

PACKAGED = ("code", "strict")


def load_policy(name_or_path: str) -> Policy:
    """The packaged policy of that name, else the one in that file. Raises ConfigurationErrors."""
    problems = Problems()
    root = _root(name_or_path, problems)
    block = None
    if root is not None:
        # Nothing in a policy refers to another file or to the environment.
        block = read_into(_PolicyBlock, root, Reading(problems, Path(), {}))
        if block is not None and block.policy in PACKAGED and name_or_path not in PACKAGED:
            problems.add(
                root.place, f"{shown(block.policy)} is the name of a packaged policy", "expected a name of its own"
            )
        _require_binding_requests(root, block, problems)
    problems.raise_if_any()
    if block is None:
        # Whatever kept the block from being read is among the problems.
        raise ConfigurationErrors(tuple(problems.found.values()))
    return _policy(block)


@dataclass(frozen=True, slots=True)
class _ProtocolBlock:
    standing: Standing
    max_age_days: Positive | None = None


@dataclass(frozen=True, slots=True)
class _ProtocolsBlock:
    """One key for each `ReservationProtocol`."""

    robots: _ProtocolBlock | None = None
    aipref: _ProtocolBlock | None = None
    content_signal: _ProtocolBlock | None = None
    tdmrep: _ProtocolBlock | None = None
    rsl: _ProtocolBlock | None = None
    ai_txt: _ProtocolBlock | None = None
    x_robots: _ProtocolBlock | None = None
    meta_robots: _ProtocolBlock | None = None
    c2pa: _ProtocolBlock | None = None
    iptc: _ProtocolBlock | None = None
    registry: _ProtocolBlock | None = None
    request: _ProtocolBlock | None = None
    terms: _ProtocolBlock | None = None


@dataclass(frozen=True, slots=True)
class _TrainingAgentsBlock:
    roles: tuple[TrainingRole, ...] = ()
    tokens: tuple[ProductToken, ...] = ()
    purposes: tuple[AgentPurpose, ...] = ()


@dataclass(frozen=True, slots=True)
class _ActionsBlock:
    """One key for each `VerdictState`; every policy states them all."""

    reserved: Action
    error: Action
    unknown: Action
    open: Action
    allowed: Action
    silent: Action


@dataclass(frozen=True, slots=True)
class _PolicyBlock:
    policy: Name
    version: Date
    clock: Clock
    protocols: _ProtocolsBlock
    training_agents: _TrainingAgentsBlock
    actions: _ActionsBlock
    copies: Copies
    review_by: Date | None = None


def _root(name_or_path: str, problems: Problems) -> Node | None:
    if name_or_path in PACKAGED:
        text = files(__package__).joinpath("policies", f"{name_or_path}.yaml").read_text("utf-8")
        return parse_yaml(text, f"{name_or_path}.yaml", problems)
    if Path(name_or_path).is_file():
        return read_yaml(name_or_path, problems)
    expected = f"{expected_word(name_or_path, PACKAGED)}, or the path of a policy file"
    problems.add(Place(name_or_path), "there is no such policy", expected)
    return None


def _require_binding_requests(root: Node, block: _PolicyBlock | None, problems: Problems) -> None:
    """A policy that says nothing of accepted requests is bound by them like any other."""
    terms = None if block is None else block.protocols.request
    if terms is None or terms == _ProtocolBlock(Standing.HONOURED):
        return
    protocols = root.get("protocols") if isinstance(root, Mapping) else None
    written = protocols.node.get("request") if protocols is not None and isinstance(protocols.node, Mapping) else None
    problems.add(
        root.place if written is None else written.place,
        "accepted requests bind under every policy, however old they are and whether or not anybody looked for some",
        "expected `request: {standing: honoured}`, or no such line",
    )


def _policy(block: _PolicyBlock) -> Policy:
    training = block.training_agents
    tabled = [agent.token for agent in agents() if agent.purpose in training.purposes]
    return Policy(
        name=block.policy,
        version=date.fromisoformat(block.version),
        clock=block.clock,
        protocols=with_requests(_terms(block.protocols)),
        training_roles=tuple(role for role in TrainingRole if role in training.roles),
        training_tokens=tokens_each_once([*training.tokens, *tabled]),
        dropped_states=tuple(s for s in VerdictState if getattr(block.actions, s) is Action.DROP),
        copies=block.copies,
        review_by=date.fromisoformat(block.review_by) if block.review_by else None,
    )


def _terms(block: _ProtocolsBlock) -> Iterator[ProtocolTerms]:
    for protocol in ReservationProtocol:
        terms: _ProtocolBlock | None = getattr(block, protocol)
        if terms is not None:
            yield ProtocolTerms(protocol, terms.standing, terms.max_age_days)
