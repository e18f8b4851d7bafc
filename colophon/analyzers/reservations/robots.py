"""robots.txt as RFC 9309 reads it (September 2022), with the number of the line that decided.

What deployed files need beyond the standard follows Google's published parser: misspelt keys (`useragent`,
`user agent`, and five forms of `disallow`), keys with something appended, a missing colon between two words, an
incomplete byte-order mark, an agent line cut at the first character that a product token cannot hold, and the rest of
a line behind a NUL octet dropped. Four things differ from that parser on purpose: percent-encoding is compared as the
standard says (see `path_patterns`); `Allow: /index.html` does not open the folder; long lines are read whole; and a
name that the grammar of product tokens excludes though crawlers use it (`AI2Bot`, `ChatGPT Agent`) is found in full.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile

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
from colophon.record.vocabulary import Purpose, ReservationProtocol, VerdictState

#: What must be read of a file at least (RFC 9309, section 2.5), and is read at most. In octets.
SIZE_LIMIT = 500 * 1024

#: Longest rule or agent kept as text, in characters; the evidence holds the whole line.
MAX_TEXT = 2_083

ANY_AGENT = "*"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_AGENT_KEYS = (b"user-agent", b"useragent", b"user agent")
_ALLOW_KEYS = (b"allow",)
_DISALLOW_KEYS = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
_TOKEN_CHARACTERS = frozenset(string.ascii_lowercase + "_-")
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
class AgentLine:
    """A `User-agent` line: its value in lower case with single spaces, and the product token the value begins with."""

    value: str
    token: str


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
class RobotsGroup:
    agents: tuple[AgentLine, ...]
    rules: tuple[RobotsRule, ...]


def parse_robots(body: bytes) -> Robots:
    """Read the bytes of a robots.txt; anything, including HTML or binary data, gives a result, if one without rules.

    Octets beyond `SIZE_LIMIT` are not read, and a line that the limit cuts is dropped.
    """
    groups: list[RobotsGroup] = []
    agents: list[AgentLine] = []
    rules: list[RobotsRule] = []
    number = 0
    in_rules = False
    for line, key, value in _entries(body):
        if key.startswith(_AGENT_KEYS):
            if in_rules:
                groups.append(RobotsGroup(tuple(agents), tuple(rules)))
                agents, rules, in_rules = [], [], False
            agents.append(_agent_line(value))
            continue
        if key.startswith(_ALLOW_KEYS):
            directive = Directive.ALLOW
        elif key.startswith(_DISALLOW_KEYS):
            directive = Directive.DISALLOW
        else:
            continue
        if agents:
            in_rules = True
            rules.append(RobotsRule(number, line, directive, value))
            number += 1
    if agents:
        groups.append(RobotsGroup(tuple(agents), tuple(rules)))
    return Robots(tuple(groups))


@dataclass(frozen=True, slots=True)
class Robots:
    """A parsed robots.txt; one value answers for any number of agents and paths and remembers what it compiled."""

    groups: tuple[RobotsGroup, ...]
    _by_token: dict[str, list[int]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _rulesets: dict[tuple[int, ...], Ruleset] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_agent: dict[str, Ruleset] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for index, group in enumerate(self.groups):
            for token in {agent.token for agent in group.agents if agent.token}:
                self._by_token.setdefault(token, []).append(index)

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
            found = self._by_agent[agent] = self._merged(product_token(agent))
        return found

    def statements(self, training_tokens: Collection[str]) -> tuple[Statement, ...]:
        """Every rule as a statement on crawling (number 2n for rule n) and, where its group speaks to all agents or to
        one of the training tokens, as a second one on training (2n + 1)."""
        training = {product_token(token) for token in training_tokens} - {""}
        return tuple(s for group in self.groups for s in _group_statements(group, training))

    def judge(self, agents: AgentTokens, training_tokens: Collection[str]) -> Judge:
        """A function from a path to what it means that the path is disallowed for some of the agents."""
        training = {product_token(token) for token in training_tokens} - {""}
        on_training = {
            rule.number for group in self.groups if _training_agents(group, training) for rule in group.rules
        }
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

    def _merged(self, token: str) -> Ruleset:
        own = tuple(self._naming(token))
        indexes = own or tuple(self._by_token.get(ANY_AGENT, ()))
        name = token if own else ANY_AGENT if indexes else None
        if indexes not in self._rulesets:
            self._rulesets[indexes] = _ruleset(name, [rule for i in indexes for rule in self.groups[i].rules])
        return self._rulesets[indexes]

    def _naming(self, token: str) -> Iterator[int]:
        if token == ANY_AGENT or _is_product_token(token):
            yield from self._by_token.get(token, ())
            return
        for index, group in enumerate(self.groups):
            if any(_names(agent, token) for agent in group.agents):
                yield index


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


def product_token(agent: str) -> str:
    """An agent's name as compared: lower case, single spaces, without the version behind a slash."""
    return " ".join(agent.partition("/")[0].lower().split())


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


def _entries(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Line number, key in lower case and value of every line that has both."""
    read = body[:SIZE_LIMIT]
    if len(body) >= SIZE_LIMIT and not read.endswith((b"\n", b"\r")):
        read = read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]
    for octet in _BYTE_ORDER_MARK:
        if not read.startswith(bytes((octet,))):
            break
        read = read[1:]
    # bytes.splitlines knows CRLF, CR and LF and nothing else, as the standard does.
    for number, raw in enumerate(read.splitlines(), 1):
        line = raw.partition(b"\0")[0].partition(b"#")[0].strip()
        key, colon, value = line.partition(b":")
        if not colon:
            words = line.split()
            if len(words) != len((key, value)):
                continue
            key, value = words
        if key := key.strip():
            yield number, key.lower(), value.strip()


def _agent_line(value: bytes) -> AgentLine:
    # Words and case are those of ASCII, so that no other letter or space becomes part of a token.
    text = b" ".join(value.lower().split()).decode("utf-8", "replace")[:MAX_TEXT]
    if text == ANY_AGENT or text.startswith("* "):
        return AgentLine(ANY_AGENT, ANY_AGENT)
    return AgentLine(text, "".join(takewhile(_TOKEN_CHARACTERS.__contains__, text)))


def _is_product_token(token: str) -> bool:
    return _TOKEN_CHARACTERS.issuperset(token)


def _names(agent: AgentLine, token: str) -> bool:
    rest = agent.value.removeprefix(token)
    return len(rest) < len(agent.value) and not (rest[:1].isalnum() or rest[:1] in tuple("-_"))


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


def _training_agents(group: RobotsGroup, training: set[str]) -> tuple[str, ...]:
    """The agents of a group that speak to training: `*`, and every training token that one of its lines names."""
    full_names = [token for token in training if not _is_product_token(token)]
    named = {
        agent.value
        for agent in group.agents
        if agent.token == ANY_AGENT or agent.token in training or any(_names(agent, name) for name in full_names)
    }
    return tuple(sorted(named))


def _group_statements(group: RobotsGroup, training: set[str]) -> Iterator[Statement]:
    everyone = tuple(sorted({agent.value for agent in group.agents}))
    trainers = _training_agents(group, training)
    for rule in group.rules:
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
