"""The interface of a protocol: where its statements can occur, how they are parsed, and what they mean for a path.

A protocol is a module with a `ReservationProtocol`, and a line in the registry `reservations.PROTOCOLS` or an entry
point of the group `colophon.protocols`. All differences between protocols are declared there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from colophon.reservations.page_evidence import PagePart, PagePartKind, unpacked
from colophon.vocabulary import Outcome, Purpose, VerdictState


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy file. `number` identifies it in its file; `state` is its meaning on its own."""

    number: int
    path: str | None
    agents: tuple[str, ...]
    purpose: Purpose
    value: str
    rule: str
    state: VerdictState


@dataclass(frozen=True, slots=True)
class AgentTokens:
    """The tokens for which a document is judged: those of its collector, and those that represent training.

    If a file has a group for one of `deciding`, its rules for `*` are not for training tokens that it does not name.
    """

    crawl: tuple[str, ...]
    train: tuple[str, ...]
    deciding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """The state of a path for a purpose and some of the tokens, sorted. `statement` is None if the observation failed.

    *Unknown* means that the statement points to terms that are not part of the file or page that was read.
    """

    purpose: Purpose
    state: VerdictState
    agents: tuple[str, ...]
    statement: int | None


#: Used for a path that is not stored because its address contained personal data. If a file restricts any path, this
#: path is treated as restricted: a superfluous restriction can be corrected later, a missing one cannot.
UNKNOWN_PATH = ""

#: Maps path and query to meanings; empty if no statement applies.
Judge = Callable[[str], tuple[Meaning, ...]]


class Reading(Protocol):
    """A parsed policy file, or the parsed statements of a page, which can be evaluated for any number of paths."""

    def statements(self) -> tuple[Statement, ...]: ...

    def judge(self, agents: AgentTokens) -> Judge: ...


@dataclass(frozen=True, slots=True)
class HostFile:
    """A policy file as received. `authority` is that of its host; empty for protocols whose rules contain no hosts."""

    body: bytes
    authority: str


class PageRule(StrEnum):
    """Which statements apply if both a host's file and a page have some under one protocol."""

    RESTRICTIVE = "restrictive"
    PAGE_WINS = "page_wins"


class ProtocolCarrier(StrEnum):
    """The carrier of a protocol's statements; it determines to which documents of a record the protocol can apply."""

    HOST = "host"  # a file of the host, optionally pages too
    PAGE = "page"  # only headers or tags of a page
    MEDIA = "media"  # metadata of files other than text
    LIST = "list"  # entries of a dated list


