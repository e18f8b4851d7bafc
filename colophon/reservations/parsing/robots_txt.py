"""Parses the lines and groups of a robots.txt, and selects the groups of an agent (RFC 9309, sections 2.1 to 2.2.1).

Tolerance beyond the standard, for files in use, follows Google's published parser: a missing colon between two words,
an incomplete byte-order mark, agent names cut at the first character that is not allowed in a product token, and lines
cut at a NUL octet. There are three intentional differences from that parser: a key is the whole word before the colon,
since longer words are records of other vocabularies (`DisallowAITraining`), which must not interfere (section 2.2.4);
long lines are not cut; and a name in use that does not follow the grammar of product tokens (`AI2Bot`, `ChatGPT Agent`)
is matched in full.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

#: Maximum size in octets that is read, which is the minimum that RFC 9309, section 2.5, requires.
SIZE_LIMIT = 500 * 1024

#: Longest rule or agent stored as text, in characters; the evidence contains the whole line.
MAX_TEXT = 2_083

ANY_AGENT = "*"
_AGENT_KEYS = frozenset({b"user-agent", b"user-agents", b"useragent", b"user agent"})
#: Spaces of Unicode that editors leave behind words, in UTF-8: one without break, and one without width.
_OTHER_SPACE = re.compile(rb"(?:\s|\xc2\xa0|\xe2\x80\x8b)+\Z")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOKEN_CHARACTERS = frozenset(string.ascii_lowercase + "_-")


#: Files whose lines are cached. Protocols read the same file one after the other; a long file takes much memory.
_FILES_HELD = 8


@lru_cache(_FILES_HELD)
def lines_of(body: bytes) -> Lines:
    """The lines of a file, split once for all protocols that read it."""
    return Lines(tuple(_lines(body)))


def read_groups(body: bytes, rule_keys: tuple[bytes, ...]) -> Groups:
    """The groups of a file; `rule_keys` as for `Lines.groups`."""
    return lines_of(body).groups(rule_keys)


@dataclass(frozen=True, slots=True)
class RobotsLine:
    """A line with a key, in lower case, and a value. `number` is 1-based, `written` the line without its comment."""

    number: int
    key: bytes
    value: bytes
    written: bytes

    @property
    def text(self) -> str:
        """The line as it stands in the file, as far as it is stored."""
        return self.written.decode("utf-8", "replace")[:MAX_TEXT]


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A `User-agent` line: its value in lower case with single spaces, and the product token the value begins with."""

    value: str
    token: str

    def names(self, token: str) -> bool:
        """Whether the value is this normalised name, or begins with it and continues after a word boundary."""
        rest = self.value.removeprefix(token)
        return len(rest) < len(self.value) and not (rest[:1].isalnum() or rest[:1] in tuple("-_"))


