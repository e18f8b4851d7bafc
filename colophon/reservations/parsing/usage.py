"""Usage preferences: lines in robots.txt about the use of content, and the response header of the same name."""

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
    """A usage line: `path` is None if it applies to every path, and `text` is the line as it stands in the file.
    `number` counts the usage lines of the file from 0."""

    number: int
    line: int
    path: bytes | None
    preference: bytes
    state: VerdictState
    pattern: PathPattern | None
    text: str

    @property
    def octets(self) -> int:
        """Length of the normalised path; the longest is the most specific."""
        return self.pattern.octets if self.pattern else 0

    def matches(self, path: PathForms) -> bool:
        return self.path is None or (self.pattern is not None and self.pattern.matches(path))


@dataclass(frozen=True, slots=True)
class UsageProtocol:
    """How a protocol evaluates its usage lines.

    `key` is the key of its lines, in lower case; a line with one of the `misspelt_keys` permits nothing. `state_of`
    returns the state of a preference for training, *silent* if it has none. `deciding` selects one of the rules that
    match a path, depending on whether the group allows crawling the path, or returns None. `outside` are the states
    with which a line outside any group applies, to all agents.
    """

    key: bytes
    state_of: Callable[[bytes], VerdictState]
    deciding: Callable[[Sequence[UsageRule], Permission], UsageRule | None]
    outside: frozenset[VerdictState] = frozenset()
    misspelt_keys: frozenset[bytes] = frozenset()

    @property
    def keys(self) -> tuple[bytes, ...]:
        return (self.key, *sorted(self.misspelt_keys))


def read_usage(body: bytes, protocol: UsageProtocol) -> UsageReading:
    """Parse a robots.txt; the result for any other content has no lines."""
    groups = read_groups(body, (*CRAWL_KEYS, *protocol.keys))
    outside = [_usage_rule(0, line, protocol) for line in groups.outside if line.key in protocol.keys]
    outside = [replace(rule, number=n) for n, rule in enumerate(r for r in outside if r.state in protocol.outside)]
    number = len(outside)
    by_group: list[tuple[UsageRule, ...]] = []
    for group in groups.all:
        lines = [line for line in group.lines if line.key in protocol.keys]
        by_group.append(tuple(_usage_rule(number + place, line, protocol) for place, line in enumerate(lines)))
        number += len(lines)
    return UsageReading(protocol, crawl_rules(groups), tuple(by_group), tuple(outside))


@dataclass(frozen=True, slots=True)
class UsageReading:
    """A file parsed for one protocol: its crawling rules, the usage rules of each group in file order, and the usage
    rules outside any group that apply."""

    protocol: UsageProtocol
    crawl: Robots
    rules: tuple[tuple[UsageRule, ...], ...]
    outside: tuple[UsageRule, ...]

    def statements(self) -> tuple[Statement, ...]:
        """Every usage line, for all agents of its group."""
        of_groups = zip((group.names for group in self.crawl.groups.all), self.rules, strict=True)
        return tuple(
            Statement(
                number=rule.number,
                path=None if rule.path is None else _text(rule.path),
                agents=names,
                purpose=Purpose.TRAIN,
                value=_text(rule.preference),
                rule=f"line {rule.line}: {rule.text}",
                state=rule.state,
            )
            for names, rules in (((ANY_AGENT,), self.outside), *of_groups)
            for rule in rules
        )

    def judge(self, agents: AgentTokens) -> Judge:
        """The meanings of the lines for the training tokens; tokens decided by the same line share one meaning."""
        addressed = self._addressed(self.crawl.groups.addressed(agents.train, agents.deciding))
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


@dataclass(frozen=True, slots=True)
class _Section:
    """The rules for tokens that have the same groups."""

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
        """A reservation of any path applies, a permission only if it covers every path."""
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
    if state is VerdictState.ALLOWED and line.key in protocol.misspelt_keys:
        state = VerdictState.SILENT
    return UsageRule(number, line.number, path, preference, state, pattern, line.text)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")[:MAX_TEXT]


def read_usage_header(parts: tuple[PagePart, ...], protocol: UsageProtocol) -> UsageHeader:
    """Parse the header; several header lines are one value, joined by commas (RFC 9110, 5.3)."""
    name = protocol.key.decode()
    lines = [part.content.strip(b" \t") for part in parts if part.carrier is PagePartKind.HEADER and part.name == name]
    value = b", ".join(filter(None, lines))
    return UsageHeader(name, value, protocol.state_of(value)) if lines else UsageHeader(name, None, VerdictState.SILENT)


@dataclass(frozen=True, slots=True)
class UsageHeader:
    """The whole value of the header, None if there is none, and its state for training, for all agents."""

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
        """The same result for every path."""
        meaning = Meaning(Purpose.TRAIN, self.state, tuple(sorted(agents.train)), 0)
        meanings = () if self.state is VerdictState.SILENT or not agents.train else (meaning,)
        return lambda _path: meanings
