"""robots.txt as RFC 9309 reads it (September 2022), with the number of the line that decided.

Five misspelt forms of `disallow` are known, as Google's published parser knows them; `robots_txt` tells what else is
tolerated. Two things differ from that parser on purpose: percent-encoding is compared as the standard says (see
`path_patterns`), and `Allow: /index.html` does not open the folder.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from colophon.reservations.parsing.path_patterns import (
    PathForms,
    PathPattern,
    Sieve,
    can_match,
    path_forms,
    path_pattern,
    sieve,
)
from colophon.reservations.parsing.prose import ProseLine, prose_statement, reservation_in_prose
from colophon.reservations.parsing.robots_txt import (
    ANY_AGENT,
    MAX_TEXT,
    SIZE_LIMIT,
    Group,
    Groups,
    is_product_token,
    product_token,
    read_groups,
)
from colophon.reservations.reservation_protocol import (
    UNKNOWN_PATH,
    AgentTokens,
    HostFile,
    Judge,
    Meaning,
    PolicyFile,
    Reading,
    ReservationProtocol,
    Statement,
)
from colophon.vocabulary import Outcome, Purpose, VerdictState

_ROBOTS_PATH = b"/robots.txt"


def merged_rules(agent: str | None, rules: Iterable[RobotsRule]) -> Ruleset:
    """The rules of all groups for an agent, made ready to decide on many paths; `agent` as `Chosen.name`."""
    patterns = ((rule, path_pattern(rule.written)) for rule in rules)
    compiled = sorted((_compiled(r, p) for r, p in patterns if p is not None), key=lambda c: c.precedence)
    by_prefix: dict[bytes, _Compiled] = {}
    others: list[_Compiled] = []
    for rule in compiled:
        prefix = rule.pattern.prefix
        if prefix is None:
            others.append(rule)
        else:
            by_prefix.setdefault(prefix, rule)
    prefixes = tuple(sorted(by_prefix))
    rules_by_prefix = tuple(by_prefix[prefix] for prefix in prefixes)
    return Ruleset(agent, tuple(compiled), prefixes, _enclosing(prefixes), rules_by_prefix, tuple(others))


class Directive(StrEnum):
    ALLOW = "allow"
    DISALLOW = "disallow"


@dataclass(frozen=True, slots=True)
class RobotsRule:
    """An `Allow` or `Disallow` line with the octets of its path as written, and its text as it stands in the file.
    `number` counts the file's rules from 0."""

    number: int
    line: int
    directive: Directive
    written: bytes
    text: str

    @property
    def path(self) -> str:
        return self.written.decode("utf-8", "replace")[:MAX_TEXT]


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
    enclosing: list[int] = []
    for place, prefix in enumerate(prefixes):
        at = place - 1
        while at >= 0 and not prefix.startswith(prefixes[at]):
            at = enclosing[at]
        enclosing.append(at)
    return tuple(enclosing)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule ready for use; of those that match, the one with the least `precedence` decides."""

    rule: RobotsRule
    pattern: PathPattern
    precedence: tuple[int, bool, int]


def _compiled(rule: RobotsRule, pattern: PathPattern) -> _Compiled:
    return _Compiled(rule, pattern, (-pattern.octets, rule.directive is Directive.DISALLOW, rule.number))


_ALLOW_KEY = b"allow"
_DISALLOW_KEYS = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
#: Keys of the rules on crawling.
CRAWL_KEYS = (_ALLOW_KEY, *_DISALLOW_KEYS)

#: How the path of the file itself may begin as written; it is always allowed.
_PERHAPS_ROBOTS = frozenset({"/r", "/%"})


class Permission(StrEnum):
    """Whether an agent may fetch a path."""

    ALLOWED = "allowed"
    DISALLOWED = "disallowed"


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """What applies to an agent and a path. `line` is 1-based; line and rule are None where no rule matched.

    `agent` is the product token of the group that was used: the agent's own, `*`, or None where there is neither.
    """

    permission: Permission
    line: int | None
    rule: str | None
    agent: str | None


def parse_robots(body: bytes) -> Robots:
    """Read the bytes of a robots.txt; anything, including HTML or binary data, gives a result, if one without rules."""
    return crawl_rules(read_groups(body, CRAWL_KEYS))


def crawl_rules(groups: Groups) -> Robots:
    """The rules on crawling among the lines of groups."""
    number = 0
    by_group: list[tuple[RobotsRule, ...]] = []
    for group in groups.all:
        lines = [line for line in group.lines if line.key in CRAWL_KEYS]
        by_group.append(
            tuple(
                RobotsRule(
                    number + place,
                    line.number,
                    Directive.ALLOW if line.key == _ALLOW_KEY else Directive.DISALLOW,
                    line.value,
                    line.text,
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
        ruleset = self._by_agent.get(agent)
        if ruleset is None:
            ruleset = self._by_agent[agent] = self._merged(agent)
        return ruleset

    def statements(self, training_tokens: Collection[str]) -> tuple[Statement, ...]:
        """Every rule as a statement on crawling (number 2n for rule n) and, where its group speaks to all agents or to
        one of the training tokens, as a second one on training (2n + 1)."""
        training = {product_token(token) for token in training_tokens} - {""}
        groups = zip(self.groups.all, self.rules, strict=True)
        return tuple(s for group, rules in groups for s in _group_statements(group, rules, training))

    def judge(self, agents: AgentTokens, training_tokens: Collection[str]) -> Judge:
        """A function from a path to what it means that the path is disallowed for some of the agents."""
        restrictions: dict[int, _Restriction] = {}
        train = self.groups.addressed(agents.train, agents.deciding)
        for purpose, tokens in ((Purpose.CRAWL, agents.crawl), (Purpose.TRAIN, train)):
            for token in tokens:
                ruleset = self.ruleset(token)
                if ruleset.disallows:
                    here = restrictions.setdefault(id(ruleset), _Restriction(ruleset, {p: set() for p in Purpose}))
                    here.tokens[purpose].add(token)
        if not restrictions:
            return lambda _path: ()
        training = {product_token(token) for token in training_tokens} - {""}
        groups = zip(self.groups.all, self.rules, strict=True)
        on_training = {rule.number for group, rules in groups if _training_agents(group, training) for rule in rules}
        restricted = _Restricted(tuple(restrictions.values()), frozenset(on_training))
        if all(here.ruleset.disallows_everything for here in restricted.restrictions):
            return restricted.judge_by_one_rule_each()
        judge = restricted.judge_by_one_ruleset() if len(restrictions) == 1 else restricted.judge
        return sieve_of(here.ruleset for here in restricted.restrictions).before(judge, ())

    def _merged(self, agent: str) -> Ruleset:
        chosen = self.groups.chosen_by(agent)
        if chosen.places not in self._rulesets:
            merged = [rule for place in chosen.places for rule in self.rules[place]]
            self._rulesets[chosen.places] = merged_rules(chosen.name, merged)
        return self._rulesets[chosen.places]


@dataclass(frozen=True, slots=True)
class _Restriction:
    """Rules that disallow something, and the tokens that fall under them."""

    ruleset: Ruleset
    tokens: Mapping[Purpose, set[str]]


@dataclass(frozen=True, slots=True)
class _Restricted:
    """Judges paths for tokens under one or several restrictions; what rules mean together is worked out once."""

    restrictions: tuple[_Restriction, ...]
    on_training: frozenset[int]
    _known: dict[tuple[int | None, ...], tuple[Meaning, ...]] = field(init=False, default_factory=dict)

    def judge(self, path_and_query: str) -> tuple[Meaning, ...]:
        forms = None if path_and_query == UNKNOWN_PATH else path_forms(path_and_query)
        numbers = tuple([_disallowing(here.ruleset, forms) for here in self.restrictions])
        meanings = self._known.get(numbers)
        if meanings is None:
            meanings = self._known[numbers] = tuple(self._meanings(numbers))
        return meanings

    def judge_by_one_ruleset(self) -> Judge:
        """The same, where all tokens fall under the same rules, as most do in most files."""
        judge, deciding = self.judge, self.restrictions[0].ruleset.deciding
        tokens_by_purpose = [
            (purpose, tuple(sorted(named))) for purpose, named in self.restrictions[0].tokens.items() if named
        ]
        known: dict[int, tuple[Meaning, ...]] = {}

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            if path_and_query == UNKNOWN_PATH:
                return judge(path_and_query)
            rule = deciding(path_forms(path_and_query))
            if rule is None or rule.directive is Directive.ALLOW:
                return ()
            if (meanings := known.get(rule.number)) is None:
                meanings = known[rule.number] = tuple(
                    [
                        Meaning(purpose, VerdictState.RESERVED, tokens, self._statement(rule.number, purpose))
                        for purpose, tokens in tokens_by_purpose
                    ]
                )
            return meanings

        return judged

    def judge_by_one_rule_each(self) -> Judge:
        """The same, where each restriction is one rule that disallows everything, which is but /robots.txt."""
        judge, anywhere = self.judge, self.judge(UNKNOWN_PATH)

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            is_other = path_and_query[:1] == "/" and path_and_query[:2] not in _PERHAPS_ROBOTS
            return anywhere if is_other else judge(path_and_query)

        return judged

    def _meanings(self, numbers: tuple[int | None, ...]) -> Iterator[Meaning]:
        for purpose in Purpose:
            by_rule: dict[int, set[str]] = {}
            for here, number in zip(self.restrictions, numbers, strict=True):
                if number is not None and here.tokens[purpose]:
                    by_rule.setdefault(number, set()).update(here.tokens[purpose])
            for number, tokens in by_rule.items():
                statement = self._statement(number, purpose)
                yield Meaning(purpose, VerdictState.RESERVED, tuple(sorted(tokens)), statement)

    def _statement(self, number: int, purpose: Purpose) -> int:
        """Where the group of a rule speaks to no training agent, its only statement is the one on crawling."""
        return _statement_number(number, purpose if number in self.on_training else Purpose.CRAWL)


def _disallowing(ruleset: Ruleset, path: PathForms | None) -> int | None:
    """The number of the rule that disallows a path, or any path where it is not known."""
    rule = ruleset.first_disallowing() if path is None else ruleset.deciding(path)
    return None if rule is None or rule.directive is Directive.ALLOW else rule.number


@dataclass(frozen=True, slots=True)
class _RobotsReading:
    """The rules of a file and, if its comments reserve training in words, the line that says so."""

    robots: Robots
    training_tokens: frozenset[str]
    prose: ProseLine | None

    def statements(self) -> tuple[Statement, ...]:
        of_rules = self.robots.statements(self.training_tokens)
        if self.prose is None:
            return of_rules
        return (*of_rules, prose_statement(self._number_of_prose, self.prose))

    def judge(self, agents: AgentTokens) -> Judge:
        by_rules = self.robots.judge(agents, self.training_tokens)
        if self.prose is None or not agents.train:
            return by_rules
        in_words = Meaning(Purpose.TRAIN, VerdictState.OPEN, tuple(sorted(agents.train)), self._number_of_prose)

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            meanings = by_rules(path_and_query)
            is_reserved = any(meaning.purpose is Purpose.TRAIN for meaning in meanings)
            return meanings if is_reserved else (*meanings, in_words)

        return judged

    @property
    def _number_of_prose(self) -> int:
        """The number behind those of all rules."""
        return _statement_number(sum(map(len, self.robots.rules)), Purpose.CRAWL)


def _comments(body: bytes) -> Iterator[ProseLine]:
    """The comments of a file that have a line to themselves; any other line ends their passage."""
    for number, line in enumerate(body[:SIZE_LIMIT].splitlines(), 1):
        text = line.strip()
        yield ProseLine(number, text[1:].decode("utf-8", "replace") if text.startswith(b"#") else "")


_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AGENT = re.compile(rb"user.?agent", re.IGNORECASE)


def _outcome(body: bytes) -> Outcome:
    """*OK* for text with single octets for ASCII; a NUL octet here and there spoils but its line."""
    is_text = not body.startswith(_WIDE) and (b"\0" not in body or _AGENT.search(body) is not None)
    return Outcome.OK if is_text else Outcome.UNREADABLE


def _read(file: HostFile, training_tokens: frozenset[str]) -> Reading:
    prose = reservation_in_prose(_comments(file.body)) if b"#" in file.body else None
    return _RobotsReading(parse_robots(file.body), training_tokens, prose)


PROTOCOL = ReservationProtocol(
    name="robots",
    version="3",
    specification="RFC 9309",
    specification_date="2022-09",
    label="robots.txt (RFC 9309)",
    signals_key="robots",
    # Whoever is refused the file may fetch everything (section 2.3.1.3), and the beginning of a file is one too (2.5).
    file=PolicyFile("/robots.txt", _outcome, too_long=Outcome.OK),
    read_host_file=_read,
)


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
