"""The lines and groups of a robots.txt, and which groups speak to an agent (RFC 9309, sections 2.1 to 2.2.1).

What deployed files need beyond the standard follows Google's published parser: keys with something appended, a missing
colon between two words, an incomplete byte-order mark, an agent line cut at the first character that a product token
cannot hold, and the rest of a line behind a NUL octet dropped. Two things differ from that parser on purpose: long
lines are read whole; and a name that the grammar of product tokens excludes though crawlers use it (`AI2Bot`,
`ChatGPT Agent`) is found in full.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

#: What must be read of a file at least (RFC 9309, section 2.5), and is read at most. In octets.
SIZE_LIMIT = 500 * 1024

#: Longest rule or agent kept as text, in characters; the evidence holds the whole line.
MAX_TEXT = 2_083

ANY_AGENT = "*"
_AGENT_KEYS = (b"user-agent", b"useragent", b"user agent")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOKEN_CHARACTERS = frozenset(string.ascii_lowercase + "_-")


#: Files whose lines are held. Those who read the same file follow each other; a long file takes much memory.
_FILES_HELD = 8


@lru_cache(_FILES_HELD)
def lines_of(body: bytes) -> Lines:
    """The lines of a file, split once for all who ask for the same bytes one after the other."""
    return Lines(tuple(_lines(body)))


def read_groups(body: bytes, rule_keys: tuple[bytes, ...]) -> Groups:
    """The groups of a file; `rule_keys` as for `Lines.groups`."""
    return lines_of(body).groups(rule_keys)


@dataclass(frozen=True, slots=True)
class RobotsLine:
    """A line with a key, in lower case, and a value. `number` is 1-based."""

    number: int
    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A `User-agent` line: its value in lower case with single spaces, and the product token the value begins with."""

    value: str
    token: str

    def names(self, token: str) -> bool:
        """Whether the value is a name, as compared, or that name with more behind it."""
        rest = self.value.removeprefix(token)
        return len(rest) < len(self.value) and not (rest[:1].isalnum() or rest[:1] in tuple("-_"))


@dataclass(frozen=True, slots=True)
class Group:
    agents: tuple[AgentLine, ...]
    lines: tuple[RobotsLine, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The agents as written, each once, sorted."""
        return tuple(sorted({agent.value for agent in self.agents}))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The groups for an agent, by their places. `name` is the agent's own, `*`, or None where there is neither."""

    name: str | None
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a file in its order, found by agent; `outside` are the lines before any of them."""

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

    def _naming(self, token: str) -> Iterator[int]:
        if token == ANY_AGENT or is_product_token(token):
            yield from self._by_token.get(token, ())
            return
        for place, group in enumerate(self.all):
            if any(agent.names(token) for agent in group.agents):
                yield place


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file that have a key and a value; groups that are drawn by the same lines are drawn once.

    Octets beyond `SIZE_LIMIT` are not read, and a line that the limit cuts is dropped.
    """

    all: tuple[RobotsLine, ...]
    _keys: frozenset[bytes] = field(init=False, repr=False, compare=False)
    _groups: dict[frozenset[bytes], Groups] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", frozenset(line.key for line in self.all))

    def groups(self, rule_keys: tuple[bytes, ...]) -> Groups:
        """The groups, with those of their lines whose key, in lower case, begins like one of `rule_keys`.

        Only such a line ends a list of agents: a protocol that adds rules to the file draws its groups by them too. A
        rule before any agent is in no group.
        """
        used = frozenset(key for key in self._keys if key.startswith(rule_keys) and not key.startswith(_AGENT_KEYS))
        if used not in self._groups:
            self._groups[used] = self._drawn_by(used)
        return self._groups[used]

    def _drawn_by(self, rule_keys: frozenset[bytes]) -> Groups:
        groups: list[Group] = []
        agents: list[AgentLine] = []
        lines: list[RobotsLine] = []
        outside: list[RobotsLine] = []
        for line in self.all:
            if line.key.startswith(_AGENT_KEYS):
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
    """An agent's name as compared: lower case, single spaces, without the version behind a slash."""
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
            yield RobotsLine(number, key.lower(), value.strip())


def _agent_line(value: bytes) -> AgentLine:
    # Words and case are those of ASCII, so that no other letter or space becomes part of a token.
    text = b" ".join(value.lower().split()).decode("utf-8", "replace")[:MAX_TEXT]
    if text == ANY_AGENT or text.startswith("* "):
        return AgentLine(ANY_AGENT, ANY_AGENT)
    return AgentLine(text, "".join(takewhile(_TOKEN_CHARACTERS.__contains__, text)))
