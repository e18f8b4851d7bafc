"""RSL, Really Simple Licensing: licence documents, what points to them, and those that pages carry.

Read as RSL 1.0 says (RSL-SPEC-1.0, 10 December 2025, with errata to 7 August 2026); `rsl_terms` tells how a licence is
read. A content's `url` is a path pattern of RFC 9309 on the host that is judged, or names its host; contents of other
hosts say nothing. Of the contents that match a path, the narrowest that speaks on training decides; those as narrow
combine restrictively, whatever their order (3.1.1). An empty `url` stands for all that the document is attached to
(4.6).

Lines `License` of robots.txt (4.4), headers `Link` (4.5) and tags `link` (4.6.1) only point to terms. What those say is
not part of what was read: *unknown*. Lines in the groups of an agent in robots.txt speak to it, else those outside any
group do (4.4.3). Terms within a page or a file (4.6.2, 4.8) are about a place or an asset that evidence does not name:
what they reserve counts for the page, what they permit only where they stand in its head with an empty `url`. Terms in
a page that cannot be read are an *error*. A page's terms and the host's combine restrictively (4.9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from xml.etree.ElementTree import Element

from colophon.reservations.page_evidence import IN_BODY, PagePart, PagePartKind
from colophon.reservations.parsing.page_tags import tag_of
from colophon.reservations.parsing.path_patterns import PathPattern, path_forms, path_pattern
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, SIZE_LIMIT, Groups, RobotsLine, read_groups
from colophon.reservations.parsing.xml import xml_root
from colophon.reservations.protocols.robots import CRAWL_KEYS
from colophon.reservations.reservation_protocol import (
    UNKNOWN_PATH,
    AgentTokens,
    EmbeddedMetadata,
    HostFile,
    Judge,
    Meaning,
    PageHeader,
    PageTags,
    PathlessStatements,
    PolicyFile,
    Reading,
    ReservationProtocol,
    Statement,
    TagPlace,
)
from colophon.urls import clean_url
from colophon.vocabulary import Outcome, Purpose, VerdictState

NAMESPACE = "https://rslstandard.org/rsl"
_NAMESPACE_OF_ANY_VERSION = re.compile(r"https?://(?:www\.)?rslstandard\.org/rsl(?:/|$)", re.IGNORECASE)

# `train-ai` is the word of the first draft for `ai-train`.
_TRAINING = frozenset({"all", "ai-all", "ai-train", "train-ai"})
_ALSO_RESERVING = frozenset({"train-genai", "ai-training"})
_BETWEEN_WORDS = re.compile(r"[\s,]+")
_FREE = "free"
_ASKING = frozenset({"custom", "amount", "accepts"})
_ADDRESSES = ("standard", "custom")

#: Elements of the namespace (3, Appendix A).
_KNOWN = frozenset({
    "rsl",
    "content",
    "license",
    "permits",
    "prohibits",
    "payment",
    "standard",
    "custom",
    "amount",
    "accepts",
    "reporting",
    "legal",
    "alternate",
    "schema",
    "copyright",
    "terms",
})  # fmt: skip


class Grant(StrEnum):
    """What a licence means for training, the strictest first."""

    PROHIBITED = "prohibited"
    CONDITIONAL = "conditional"
    FREE = "free"
    NOT_LISTED = "not_listed"
    NOTHING_SAID = "nothing_said"

    @property
    def state(self) -> VerdictState:
        """What the licence means taken alone."""
        if self is Grant.FREE:
            return VerdictState.ALLOWED
        return VerdictState.SILENT if self is Grant.NOTHING_SAID else VerdictState.RESERVED


@dataclass(frozen=True, slots=True)
class RslLicense:
    """One licence. `content` and `place` count from 1 in the document and in its content; `url` is the content's.

    `value` names the uses and conditions, with the addresses at which a licence may be had.
    """

    content: int
    place: int
    url: str
    grant: Grant
    value: str


def rsl_licenses(document: bytes) -> tuple[RslLicense, ...] | None:
    """The licences of an RSL document, or of a feed or package in which contents stand; None for other XML or none.

    A content without a licence says nothing.
    """
    root = xml_root(document)
    if root is None:
        return None
    namespace, _, name = root.tag.removeprefix("{").rpartition("}")
    is_rsl = name == "rsl" and (not namespace or is_rsl_namespace(namespace))
    contents = list(_contents(root, namespace if is_rsl else NAMESPACE))
    if not contents and not is_rsl:
        return None
    licenses = tuple(
        _license(number, place, url, content, license_)
        for number, (url, content) in enumerate(contents, 1)
        for place, license_ in enumerate(_children(content, "license"), 1)
    )
    name_assets = all("url" in content.attrib for _, content in contents)
    may_permit = (namespace == NAMESPACE or not is_rsl) and name_assets and _only_known(root)
    return tuple(
        each if each.grant is not Grant.FREE or (may_permit and (is_rsl or each.url)) else _permitting_nothing(each)
        for each in licenses
    )


def _permitting_nothing(license_: RslLicense) -> RslLicense:
    return replace(license_, grant=Grant.NOTHING_SAID)


def is_rsl_namespace(namespace: str) -> bool:
    """Whether a namespace is that of RSL, of whatever version."""
    return _NAMESPACE_OF_ANY_VERSION.match(namespace) is not None


def _contents(root: Element, namespace: str) -> Iterator[tuple[str, Element]]:
    """Contents with their addresses; that of a feed's item stands for an empty one (4.7).

    Those of a document of the protocol are its children: elements of other namespaces, and what stands in them, are
    ignored there (errata of 7 August 2026).
    """
    tag = f"{{{namespace}}}content" if namespace else "content"
    if root.tag.rpartition("}")[0] == tag.rpartition("}")[0]:
        yield from ((content.get("url", "").strip(), content) for content in root.iterfind(tag))
        return
    # Each element once, however items are nested.
    left = [(root, "")]
    while left:
        element, link = left.pop()
        if element.tag == tag:
            yield element.get("url", "").strip() or link, element
        link = element.findtext("link", "").strip() if element.tag == "item" else link
        left += [(child, link) for child in element[::-1]]


def _only_known(root: Element) -> bool:
    prefix = f"{{{NAMESPACE}}}"
    return all(e.tag.removeprefix(prefix) in _KNOWN for e in root.iter() if e.tag.startswith(prefix))


def _license(number: int, place: int, url: str, content: Element, license_: Element) -> RslLicense:
    permitted = _words(license_, "permits", "usage")
    prohibited = _words(license_, "prohibits", "usage")
    conditions = (*_server(content), *_server(license_), *_conditions(license_))
    if set(prohibited) & (_TRAINING | _ALSO_RESERVING):
        grant = Grant.PROHIBITED
    elif permitted and not set(permitted) & _TRAINING:
        grant = Grant.NOT_LISTED
    elif conditions:
        grant = Grant.CONDITIONAL
    else:
        grant = Grant.FREE if permitted else Grant.NOTHING_SAID
    terms = (
        *(f"prohibits {' '.join(words)}" for words in (prohibited,) if words),
        *(f"permits {' '.join(words)}" for words in (permitted,) if words),
        *conditions,
    )
    return RslLicense(number, place, url, grant, "; ".join(terms) or "no use named")


def _words(license_: Element, element: str, kind: str) -> tuple[str, ...]:
    """The words of all elements of a kind; without one, they are about usage."""
    words = (
        word
        for written in _children(license_, element)
        if written.get("type", "usage").strip().lower() == kind
        for word in _BETWEEN_WORDS.split("".join(written.itertext()).lower())
        if word
    )
    return tuple(dict.fromkeys(words))


def _server(element: Element) -> Iterator[str]:
    if "server" in element.attrib:
        yield f"server={element.get('server', '').strip()}"
    elif element.get("encrypted", "").strip().lower() == "true":
        yield "encrypted"


def _conditions(license_: Element) -> Iterator[str]:
    for kind in ("user", "geo"):
        for element in ("permits", "prohibits"):
            if words := _words(license_, element, kind):
                yield f"{element} {kind} {' '.join(words)}"
    for payment in _children(license_, "payment"):
        kind = payment.get("type", "").strip().lower()
        asks = [child for name in _ASKING for child in _children(payment, name)]
        asks += [] if kind else _children(payment, "standard")
        if asks or kind not in {"", _FREE}:
            yield f"payment={kind or 'custom'}"
            for child in (c for name in _ADDRESSES for c in _children(payment, name)):
                yield f"license={_address(child)}"
    for reporting in _children(license_, "reporting"):
        yield f"reporting={reporting.get('profile', '').strip()}"


def _address(element: Element) -> str:
    """An address as written; a mailbox may be that of a person."""
    written = "".join(element.itertext()).strip()
    return "by mail" if written.lower().startswith("mailto:") or "@" in written.partition("/")[0] else written


def _children(parent: Element, name: str) -> list[Element]:
    """Children of the parent's own namespace."""
    prefix, brace, _ = parent.tag.rpartition("}")
    return parent.findall(f"{prefix}{brace}{name}")


