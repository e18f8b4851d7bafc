"""robots.txt as RFC 9309 reads it (September 2022), with the number of the line that decided.

Five misspelt forms of `disallow` are known, as Google's published parser knows them; `robots_groups` tells what else is
tolerated. Two things differ from that parser on purpose: percent-encoding is compared as the standard says (see
`path_patterns`), and `Allow: /index.html` does not open the folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from colophon.analyzers.reservations.evaluator import (
    UNKNOWN_PATH,
    AgentTokens,
    Evaluator,
    HostFile,
    Judge,
    Meaning,
    Reading,
    Statement,
)
from colophon.analyzers.reservations.path_patterns import PathForms, PathPattern, can_match, path_forms, path_pattern
from colophon.analyzers.reservations.robots_groups import (
    ANY_AGENT,
    MAX_TEXT,
    Group,
    Groups,
    is_product_token,
    product_token,
    read_groups,
)
from colophon.record.vocabulary import Purpose, ReservationProtocol, VerdictState

_ALLOW_KEYS = (b"allow",)
_DISALLOW_KEYS = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
#: Keys of the rules on crawling.
CRAWL_KEYS = (*_ALLOW_KEYS, *_DISALLOW_KEYS)

_ROBOTS_PATH = b"/robots.txt"
_HEAD_OCTETS = 2


class Permission(StrEnum):
    """Whether an agent may fetch a path."""

    ALLOWED = "allowed"
    DISALLOWED = "disallowed"


class Directive(StrEnum):
    ALLOW = "allow"
    DISALLOW = "disallow"


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """What applies to an agent and a path. `line` is 1-based; line and rule are None where no rule matched.

    `agent` is the product token of the group that was used: the agent's own, `*`, or None where there is neither.
    """

    permission: Permission
    line: int | None
    rule: str | None
    agent: str | None


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


def parse_robots(body: bytes) -> Robots:
    """Read the bytes of a robots.txt; anything, including HTML or binary data, gives a result, if one without rules."""
    return crawl_rules(read_groups(body, CRAWL_KEYS))


def crawl_rules(groups: Groups) -> Robots:
    """The rules on crawling among the lines of groups."""
    number = 0
    by_group: list[tuple[RobotsRule, ...]] = []
    for group in groups.all:
        lines = [line for line in group.lines if line.key.startswith(CRAWL_KEYS)]
        by_group.append(
            tuple(
                RobotsRule(
                    number + place,
                    line.number,
                    Directive.ALLOW if line.key.startswith(_ALLOW_KEYS) else Directive.DISALLOW,
                    line.value,
                )
                for place, line in enumerate(lines)
            )
        )
        number += len(lines)
    return Robots(groups, tuple(by_group))


@dataclass(frozen=True, slots=True)
class Robots:
    """A parsed robots.txt; one value answers for any number of agents and paths and remembers what it compiled.

    `rules` are those of each of the groups, in their order.
    """

    groups: Groups
    rules: tuple[tuple[RobotsRule, ...], ...]
    _rulesets: dict[tuple[int, ...], Ruleset] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_agent: dict[str, Ruleset] = field(init=False, repr=False, compare=False, default_factory=dict)

    def decide(self, agent: str, path_and_query: str) -> RobotsDecision:
        """Whether an agent, given by its product token, may fetch a path, and the rule that says so."""
        ruleset = self.ruleset(agent)
        rule = ruleset.deciding(path_forms(path_and_query))
        if rule is None:
            return RobotsDecision(Permission.ALLOWED, None, None, ruleset.agent)
        permission = Permission.DISALLOWED if rule.directive is Directive.DISALLOW else Permission.ALLOWED
        return RobotsDecision(permission, rule.line, rule.text, ruleset.agent)

    def ruleset(self, agent: str) -> Ruleset:
        """The merged rules of all groups that name the agent, else of those for `*`, else none."""
        found = self._by_agent.get(agent)
        if found is None:
            found = self._by_agent[agent] = self._merged(agent)
        return found

    def statements(self, training_tokens: Collection[str]) -> tuple[Statement, ...]:
        """Every rule as a statement on crawling (number 2n for rule n) and, where its group speaks to all agents or to
        one of the training tokens, as a second one on training (2n + 1)."""
        training = {product_token(token) for token in training_tokens} - {""}
        groups = zip(self.groups.all, self.rules, strict=True)
        return tuple(s for group, rules in groups for s in _group_statements(group, rules, training))

    def judge(self, agents: AgentTokens, training_tokens: Collection[str]) -> Judge:
        """A function from a path to what it means that the path is disallowed for some of the agents."""
        training = {product_token(token) for token in training_tokens} - {""}
        groups = zip(self.groups.all, self.rules, strict=True)
        on_training = {rule.number for group, rules in groups if _training_agents(group, training) for rule in rules}
        by_purpose = (
            (Purpose.CRAWL, self._restricted(agents.crawl)),
            (Purpose.TRAIN, self._restricted(agents.train)),
        )
        if not any(restricted for _, restricted in by_purpose):
            return lambda _path: ()

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            forms = None if path_and_query == UNKNOWN_PATH else path_forms(path_and_query)
            meanings: list[Meaning] = []
            for purpose, restricted in by_purpose:
                concerned: dict[int, frozenset[str]] = {}
                for ruleset, tokens in restricted:
                    rule = ruleset.first_disallowing() if forms is None else ruleset.deciding(forms)
                    if rule is not None and rule.directive is Directive.DISALLOW:
                        concerned[rule.number] = concerned.get(rule.number, frozenset()) | tokens
                for number, tokens in concerned.items():
                    # Where the group speaks to no training agent, its only statement is the one on crawling.
                    statement = _statement_number(number, purpose if number in on_training else Purpose.CRAWL)
                    meanings.append(Meaning(purpose, VerdictState.RESERVED, tuple(sorted(tokens)), statement))
            return tuple(meanings)

        return judged

    def _restricted(self, tokens: Collection[str]) -> list[tuple[Ruleset, frozenset[str]]]:
        """The rule sets that disallow anything, each with the tokens that fall under it."""
        grouped: dict[int, tuple[Ruleset, frozenset[str]]] = {}
        for token in tokens:
            ruleset = self.ruleset(token)
            if ruleset.disallows:
                _, others = grouped.get(id(ruleset), (ruleset, frozenset[str]()))
                grouped[id(ruleset)] = (ruleset, others | {token})
        return list(grouped.values())

    def _merged(self, agent: str) -> Ruleset:
        chosen = self.groups.chosen_by(agent)
        if chosen.places not in self._rulesets:
            merged = [rule for place in chosen.places for rule in self.rules[place]]
            self._rulesets[chosen.places] = _ruleset(chosen.name, merged)
        return self._rulesets[chosen.places]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules for one agent, the most specific first, kept by the first octets of the paths they can match."""

    agent: str | None
    disallows: bool
    by_head: dict[bytes, tuple[_Compiled, ...]]
    anywhere: tuple[_Compiled, ...]

    def deciding(self, path: PathForms) -> RobotsRule | None:
        """The rule with the most octets among those that match (section 2.2.2), an allowing one before an equal."""
        if path.plain == _ROBOTS_PATH:
            return None
        near = _first_match(self.by_head.get(path.plain[:_HEAD_OCTETS], ()), path)
        far = _first_match(self.anywhere, path)
        found = [compiled for compiled in (near, far) if compiled is not None]
        return min(found, key=_precedence).rule if found else None

    def first_disallowing(self) -> RobotsRule | None:
        """The first rule of the file that disallows any path."""
        kept = (*self.anywhere, *(compiled for near in self.by_head.values() for compiled in near))
        disallowing = [c.rule for c in kept if c.rule.directive is Directive.DISALLOW]
        return min(disallowing, key=lambda rule: rule.number, default=None)


