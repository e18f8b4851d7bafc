"""ai.txt as Spawning defines it: groups of agents with patterns of file types, about training and nothing else.

Spawning published a generator (30 May 2023) and no specification. The file is written like a robots.txt, so agents and
groups are read as there; `*.jpg` means files of that type, in any case, whatever follows the path; other patterns are
those of RFC 9309. Nothing says what comes first: the longest pattern decides, and of equal ones the one that disallows.
`Allow` permits only in a file that shows whose it is, by its name or by a pattern of a file type as the generator
writes it, without a slash and beside no line that only a robots.txt has: elsewhere it may be a copy of the host's
robots.txt, in which it permits crawling.

Other formats share the name. One that speaks of training, such as the draft `draft-car-ai-txt-wellknown` (12 June
2026), is not evaluated, so that its host is *unknown*; one that describes a site (aitxt.ing) says nothing on training.
A file in words that reserves training is *open*. Statements name the dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from colophon.reservations.parsing.path_patterns import PathForms, PathPattern, path_forms, path_pattern
from colophon.reservations.parsing.prose import ProseLine, prose_statement, reservation_in_prose
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, SIZE_LIMIT, Groups, RobotsLine, read_groups
from colophon.reservations.policy_files import is_web_page
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

_KEYS = {b"allow": VerdictState.ALLOWED, b"disallow": VerdictState.RESERVED}
_FILE_TYPE = re.compile(rb"/?\*(\.[A-Za-z0-9]{1,12})\$?\Z")
_GENERATED_TYPE = re.compile(rb"\*\.[A-Za-z0-9]{1,12}\Z")
_OF_ROBOTS = re.compile(rb"^[ \t]*(?:sitemap|crawl-delay|host|clean-param)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_SPAWNING = re.compile(rb"^[ \t]*#.*spawning", re.IGNORECASE | re.MULTILINE)

#: Keys that other dialects use where they speak of training; the value is a path, a word or a list of preferences, so
#: that prose is not taken for one.
_ON_TRAINING = re.compile(
    rb"[ \t]*(ai-training|ai-train|training|training-allow|training-deny|allow-ai|disallow-ai"
    rb"|content-usage|content-signal)[ \t]*:[ \t]*"
    rb"((?:/[^ \t#]*[ \t]+)?[\w-]+=[\w-]+(?:[ \t]*[,;][ \t]*[\w-]+=[\w-]+)*|[/*][^ \t#]*|[\w-]+)[ \t]*(?:#.*)?\Z",
    re.IGNORECASE,
)
_OF_DRAFT = re.compile(
    rb"^[ \t]*(?:#[ \t]*)?(?:spec-version|training|training-allow|training-deny)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_OF_DESCRIPTION = re.compile(rb"\A(?:---[ \t]*$|#{1,6}[ \t]+\S)|^ai\.txt[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n"


class Dialect(StrEnum):
    """Whose format a file is in."""

    SPAWNING = "spawning"
    ROBOTS = "robots"  # the same lines, without a sign that they are about training
    DRAFT = "draft-car-ai-txt-wellknown"
    DESCRIPTION = "aitxt.ing"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True)
class AiTxtRule:
    """A line of a group: `file_type` is the ending it names, in lower case with its dot, else `pattern` is set."""

    number: int
    line: RobotsLine
    state: VerdictState
    file_type: bytes | None
    pattern: PathPattern | None

    @property
    def octets(self) -> int:
        return len(self.line.value) if self.pattern is None else self.pattern.octets

    @property
    def covers_all(self) -> bool:
        return self.file_type is None and self.line.value.rstrip(b"*") in {b"", b"/"}

    def matches(self, path: PathForms) -> bool:
        if self.file_type is not None:
            return path.plain.partition(b"?")[0].lower().endswith(self.file_type)
        return self.pattern is not None and self.pattern.matches(path)


def read_ai_txt(body: bytes) -> AiTxt:
    """The rules of a file and what it says in other dialects; bytes that are no text give neither."""
    read = body[:SIZE_LIMIT]
    if read.lstrip(_BEFORE_TEXT).startswith((b"<", b"{", b"[")) or b"\0" in read:
        return AiTxt(Dialect.UNRECOGNISED, Groups(()), (), ())
    groups = read_groups(read, tuple(_KEYS))
    dialect = _dialect(read, groups)
    permits = VerdictState.ALLOWED if dialect is Dialect.SPAWNING else VerdictState.SILENT
    number = 0
    rules: list[tuple[AiTxtRule, ...]] = []
    for group in groups.all:
        lines = [line for line in group.lines if line.key in _KEYS]
        rules.append(tuple(_rule(number + place, line, permits) for place, line in enumerate(lines)))
        number += len(lines)
    return AiTxt(dialect, groups, tuple(rules), tuple(_of_other_dialects(read, dialect, number)))


@dataclass(frozen=True, slots=True)
class AiTxt:
    """A file as read. `rules` are those of each group; `others` what it says in a dialect that is not evaluated."""

    dialect: Dialect
    groups: Groups
    rules: tuple[tuple[AiTxtRule, ...], ...]
    others: tuple[Statement, ...]

    def statements(self) -> tuple[Statement, ...]:
        of_groups = (
            Statement(
                number=rule.number,
                path=_text(rule.line.value) or None,
                agents=group.names,
                purpose=Purpose.TRAIN,
                value=f"{_text(rule.line.key)}; dialect={self.dialect}",
                rule=f"line {rule.line.number}: {rule.line.text}",
                state=rule.state,
            )
            for group, rules in zip(self.groups.all, self.rules, strict=True)
            for rule in rules
        )
        return (*of_groups, *self.others)

    def judge(self, agents: AgentTokens) -> Judge:
        """What the file means for the training tokens; those of which one line decides come together."""
        train = self.groups.addressed(agents.train, agents.deciding)
        sections = [(token, self._rules_for(token)) for token in sorted(train)]
        pointing = next((s for s in self.others if s.state in {VerdictState.UNKNOWN, VerdictState.OPEN}), None)
        if not sections or (pointing is None and not any(rules for _, rules in sections)):
            return lambda _path: ()

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            forms = None if path_and_query == UNKNOWN_PATH else path_forms(path_and_query)
            decided: dict[tuple[VerdictState, int], list[str]] = {}
            for token, rules in sections:
                rule = _of_unknown_path(rules) if forms is None else _deciding(rules, forms)
                if rule is not None and (rule.state is VerdictState.RESERVED or pointing is None):
                    decided.setdefault((rule.state, rule.number), []).append(token)
                elif pointing is not None:
                    decided.setdefault((pointing.state, pointing.number), []).append(token)
            return tuple(
                Meaning(Purpose.TRAIN, state, tuple(tokens), number)
                for (state, number), tokens in decided.items()
                if state is not VerdictState.SILENT
            )

        return judged

    def _rules_for(self, token: str) -> list[AiTxtRule]:
        """The rules of the token's groups, the one that decides before the others."""
        rules = [rule for place in self.groups.chosen_by(token).places for rule in self.rules[place]]
        return sorted(rules, key=lambda rule: (-rule.octets, rule.state is not VerdictState.RESERVED, rule.number))