@dataclass(frozen=True, slots=True)
class Group:
    agents: tuple[AgentLine, ...]
    lines: tuple[RobotsLine, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct values of the agent lines, sorted."""
        return tuple(sorted({agent.value for agent in self.agents}))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The indices of the groups for an agent. `name` is the agent's own, `*`, or None if there are no such groups."""

    name: str | None
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a file in order, with an index by agent; `outside` are the lines before the first group."""

    all: tuple[Group, ...]
    outside: tuple[RobotsLine, ...] = ()
    _by_token: dict[str, list[int]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for place, group in enumerate(self.all):
            for token in {agent.token for agent in group.agents if agent.token}:
                self._by_token.setdefault(token, []).append(place)

    def chosen_by(self, agent: str) -> Chosen:
        """All groups that name the agent, given by its product token, else those for `*` (section 2.2.1)."""
        token = product_token(agent)
        own = tuple(self._naming(token))
        if own:
            return Chosen(token, own)
        places = tuple(self._by_token.get(ANY_AGENT, ()))
        return Chosen(ANY_AGENT if places else None, places)

    def addressed(self, tokens: Iterable[str], deciding: Iterable[str]) -> tuple[str, ...]:
        """The tokens to which groups are addressed: all of them, or those that the file names if it has a group for one
        of `deciding`."""
        if not any(self._names(token) for token in deciding):
            return tuple(tokens)
        return tuple(token for token in tokens if self._names(token))

    def _names(self, agent: str) -> bool:
        return self.chosen_by(agent).name not in {None, ANY_AGENT}

    def _naming(self, token: str) -> Iterator[int]:
        if token == ANY_AGENT or is_product_token(token):
            yield from self._by_token.get(token, ())
            return
        for place, group in enumerate(self.all):
            if any(agent.names(token) for agent in group.agents):
                yield place


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file that have a key and a value. Groups are computed once for each set of rule keys.

    Octets beyond `SIZE_LIMIT` are not read, and a line that is cut by the limit is ignored.
    """

    all: tuple[RobotsLine, ...]
    _keys: frozenset[bytes] = field(init=False, repr=False, compare=False)
    _groups: dict[frozenset[bytes], Groups] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", frozenset(line.key for line in self.all))

    def groups(self, rule_keys: tuple[bytes, ...]) -> Groups:
        """The groups, with those of their lines that have one of the keys `rule_keys`, which are in lower case.

        Only such a line ends a list of agents, so that the groups of a protocol with additional rules depend on these
        rules too. A rule before any agent belongs to no group.
        """
        used = self._keys.intersection(rule_keys)
        if used not in self._groups:
            self._groups[used] = self._drawn_by(used)
        return self._groups[used]

    def _drawn_by(self, rule_keys: frozenset[bytes]) -> Groups:
        groups: list[Group] = []
        agents: list[AgentLine] = []
        lines: list[RobotsLine] = []
        outside: list[RobotsLine] = []
        for line in self.all:
            if line.key in _AGENT_KEYS:
                if lines:
                    groups.append(Group(tuple(agents), tuple(lines)))
                    agents, lines = [], []
                agents.append(_agent_line(line.value))
            elif line.key in rule_keys:
                (lines if agents else outside).append(line)
        if agents:
            groups.append(Group(tuple(agents), tuple(lines)))
        return Groups(tuple(groups), tuple(outside))


def product_token(agent: str) -> str:
    """The normalised name of an agent: lower case, single spaces, without the version after a slash."""
    return " ".join(agent.partition("/")[0].lower().split())


def is_product_token(token: str) -> bool:
    """Whether a name, in lower case, follows the standard's grammar."""
    return _TOKEN_CHARACTERS.issuperset(token)


def _lines(body: bytes) -> Iterator[RobotsLine]:
    read = body[:SIZE_LIMIT]
    if len(body) >= SIZE_LIMIT and not read.endswith((b"\n", b"\r")):
        read = read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]
    for octet in _BYTE_ORDER_MARK:
        if not read.startswith(bytes((octet,))):
            break
        read = read[1:]
    # bytes.splitlines splits at CRLF, CR and LF only, as the standard requires.
    for number, raw in enumerate(read.splitlines(), 1):
        line = raw.partition(b"\0")[0].partition(b"#")[0].strip()
        key, colon, value = line.partition(b":")
        if not colon:
            words = line.split()
            if len(words) != len((key, value)):
                continue
            key, value = words
        if key := _OTHER_SPACE.sub(b"", key.strip()):
            yield RobotsLine(number, key.lower(), value.strip(), line)


def _agent_line(value: bytes) -> AgentLine:
    # Bytes are normalised before decoding, so that only ASCII letters and spaces are changed.
    text = b" ".join(value.lower().split()).decode("utf-8", "replace")[:MAX_TEXT]
    if text == ANY_AGENT or text.startswith("* "):
        return AgentLine(ANY_AGENT, ANY_AGENT)
    return AgentLine(text, "".join(takewhile(_TOKEN_CHARACTERS.__contains__, text)))
