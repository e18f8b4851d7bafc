"""A response header about the use of what it comes with, named like its protocol's lines in robots.txt."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.path_patterns import PathForms, PathPattern, path_forms, path_pattern
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, RobotsLine, read_groups
from colophon.reservations.protocols.robots import CRAWL_KEYS, Directive, Permission, Robots, Ruleset, crawl_rules
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, Judge, Meaning, Statement
from colophon.vocabulary import Purpose, VerdictState

_SPACE = re.compile(rb"[ \t]")


@dataclass(frozen=True, slots=True)
class UsageRule:
    """A line on use: `path` is None where it speaks for every path. `number` counts the file's lines on use from 0."""

    number: int
    line: int
    path: bytes | None
    preference: bytes
    state: VerdictState
    pattern: PathPattern | None

    @property
    def octets(self) -> int:
        """Length of the path in the spelling that is compared; the longest is the most specific."""
        return self.pattern.octets if self.pattern else 0

    def matches(self, path: PathForms) -> bool:
        return self.path is None or (self.pattern is not None and self.pattern.matches(path))


@dataclass(frozen=True, slots=True)
class UsageProtocol:
    """How a protocol reads its lines.

    `key` is the key of its lines, or begins it: a longer one may be another's, and permits nothing. `label` names the
    lines. `state_of` gives the meaning of a preference for training,
    *silent* where it has none; `deciding` the rule that holds, of those that match a path, given whether the group
    allows to crawl it, or None where none does. `outside` are the meanings that count of a line outside any group, for
    all agents.
    """

    key: bytes
    label: str
    state_of: Callable[[bytes], VerdictState]
    deciding: Callable[[Sequence[UsageRule], Permission], UsageRule | None]
    outside: frozenset[VerdictState] = frozenset()


def read_usage(body: bytes, protocol: UsageProtocol) -> UsageReading:
    """Read the bytes of a robots.txt; of anything else, there are no lines."""
    groups = read_groups(body, (*CRAWL_KEYS, protocol.key))
    outside = [_usage_rule(0, line, protocol) for line in groups.outside if line.key.startswith(protocol.key)]
    outside = [replace(rule, number=n) for n, rule in enumerate(r for r in outside if r.state in protocol.outside)]
    number = len(outside)
    by_group: list[tuple[UsageRule, ...]] = []
    for group in groups.all:
        lines = [line for line in group.lines if line.key.startswith(protocol.key)]
        by_group.append(tuple(_usage_rule(number + place, line, protocol) for place, line in enumerate(lines)))
        number += len(lines)
    return UsageReading(protocol, crawl_rules(groups), tuple(by_group), tuple(outside))


@dataclass(frozen=True, slots=True)
class UsageReading:
    """A file read for one protocol: its rules on crawling, those on use of each group, in the order of the file, and
    those outside any group that count."""

    protocol: UsageProtocol
    crawl: Robots
    rules: tuple[tuple[UsageRule, ...], ...]
    outside: tuple[UsageRule, ...]

    def statements(self) -> tuple[Statement, ...]:
        """Every line on use, for all agents of its group."""
        of_groups = zip((group.names for group in self.crawl.groups.all), self.rules, strict=True)
        return tuple(
            Statement(
                number=rule.number,
                path=None if rule.path is None else _text(rule.path),
                agents=names,
                purpose=Purpose.TRAIN,
                value=_text(rule.preference),
                rule=f"line {rule.line}: {self._text(rule)}",
                state=rule.state,
            )
            for names, rules in (((ANY_AGENT,), self.outside), *of_groups)
            for rule in rules
        )

    def judge(self, agents: AgentTokens) -> Judge:
        """What the lines for the training tokens mean for a path; tokens of which one line decides come together."""
        addressed = self._addressed(agents.train)
        all_tokens = tuple(sorted(agents.train))
        if not all_tokens or not (addressed or self.outside):
            return lambda _path: ()

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            deciding: dict[int, tuple[UsageRule, frozenset[str]]] = {}
            forms = None if path_and_query == UNKNOWN_PATH else path_forms(path_and_query)
            outside_rule = next((rule for rule in self.outside if forms is None or rule.matches(forms)), None)
            if outside_rule is not None:
                return (Meaning(Purpose.TRAIN, outside_rule.state, all_tokens, outside_rule.number),)
            for section in addressed:
                rule = section.of_unknown_path() if forms is None else section.deciding(forms, self.protocol)
                if rule is not None and rule.state is not VerdictState.SILENT:
                    _, others = deciding.get(rule.number, (rule, frozenset[str]()))
                    deciding[rule.number] = (rule, others | section.tokens)
            return tuple(
                Meaning(Purpose.TRAIN, rule.state, tuple(sorted(tokens)), rule.number)
                for rule, tokens in deciding.values()
            )

        return judged

    def _addressed(self, tokens: Collection[str]) -> list[_Section]:
        by_places: dict[tuple[int, ...], set[str]] = {}
        for token in tokens:
            by_places.setdefault(self.crawl.groups.chosen_by(token).places, set()).add(token)
        sections = [
            _Section(
                frozenset(named),
                tuple(rule for place in places for rule in self.rules[place]),
                self.crawl.ruleset(min(named)),
            )
            for places, named in by_places.items()
        ]
        return [section for section in sections if section.rules]

    def _text(self, rule: UsageRule) -> str:
        path = b"" if rule.path is None else rule.path + b" "
        return f"{self.protocol.label}: {_text(path + rule.preference)}".rstrip()