_MEDIA_TYPE = "application/rsl+xml"
_RELATION = "license"

_ABSOLUTE = re.compile(r"(?:(https?):)?//([^/?#]*)([^#]*)", re.IGNORECASE)
_LICENSE_KEY = b"license"
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_LINK_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"([^"]*)"|([^";,\s]*))')

_STRICTEST_FIRST = {grant: rank for rank, grant in enumerate(Grant)}
_STATES_FIRST = {state: rank for rank, state in enumerate(VerdictState)}


@dataclass(frozen=True, slots=True)
class RslStatement:
    """A licence with its place among all of the document, and the paths of the host it is for; None for no path."""

    number: int
    license: RslLicense
    pattern: PathPattern | None

    @property
    def octets(self) -> int:
        return self.pattern.octets if self.pattern else 0

    @property
    def covers_all(self) -> bool:
        return self.pattern is not None and self.pattern.octets == 1


def read_rsl_file(file: HostFile) -> Reading:
    """What a licence document means for its host or, of a robots.txt, what its lines point to."""
    if len(file.body) > SIZE_LIMIT:
        return PathlessStatements((), None)
    licenses = rsl_licenses(file.body)
    if licenses is not None:
        return RslDocument(
            tuple(RslStatement(n, each, _pattern(each.url, file.authority)) for n, each in enumerate(licenses))
        )
    return _pointers_of_lines(file.body)