def _deciding(rules: list[AiTxtRule], path: PathForms) -> AiTxtRule | None:
    return next((rule for rule in rules if rule.matches(path)), None)


def _of_unknown_path(rules: list[AiTxtRule]) -> AiTxtRule | None:
    """A reservation for any path holds, a permission only where it covers every path."""
    reserving = [rule for rule in rules if rule.state is VerdictState.RESERVED]
    return next(iter(reserving or [rule for rule in rules if rule.covers_all]), None)


def _rule(number: int, line: RobotsLine, permits: VerdictState) -> AiTxtRule:
    file_type = _FILE_TYPE.match(line.value)
    pattern = None if file_type else path_pattern(line.value)
    state = permits if _KEYS[line.key] is VerdictState.ALLOWED else VerdictState.RESERVED
    if file_type is None and pattern is None:
        state = VerdictState.SILENT
    return AiTxtRule(number, line, state, file_type[1].lower() if file_type else None, pattern)


def _dialect(body: bytes, groups: Groups) -> Dialect:
    lines = [line for group in groups.all for line in group.lines if line.key in _KEYS]
    if lines:
        is_generated = any(_GENERATED_TYPE.match(line.value) for line in lines) and not _OF_ROBOTS.search(body)
        return Dialect.SPAWNING if is_generated or _SPAWNING.search(body) else Dialect.ROBOTS
    if _OF_DRAFT.search(body):
        return Dialect.DRAFT
    return Dialect.DESCRIPTION if _OF_DESCRIPTION.search(body.lstrip(_BEFORE_TEXT)) else Dialect.UNRECOGNISED


def _of_other_dialects(body: bytes, dialect: Dialect, first: int) -> Iterator[Statement]:
    """Lines on training that are not Spawning's; where the file has no rule at all, one that names the dialect."""
    number = first
    for line, octets in enumerate(body.splitlines(), 1):
        match = _ON_TRAINING.match(octets)
        if match is not None:
            key, value = (_text(side) for side in match.groups())
            yield _other(number, f"{value}; dialect={dialect}", f"line {line}: {key}: {value}", VerdictState.UNKNOWN)
            number += 1
    if number == first and (prose := reservation_in_prose(_text_lines(body))) is not None:
        yield prose_statement(number, prose)
    elif not number and body.strip(_BEFORE_TEXT):
        # No words of the file: they say nothing on training, and may name people.
        yield _other(number, f"dialect={dialect}", "the file as a whole", VerdictState.SILENT)


def _text_lines(body: bytes) -> Iterator[ProseLine]:
    for number, line in enumerate(body.splitlines(), 1):
        yield ProseLine(number, line.decode("utf-8", "replace"))


def _other(number: int, value: str, rule: str, state: VerdictState) -> Statement:
    return Statement(number, None, (ANY_AGENT,), Purpose.TRAIN, value[:MAX_TEXT], rule[:MAX_TEXT], state)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")[:MAX_TEXT]


def _outcome(body: bytes) -> Outcome:
    """*OK* for text that is no other format, *absent* for a web page, which hosts send that know no missing file."""
    if is_web_page(body):
        return Outcome.ABSENT
    is_text = b"\0" not in body and not body.lstrip(_BEFORE_TEXT).startswith((b"<", b"{", b"["))
    return Outcome.OK if is_text else Outcome.UNREADABLE


def _read_host_file(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_ai_txt(file.body)


PROTOCOL = ReservationProtocol(
    name="ai_txt",
    version="4",
    specification="Spawning ai.txt",
    specification_date="2023-05-30",
    label="ai.txt",
    signals_key="ai_txt",
    file=PolicyFile("/ai.txt", _outcome),
    read_host_file=_read_host_file,
)