@dataclass(frozen=True, slots=True)
class _Section:
    """What is said to tokens that share their groups."""

    tokens: frozenset[str]
    rules: tuple[UsageRule, ...]
    crawl: Ruleset

    def deciding(self, path: PathForms, protocol: UsageProtocol) -> UsageRule | None:
        matching = [rule for rule in self.rules if rule.matches(path)]
        if not matching:
            return None
        crawl = self.crawl.deciding(path)
        is_forbidden = crawl is not None and crawl.directive is Directive.DISALLOW
        return protocol.deciding(matching, Permission.DISALLOWED if is_forbidden else Permission.ALLOWED)

    def of_unknown_path(self) -> UsageRule | None:
        """A reservation for any path holds, a permission only where it covers every path."""
        reserving = [rule for rule in self.rules if rule.state is VerdictState.RESERVED]
        if reserving:
            return reserving[0]
        covers_all = not self.crawl.disallows and {rule.state for rule in self.rules} == {VerdictState.ALLOWED}
        return next((rule for rule in self.rules if rule.path is None), None) if covers_all else None


def strictest(rules: Sequence[UsageRule]) -> UsageRule:
    """Of the rules with the longest path, the first that reserves, else the first that allows, else the first."""
    longest = max(rule.octets for rule in rules)
    return min((rule for rule in rules if rule.octets == longest), key=lambda rule: _STRICTEST_FIRST[rule.state])


_STRICTEST_FIRST = {state: rank for rank, state in enumerate(VerdictState)}


def _usage_rule(number: int, line: RobotsLine, protocol: UsageProtocol) -> UsageRule:
    path: bytes | None = None
    preference = line.value
    if line.value.startswith(b"/"):
        path, *rest = _SPACE.split(line.value, maxsplit=1)
        preference = rest[0].strip() if rest else b""
    pattern = None if path is None else path_pattern(path)
    state = protocol.state_of(preference)
    if state is VerdictState.ALLOWED and line.key != protocol.key:
        state = VerdictState.SILENT
    return UsageRule(number, line.number, path, preference, state, pattern)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")[:MAX_TEXT]


def read_usage_header(parts: tuple[PagePart, ...], protocol: UsageProtocol) -> UsageHeader:
    """What the header says, in one or several lines: several are one value, with commas between (RFC 9110, 5.3)."""
    name = protocol.key.decode()
    lines = [part.content.strip(b" \t") for part in parts if part.carrier is PagePartKind.HEADER and part.name == name]
    value = b", ".join(filter(None, lines))
    return UsageHeader(name, value, protocol.state_of(value)) if lines else UsageHeader(name, None, VerdictState.SILENT)


@dataclass(frozen=True, slots=True)
class UsageHeader:
    """The header's whole value, None where there is no header, and what it means for training, whoever trains."""

    name: str
    value: bytes | None
    state: VerdictState

    def statements(self) -> tuple[Statement, ...]:
        """The header as one statement."""
        if self.value is None:
            return ()
        text = self.value.decode("utf-8", "replace")[:MAX_TEXT]
        rule = f"header {self.name}: {text}".rstrip()
        return (Statement(0, None, (ANY_AGENT,), Purpose.TRAIN, text, rule, self.state),)

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path."""
        meaning = Meaning(Purpose.TRAIN, self.state, tuple(sorted(agents.train)), 0)
        meanings = () if self.state is VerdictState.SILENT or not agents.train else (meaning,)
        return lambda _path: meanings