@dataclass(frozen=True, slots=True)
class _RobotsReading:
    robots: Robots
    training_tokens: frozenset[str]

    def statements(self) -> tuple[Statement, ...]:
        return self.robots.statements(self.training_tokens)

    def judge(self, agents: AgentTokens) -> Judge:
        return self.robots.judge(agents, self.training_tokens)


def _read(file: HostFile, training_tokens: frozenset[str]) -> Reading:
    return _RobotsReading(parse_robots(file.body), training_tokens)


EVALUATOR = Evaluator(
    protocol=ReservationProtocol.ROBOTS,
    name="robots",
    version="1",
    specification="RFC 9309",
    specification_date="2022-09",
    host_file=ReservationProtocol.ROBOTS,
    read_host_file=_read,
)


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: RobotsRule
    pattern: PathPattern


def _ruleset(agent: str | None, rules: Sequence[RobotsRule]) -> Ruleset:
    by_head: dict[bytes, list[_Compiled]] = {}
    anywhere: list[_Compiled] = []
    patterns = ((rule, path_pattern(rule.written)) for rule in rules)
    matching = [_Compiled(rule, pattern) for rule, pattern in patterns if pattern is not None]
    for compiled in sorted(matching, key=_precedence):
        head = compiled.pattern.head[:_HEAD_OCTETS]
        (by_head.setdefault(head, []) if len(head) == _HEAD_OCTETS else anywhere).append(compiled)
    disallows = any(compiled.rule.directive is Directive.DISALLOW for compiled in matching)
    return Ruleset(agent, disallows, {head: tuple(bucket) for head, bucket in by_head.items()}, tuple(anywhere))


def _precedence(compiled: _Compiled) -> tuple[int, bool, int]:
    rule = compiled.rule
    return -compiled.pattern.octets, rule.directive is Directive.DISALLOW, rule.number


def _first_match(rules: Sequence[_Compiled], path: PathForms) -> _Compiled | None:
    for compiled in rules:
        if compiled.pattern.matches(path):
            return compiled
    return None


def _training_agents(group: Group, training: set[str]) -> tuple[str, ...]:
    """The agents of a group that speak to training: `*`, and every training token that one of its lines names."""
    full_names = [token for token in training if not is_product_token(token)]
    named = {
        agent.value
        for agent in group.agents
        if agent.token == ANY_AGENT or agent.token in training or any(agent.names(name) for name in full_names)
    }
    return tuple(sorted(named))


def _group_statements(group: Group, rules: Sequence[RobotsRule], training: set[str]) -> Iterator[Statement]:
    everyone = group.names
    trainers = _training_agents(group, training)
    for rule in rules:
        reserves = rule.directive is Directive.DISALLOW and can_match(rule.written)
        state = VerdictState.RESERVED if reserves else VerdictState.SILENT
        for purpose, agents in ((Purpose.CRAWL, everyone), (Purpose.TRAIN, trainers)):
            if agents:
                yield Statement(
                    number=_statement_number(rule.number, purpose),
                    path=rule.path or None,
                    agents=agents,
                    purpose=purpose,
                    value=rule.directive,
                    rule=f"line {rule.line}: {rule.text}",
                    state=state,
                )


def _statement_number(rule: int, purpose: Purpose) -> int:
    return 2 * rule + (purpose is Purpose.TRAIN)