def _is_any_file(_body: bytes) -> Outcome:
    return Outcome.OK


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A host's file that belongs to one protocol.

    `path` is its fixed path on every host; None if it may have any address, and then a host may have several, all of
    which are in force. `outcome` checks whether the body of a successful response is such a file. `refused` is the
    outcome of status 401 or 403: no published protocol reads a refusal of its file as a statement. `too_long` is the
    outcome of a file of which only the first `policy_files.MAX_POLICY_BYTES` octets are read. If `media_types` is not
    empty, a response is treated as such a file only if its status is 200 and its media type contains one of these
    strings.
    """

    path: str | None
    outcome: Callable[[bytes], Outcome] = _is_any_file
    refused: Outcome = Outcome.ABSENT
    too_long: Outcome = Outcome.TOO_LARGE
    media_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageHeader:
    """A response header that may be a statement on rights; `name` is in lower case.

    Only a value that contains all of `traces`, which are in lower case, can be a statement. If it contains one of
    `media_traces`, it is about one kind of media, and the media type of the response is stored with it.
    """

    name: str
    traces: tuple[bytes, ...] = ()
    media_traces: tuple[bytes, ...] = ()


class TagPlace(StrEnum):
    """The part of a page in which a tag can be a statement."""

    HEAD = "head"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class PageTags:
    """Tags of a page that may be statements on rights.

    Every page with such a tag contains one of `traces`, which are in lower case. `speaks` is called for each tag named
    in `elements` (`meta`, `link`, `script`), with this name and a mapping of lower-case attribute names to values, and
    returns whether the tag may be a statement.
    """

    elements: frozenset[str]
    traces: tuple[bytes, ...]
    speaks: Callable[[str, Mapping[str, str]], bool]
    place: TagPlace = TagPlace.HEAD


def meta_tags(*names: str, traces: tuple[bytes, ...] = ()) -> PageTags:
    """The tags `<meta name="…" content="…">` in the head with one of these names, which are in lower case.

    `traces` are those of `PageTags`; the default is the names.
    """

    def speaks(_element: str, attributes: Mapping[str, str]) -> bool:
        return attributes.get("name", "").strip().lower() in names

    return PageTags(frozenset({"meta"}), traces or tuple(name.encode() for name in names), speaks)


def _is_no_property(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """Metadata in a file that may contain statements on rights: XMP packets, packages of EPUB files, C2PA manifests.

    Every packet or package with a statement contains one of `traces`; a package may contain one of `epub_traces`
    instead. Stored are the properties for whose name, `{namespace}name`, `is_property` returns true, and the elements
    `meta` of a package whose name without its prefix is in `epub_names`. Manifests are read as a whole, by a library.
    """

    traces: tuple[bytes, ...] = ()
    epub_traces: tuple[bytes, ...] = ()
    is_property: Callable[[str], bool] = _is_no_property
    epub_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReservationProtocol:
    """The declaration of one protocol, with the functions that parse it, which raise no errors.

    `name` identifies it in tables and policies, and `label` is its name for people. `signals_key` is the key of the
    block `signals` of a source that lists files with its observations, None if there are no such files.

    `file` is its own file on a host; if its path is fixed, `signals collect` requests it from every host. `lines_in`
    names the protocol whose file contains its lines, `pointer_file` the protocol whose file contains lines that point
    to its own files at any address. `read_host_file` parses all of these; for a list, it parses one entry.

    `page_headers`, `page_tags` and `embedded` are the parts of a response that may contain its statements. `read_page`
    receives all parts of one response that may be statements under any protocol, in their order; its result is the same
    for every path.

    Both functions also receive the tokens that represent training under a policy.
    """

    name: str
    version: str
    specification: str
    specification_date: str
    label: str
    carrier: ProtocolCarrier = ProtocolCarrier.HOST
    signals_key: str | None = None
    file: PolicyFile | None = None
    lines_in: str | None = None
    pointer_file: str | None = None
    read_host_file: Callable[[HostFile, frozenset[str]], Reading] | None = None
    page_headers: tuple[PageHeader, ...] = ()
    page_tags: tuple[PageTags, ...] = ()
    embedded: EmbeddedMetadata | None = None
    read_page: Callable[[tuple[PagePart, ...], frozenset[str]], Reading] | None = None
    page_rule: PageRule = PageRule.RESTRICTIVE
    rules_name_hosts: bool = False

    @property
    def host_file(self) -> str | None:
        """The protocol whose observations `read_host_file` parses: its own, or the one named by `lines_in`."""
        return None if self.read_host_file is None else self.lines_in or self.name

    @property
    def files_anywhere(self) -> bool:
        """Whether a host may have several files of the protocol at any address, all of which are in force."""
        return self.file is not None and self.file.path is None

    @property
    def page_carriers(self) -> tuple[PagePartKind, ...]:
        """The parts of a response that must be searched before it is known to contain no statement."""
        places = {
            PagePartKind.HEADER: self.page_headers,
            PagePartKind.MARKUP: self.page_tags,
            PagePartKind.EMBEDDED: self.embedded,
        }
        return tuple(kind for kind, place in places.items() if place)

    def reading(self, body: bytes, authority: str, training_tokens: frozenset[str]) -> Reading:
        """Parse a host's file; no statements for a protocol without one."""
        if self.read_host_file is None:
            return _EMPTY_READING
        return self.read_host_file(HostFile(body, authority if self.rules_name_hosts else ""), training_tokens)

    def page_reading(self, evidence: bytes, training_tokens: frozenset[str]) -> Reading:
        """Parse the packed parts of a response; no statements for a protocol that pages do not carry."""
        return _EMPTY_READING if self.read_page is None else self.read_page(unpacked(evidence), training_tokens)


class _EmptyReading:
    def statements(self) -> tuple[Statement, ...]:
        return ()

    def judge(self, _agents: AgentTokens) -> Judge:
        return lambda _path: ()


_EMPTY_READING = _EmptyReading()


@dataclass(frozen=True, slots=True)
class PathlessStatements:
    """All statements, and the one that decides for every path; None if no statement is about training."""

    all: tuple[Statement, ...]
    deciding: Statement | None

    def statements(self) -> tuple[Statement, ...]:
        return self.all

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path."""
        meanings: tuple[Meaning, ...] = ()
        if self.deciding is not None and self.deciding.state is not VerdictState.SILENT and agents.train:
            meanings = (Meaning(Purpose.TRAIN, self.deciding.state, tuple(sorted(agents.train)), self.deciding.number),)
        return lambda _path: meanings
