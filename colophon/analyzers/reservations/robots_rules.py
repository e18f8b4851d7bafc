"""The rules of a robots.txt for one agent: which of them decides on a path (RFC 9309, section 2.2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from colophon.analyzers.reservations.path_patterns import PathForms, PathPattern, Sieve, path_pattern, sieve
from colophon.analyzers.reservations.robots_groups import MAX_TEXT

_ROBOTS_PATH = b"/robots.txt"
_HEAD_OCTETS = 2


def merged_rules(agent: str | None, rules: Iterable[RobotsRule]) -> Ruleset:
    """The rules of all groups for an agent, made ready to decide on many paths; `agent` as `Chosen.name`."""
    by_head: dict[bytes, list[_Compiled]] = {}
    anywhere: list[_Compiled] = []
    patterns = ((rule, path_pattern(rule.written)) for rule in rules)
    matching = [_Compiled(rule, pattern) for rule, pattern in patterns if pattern is not None]
    for compiled in sorted(matching, key=_precedence):
        head = compiled.pattern.head[:_HEAD_OCTETS]
        (by_head.setdefault(head, []) if len(head) == _HEAD_OCTETS else anywhere).append(compiled)
    return Ruleset(
        agent,
        tuple(c.pattern for c in matching if c.rule.directive is Directive.DISALLOW),
        {head: tuple(bucket) for head, bucket in by_head.items()},
        tuple(anywhere),
    )


class Directive(StrEnum):
    ALLOW = "allow"
    DISALLOW = "disallow"


@dataclass(frozen=True, slots=True)
class RobotsRule:
    """An `Allow` or `Disallow` line with the octets of its path as written. `number` counts the file's rules from 0."""

    number: int
    line: int
    directive: Directive
    written: bytes

    @property
    def path(self) -> str:
        return self.written.decode("utf-8", "replace")[:MAX_TEXT]

    @property
    def text(self) -> str:
        return f"{self.directive.capitalize()}: {self.path}".rstrip()


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules for one agent, the most specific first, kept by the first octets of the paths they can match."""

    agent: str | None
    disallowing: tuple[PathPattern, ...]
    by_head: dict[bytes, tuple[_Compiled, ...]]
    anywhere: tuple[_Compiled, ...]

    @property
    def disallows_everything(self) -> bool:
        """Whether there is one rule alone, and it disallows every path; most that AI agents are told is this."""
        return [c.rule.written for c in self.anywhere] == [b"/"] and bool(self.disallowing) and not self.by_head

    @property
    def disallows(self) -> bool:
        """Whether there is any path that a rule disallows."""
        return bool(self.disallowing)

    def deciding(self, path: PathForms) -> RobotsRule | None:
        """The rule with the most octets among those that match, an allowing one before an equal."""
        if path.plain == _ROBOTS_PATH:
            return None
        bucket = self.by_head.get(path.plain[:_HEAD_OCTETS])
        near = None if bucket is None else _first_match(bucket, path)
        far = _first_match(self.anywhere, path)
        if near is None or far is None:
            found = near or far
            return found.rule if found else None
        return min(near, far, key=_precedence).rule

    def first_disallowing(self) -> RobotsRule | None:
        """The first rule of the file that disallows any path."""
        kept = (*self.anywhere, *(compiled for near in self.by_head.values() for compiled in near))
        disallowing = [c.rule for c in kept if c.rule.directive is Directive.DISALLOW]
        return min(disallowing, key=lambda rule: rule.number, default=None)


def sieve_of(rulesets: Iterable[Ruleset]) -> Sieve:
    """Sorts out at once most of the paths that none of the rule sets disallows."""
    return sieve(pattern for ruleset in rulesets for pattern in ruleset.disallowing)


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: RobotsRule
    pattern: PathPattern


def _precedence(compiled: _Compiled) -> tuple[int, bool, int]:
    rule = compiled.rule
    return -compiled.pattern.octets, rule.directive is Directive.DISALLOW, rule.number


def _first_match(rules: Sequence[_Compiled], path: PathForms) -> _Compiled | None:
    for compiled in rules:
        if compiled.pattern.matches(path):
            return compiled
    return None