@dataclass(frozen=True, slots=True)
class RslDocument:
    """The licences of a document, read for one host."""

    licenses: tuple[RslStatement, ...]

    def statements(self) -> tuple[Statement, ...]:
        """Every licence, also those for other hosts, whose contents name them."""
        return tuple(_statement(each.number, each.license, each.license.url) for each in self.licenses)

    def judge(self, agents: AgentTokens) -> Judge:
        """What the licences for a path mean, for all training tokens."""
        tokens = tuple(sorted(agents.train))
        speaking = [
            each for each in self.licenses if each.pattern is not None and each.license.grant is not Grant.NOTHING_SAID
        ]
        narrowest_first = sorted(speaking, key=lambda each: (-each.octets, _STRICTEST_FIRST[each.license.grant]))

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            statement = (
                _of_unknown_path(narrowest_first)
                if path_and_query == UNKNOWN_PATH
                else _deciding(narrowest_first, path_and_query)
            )
            if statement is None:
                return ()
            return (Meaning(Purpose.TRAIN, statement.license.grant.state, tokens, statement.number),)

        return judged if tokens and speaking else lambda _path: ()


def _deciding(narrowest_first: list[RslStatement], path_and_query: str) -> RslStatement | None:
    forms = path_forms(path_and_query)
    return next((each for each in narrowest_first if each.pattern and each.pattern.matches(forms)), None)


def _of_unknown_path(narrowest_first: list[RslStatement]) -> RslStatement | None:
    """A reservation for any path holds, a permission only where it covers every path."""
    reserving = [each for each in narrowest_first if each.license.grant.state is VerdictState.RESERVED]
    return next(iter(reserving or [each for each in narrowest_first if each.covers_all]), None)


def _pattern(url: str, authority: str) -> PathPattern | None:
    """The paths of a host that a content is for."""
    absolute = _ABSOLUTE.match(url)
    if absolute is None:
        return path_pattern(_octets(_plain(url)))
    scheme, host, path = absolute.groups()
    place = clean_url(f"{scheme or 'https'}://{host}/")
    if place is None or place.authority != authority:
        return None
    return path_pattern(_octets(_plain(path if path.startswith("/") else f"/{path}")))


