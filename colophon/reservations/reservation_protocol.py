"""What a protocol is: where it stands, how it is read, and what it gives, statements and what they mean for one path.

A protocol is a module with a `ReservationProtocol`, and a line in the registry `reservations.PROTOCOLS` or an entry
point of the group `colophon.protocols`. All that differs between protocols is said there and nowhere else.
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
    """One thing a policy file says. `number` names it inside its file; `state` is what it means taken by itself."""

    number: int
    path: str | None
    agents: tuple[str, ...]
    purpose: Purpose
    value: str
    rule: str
    state: VerdictState


@dataclass(frozen=True, slots=True)
class AgentTokens:
    """The tokens a document is judged for: those of its collector, and those that stand for training."""

    crawl: tuple[str, ...]
    train: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is so for a path, a purpose and some of the tokens, sorted; `statement` is None where the look failed.

    *Unknown* means that the statement points to terms that are not part of what was read.
    """

    purpose: Purpose
    state: VerdictState
    agents: tuple[str, ...]
    statement: int | None


#: Stands for a path that is not kept because its address held personal data. It counts as one that is spoken
#: against, if any is: a restriction too many is mended, one too few is not.
UNKNOWN_PATH = ""

#: From path and query to what was said about it; silence gives nothing.
Judge = Callable[[str], tuple[Meaning, ...]]


class Reading(Protocol):
    """A policy file, or the statements of a page, read once and asked many times."""

    def statements(self) -> tuple[Statement, ...]: ...

    def judge(self, agents: AgentTokens) -> Judge: ...


@dataclass(frozen=True, slots=True)
class HostFile:
    """A policy file as it came back. `authority` is that of its host, empty for protocols whose rules name no hosts."""

    body: bytes
    authority: str


class PageRule(StrEnum):
    """What is so where a host's file and a page speak under one protocol."""

    RESTRICTIVE = "restrictive"
    PAGE_WINS = "page_wins"


class ProtocolCarrier(StrEnum):
    """What carries the statements of a protocol; it decides to which documents of a record the protocol can apply."""

    HOST = "host"  # a file of the host, perhaps pages too
    PAGE = "page"  # headers or tags of a page, nothing else
    MEDIA = "media"  # metadata of files that are no text
    LIST = "list"  # entries of a dated list


def _is_any_file(_body: bytes) -> Outcome:
    return Outcome.OK


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file of a host that is a protocol's own.

    `path` is where it lies on every host; None where it may lie anywhere, and a host may have several, all of which
    count. `outcome` says whether the bytes of a success are such a file. `refused` is what a status of 401 or 403
    means, `too_long` what a file means of which only the first `policy_files.MAX_POLICY_BYTES` octets are read.
    `media_types` are texts: a response at any address is taken for such a file only where it is a success whose media
    type holds one of them.
    """

    path: str | None
    outcome: Callable[[bytes], Outcome] = _is_any_file
    refused: Outcome = Outcome.REFUSED
    too_long: Outcome = Outcome.TOO_LARGE
    media_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageHeader:
    """A response header that may speak on rights; `name` in lower case.

    A value that speaks holds all of `traces`, in lower case. Where it holds one of `media_traces` it is about one kind
    of media, so that the media type of the response is kept beside it.
    """

    name: str
    traces: tuple[bytes, ...] = ()
    media_traces: tuple[bytes, ...] = ()


class TagPlace(StrEnum):
    """Where in a page a tag can speak."""

    HEAD = "head"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class PageTags:
    """Tags of a page that may speak on rights.

    Every page with such a tag holds one of `traces`, in lower case. `speaks` is asked for each tag named in `elements`
    (`meta`, `link`, `script`), with that name and its attributes by their names in lower case.
    """

    elements: frozenset[str]
    traces: tuple[bytes, ...]
    speaks: Callable[[str, Mapping[str, str]], bool]
    place: TagPlace = TagPlace.HEAD


def meta_tags(*names: str, traces: tuple[bytes, ...] = ()) -> PageTags:
    """The tags `<meta name="…" content="…">` in the head with one of these names, which are in lower case.

    `traces` are as for `PageTags`, and the names where none are given.
    """

    def speaks(_element: str, attributes: Mapping[str, str]) -> bool:
        return attributes.get("name", "").strip().lower() in names

    return PageTags(frozenset({"meta"}), traces or tuple(name.encode() for name in names), speaks)


def _is_no_property(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """Metadata in a file that may speak on rights: XMP packets, packages of EPUB files, manifests of C2PA.

    Every packet or package that speaks holds one of `traces`; a package may hold one of `epub_traces` instead. Of the
    properties in it those are kept whose name, `{namespace}name`, `is_property` knows, and of the elements `meta` of a
    package those whose name without its prefix is in `epub_names`. Manifests are read as a whole, by a library.
    """

    traces: tuple[bytes, ...] = ()
    epub_traces: tuple[bytes, ...] = ()
    is_property: Callable[[str], bool] = _is_no_property
    epub_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReservationProtocol:
    """All that the program knows of one protocol, and the functions that read it. Those never fail.

    `name` stands for it in tables and policies, `label` is what people call it, and `signals_key` is the key of the
    block `signals` of a source under which files with its observations are given, None where there are no such files.

    `file` is its own file of a host; where its path is fixed, `signals collect` asks every host for it. `lines_in`
    names the protocol in whose file its lines stand, `pointer_file` one in whose file lines point to its own files,
    wherever these lie. `read_host_file` reads all of these; of a list, it reads one entry.

    `page_headers`, `page_tags` and `embedded` are the parts of a response in which it may stand. `read_page` gets all
    parts of one response that may speak under any protocol, in their order, and what it gives is the same for
    every path.

    Both readers also get the tokens that a policy takes to speak to training.
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
        """The protocol whose observations `read_host_file` reads: its own, or that in whose file its lines stand."""
        return None if self.read_host_file is None else self.lines_in or self.name

    @property
    def files_anywhere(self) -> bool:
        """Whether a host may have several files of the protocol, all of which count."""
        return self.file is not None and self.file.path is None

    @property
    def page_carriers(self) -> tuple[PagePartKind, ...]:
        """What must have been looked through in a response before it is known that it says nothing."""
        places = {
            PagePartKind.HEADER: self.page_headers,
            PagePartKind.MARKUP: self.page_tags,
            PagePartKind.EMBEDDED: self.embedded,
        }
        return tuple(kind for kind, place in places.items() if place)

    def reading(self, body: bytes, authority: str, training_tokens: frozenset[str]) -> Reading:
        """What a host's file says; nothing for a protocol without one."""
        if self.read_host_file is None:
            return _EMPTY_READING
        return self.read_host_file(HostFile(body, authority if self.rules_name_hosts else ""), training_tokens)

    def page_reading(self, evidence: bytes, training_tokens: frozenset[str]) -> Reading:
        """What a page says, of the packed parts of its response; nothing for a protocol that pages do not carry."""
        return _EMPTY_READING if self.read_page is None else self.read_page(unpacked(evidence), training_tokens)


class _EmptyReading:
    def statements(self) -> tuple[Statement, ...]:
        return ()

    def judge(self, _agents: AgentTokens) -> Judge:
        return lambda _path: ()


_EMPTY_READING = _EmptyReading()


@dataclass(frozen=True, slots=True)
class PathlessStatements:
    """All statements, and the one that decides; None where they are silent on training."""

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
