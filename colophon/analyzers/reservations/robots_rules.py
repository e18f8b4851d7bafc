"""The rules of a robots.txt for one agent: which of them decides on a path (RFC 9309, section 2.2.2)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from colophon.analyzers.reservations.path_patterns import PathForms, PathPattern, Sieve, path_pattern, sieve
from colophon.analyzers.reservations.robots_groups import MAX_TEXT

_ROBOTS_PATH = b"/robots.txt"


def merged_rules(agent: str | None, rules: Iterable[RobotsRule]) -> Ruleset:
    """The rules of all groups for an agent, made ready to decide on many paths; `agent` as `Chosen.name`."""
    patterns = ((rule, path_pattern(rule.written)) for rule in rules)
    compiled = sorted((_compiled(r, p) for r, p in patterns if p is not None), key=lambda c: c.precedence)
    by_prefix: dict[bytes, _Compiled] = {}
    others: list[_Compiled] = []
    for one in compiled:
        prefix = one.pattern.prefix
        if prefix is None:
            others.append(one)
        else:
            by_prefix.setdefault(prefix, one)
    prefixes = tuple(sorted(by_prefix))
    rules_by_prefix = tuple(by_prefix[prefix] for prefix in prefixes)
    return Ruleset(agent, tuple(compiled), prefixes, _enclosing(prefixes), rules_by_prefix, tuple(others))


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
    """The rules for one agent that can match any path, the most specific first (`all`).

    Those that match by prefix alone are found by it: `prefixes` are sorted, with the place of the longest other that
    each begins with, or -1. The others are tried in turn.
    """

    agent: str | None
    all: tuple[_Compiled, ...]
    prefixes: tuple[bytes, ...]
    enclosing: tuple[int, ...]
    by_prefix: tuple[_Compiled, ...]
    others: tuple[_Compiled, ...]

    @property
    def disallowing(self) -> tuple[_Compiled, ...]:
        """The rules that disallow something."""
        return tuple(c for c in self.all if c.rule.directive is Directive.DISALLOW)

    @property
    def disallows(self) -> bool:
        """Whether there is any path that a rule disallows."""
        return any(c.rule.directive is Directive.DISALLOW for c in self.all)

    @property
    def disallows_everything(self) -> bool:
        """Whether there is one rule alone, and it disallows every path; most that AI agents are told is this."""
        return len(self.all) == 1 and self.disallows and self.all[0].rule.written == b"/"

    def deciding(self, path: PathForms) -> RobotsRule | None:
        """The rule with the most octets among those that match, an allowing one before an equal."""
        plain, query_decoded = path
        if plain == _ROBOTS_PATH:
            return None
        best = self._longest_prefix(plain)
        if query_decoded is not plain:
            decoded = self._longest_prefix(query_decoded)
            best = min((c for c in (best, decoded) if c), key=lambda c: c.precedence, default=None)
        for other in self.others:
            if best is not None and best.precedence < other.precedence:
                break
            if other.pattern.matches(path):
                return other.rule
        return best.rule if best else None

    def _longest_prefix(self, path: bytes) -> _Compiled | None:
        """Every beginning of the path in `prefixes` is the last one that is not above the path, or encloses that."""
        place = bisect_right(self.prefixes, path) - 1
        while place >= 0:
            if path.startswith(self.prefixes[place]):
                return self.by_prefix[place]
            place = self.enclosing[place]
        return None

    def first_disallowing(self) -> RobotsRule | None:
        """The first rule of the file that disallows any path."""
        return min((c.rule for c in self.disallowing), key=lambda rule: rule.number, default=None)


def sieve_of(rulesets: Iterable[Ruleset]) -> Sieve:
    """Sorts out at once most of the paths that none of the rule sets disallows."""
    return sieve(compiled.pattern for ruleset in rulesets for compiled in ruleset.disallowing)


def _enclosing(prefixes: tuple[bytes, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for place, prefix in enumerate(prefixes):
        at = place - 1
        while at >= 0 and not prefix.startswith(prefixes[at]):
            at = found[at]
        found.append(at)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule ready for use; of those that match, the one with the least `precedence` decides."""

    rule: RobotsRule
    pattern: PathPattern
    precedence: tuple[int, bool, int]


def _compiled(rule: RobotsRule, pattern: PathPattern) -> _Compiled:
    return _Compiled(rule, pattern, (-pattern.octets, rule.directive is Directive.DISALLOW, rule.number))