def _plain(path: str) -> str:
    """A path without final wildcards, which change nothing; the host's root stands for everything."""
    return path if "$" in path else path.rstrip("*") or "/"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _statement(number: int, license_: RslLicense, path: str) -> Statement:
    return Statement(
        number=number,
        path=path[:MAX_TEXT] or None,
        agents=(ANY_AGENT,),
        purpose=Purpose.TRAIN,
        value=license_.value[:MAX_TEXT],
        rule=f"content {license_.content}, license {license_.place}: {license_.value}"[:MAX_TEXT],
        state=license_.grant.state,
    )


@dataclass(frozen=True, slots=True)
class RslPointers:
    """The lines `License` of a robots.txt: those outside any group, and those of each group."""

    groups: Groups
    outside: tuple[Statement, ...]
    by_group: tuple[tuple[Statement, ...], ...]

    def statements(self) -> tuple[Statement, ...]:
        """Every line, for the agents of its group."""
        return (*self.outside, *(pointer for pointers in self.by_group for pointer in pointers))

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path: each line that speaks to some of the training tokens, with those."""
        tokens_by_pointer: dict[int, list[str]] = {}
        for token in sorted(self.groups.addressed(agents.train, agents.deciding)):
            own = [p for place in self.groups.chosen_by(token).places for p in self.by_group[place]]
            for pointer in own or self.outside:
                tokens_by_pointer.setdefault(pointer.number, []).append(token)
        meanings = tuple(
            Meaning(Purpose.TRAIN, VerdictState.UNKNOWN, tuple(t), n) for n, t in sorted(tokens_by_pointer.items())
        )
        return lambda _path: meanings


def _pointers_of_lines(body: bytes) -> RslPointers:
    if body.lstrip(_BEFORE_TEXT).startswith(b"<"):
        return RslPointers(Groups(()), (), ())
    groups = read_groups(body, (*CRAWL_KEYS, _LICENSE_KEY))
    numbers = count()
    outside = _pointers(groups.outside, (ANY_AGENT,), numbers)
    return RslPointers(groups, outside, tuple(_pointers(group.lines, group.names, numbers) for group in groups.all))


def _pointers(lines: tuple[RobotsLine, ...], agents: tuple[str, ...], numbers: Iterator[int]) -> tuple[Statement, ...]:
    pointing = (line for line in lines if line.key == _LICENSE_KEY and line.value)
    urls = ((line, line.value.split()[0].decode("utf-8", "replace")) for line in pointing)
    return tuple(_pointer(next(numbers), url, f"line {line.number}: {line.text}", agents) for line, url in urls)


def _pointer(number: int, url: str, rule: str, agents: tuple[str, ...] = (ANY_AGENT,)) -> Statement:
    return Statement(
        number=number,
        path=None,
        agents=agents,
        purpose=Purpose.TRAIN,
        value=url[:MAX_TEXT],
        rule=rule[:MAX_TEXT],
        state=VerdictState.UNKNOWN,
    )


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    statements: list[Statement] = []
    deciding: list[Statement] = []
    for part in parts:
        pointers = [_pointer(len(statements) + n, url, rule) for n, (url, rule) in enumerate(_pointed_to(part))]
        statements += pointers
        deciding += pointers
        licenses = _terms(part)
        if licenses is None:
            unreadable = _unreadable(len(statements), part)
            statements.append(unreadable)
            deciding.append(unreadable)
            continue
        terms = list(enumerate(licenses, len(statements)))
        statements += [_statement(number, license_, license_.url) for number, license_ in terms]
        # What is permitted for a named asset, or a part of the page, may not be for this page.
        applicable = [(n, t) for n, t in terms if t.grant is not Grant.FREE or not (t.url or _in_body(part))]
        if applicable:
            number, _ = min(applicable, key=lambda pair: _STRICTEST_FIRST[pair[1].grant])
            deciding.append(statements[number])
    deciding = [statement for statement in deciding if statement.state is not VerdictState.SILENT]
    return PathlessStatements(tuple(statements), min(deciding, key=lambda s: _STATES_FIRST[s.state], default=None))


def _pointed_to(part: PagePart) -> Iterator[tuple[str, str]]:
    """Addresses of terms, each with the words that give it."""
    if part.carrier is PagePartKind.HEADER and part.name == "link":
        for url, parameters in _LINK.findall(part.content.decode("utf-8", "replace")):
            first_values: dict[str, str] = {}
            for name, quoted, plain in _LINK_PARAMETER.findall(parameters):
                # The first counts where a parameter is given twice (RFC 8288, 3).
                first_values.setdefault(name.lower(), quoted or plain)
            if _is_pointer(first_values.get("rel", ""), first_values.get("type", "")):
                yield url.strip(), f"header link: <{url}>"
    elif _tag_name(part) == "link":
        tag = tag_of(part)
        if tag is not None and _is_pointer(tag.attribute("rel"), tag.attribute("type")):
            yield tag.attribute("href"), f"link at {part.offset}: {tag.attribute('href')}"


def _is_pointer(relation: str, media_type: str) -> bool:
    return _RELATION in relation.lower().split() and media_type.partition(";")[0].strip().lower() == _MEDIA_TYPE


def _terms(part: PagePart) -> tuple[RslLicense, ...] | None:
    """Licences within a script, or among the metadata of a file; None for a script that is to hold some, and is no
    document of the protocol."""
    if part.carrier is PagePartKind.EMBEDDED:
        return (rsl_licenses(part.content) or ()) if part.name in {"xmp", "opf"} else ()
    tag = tag_of(part) if _tag_name(part) == "script" else None
    if tag is None or tag.attribute("type").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        return ()
    text = tag.text.strip()
    # In XHTML, a script's XML may be marked as text.
    if text.startswith("<![CDATA["):
        text = text.removeprefix("<![CDATA[").removesuffix("]]>").strip()
    licenses = rsl_licenses(_octets(text)) if text else ()
    if licenses is not None and any(license_.content > 1 for license_ in licenses):
        # A script holds one content (4.6.2); of several, nobody can tell which permits what for the page.
        return tuple(each if each.grant is not Grant.FREE else _permitting_nothing(each) for each in licenses)
    return licenses


def _tag_name(part: PagePart) -> str:
    return part.name.removeprefix(IN_BODY) if part.carrier is PagePartKind.MARKUP else ""


def _in_body(part: PagePart) -> bool:
    return part.carrier is PagePartKind.MARKUP and part.name.startswith(IN_BODY)


def _unreadable(number: int, part: PagePart) -> Statement:
    rule = f"script at {part.offset}: unreadable"
    return Statement(number, None, (ANY_AGENT,), Purpose.TRAIN, "unreadable", rule, VerdictState.ERROR)


def _outcome(body: bytes) -> Outcome:
    """*OK* for XML that holds licences, declares no entities and fetches nothing."""
    root = xml_root(body)
    if root is None:
        return Outcome.UNREADABLE
    holds = root.tag == "rsl" or any("rslstandard.org/rsl" in element.tag for element in root.iter())
    return Outcome.OK if holds else Outcome.UNREADABLE


def _speaks(element: str, attributes: Mapping[str, str]) -> bool:
    is_rsl = attributes.get("type", "").partition(";")[0].strip().lower() == _MEDIA_TYPE
    return is_rsl and (element == "script" or _RELATION in attributes.get("rel", "").lower().split())


def _is_property(name: str) -> bool:
    return is_rsl_namespace(name.removeprefix("{").rpartition("}")[0])


def _read_host_file(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_rsl_file(file)


PROTOCOL = ReservationProtocol(
    name="rsl",
    version="3",
    specification="RSL 1.0",
    specification_date="2025-12-10",
    label="Really Simple Licensing",
    signals_key="rsl",
    file=PolicyFile(None, _outcome, media_types=("xml", "rsl")),
    pointer_file="robots",
    read_host_file=_read_host_file,
    page_headers=(PageHeader("link", traces=(b"license", b"application/rsl")),),
    page_tags=(PageTags(frozenset({"link", "script"}), (b"application/rsl",), _speaks, TagPlace.ANYWHERE),),
    embedded=EmbeddedMetadata(traces=(b"rslstandard.org",), is_property=_is_property),
    read_page=_read_page,
    rules_name_hosts=True,
)
