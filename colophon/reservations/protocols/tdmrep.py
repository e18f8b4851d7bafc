"""TDMRep: `tdmrep.json`, the headers and tags `tdm-reservation` and `tdm-policy`, and metadata of EPUB and PDF files.

Read as the Final Report of the W3C Community Group says (TDM Reservation Protocol, edition of 10 May 2024): 1 reserves,
0 says that nothing is reserved, anything else, also another type than number or text, is *unset*; in JSON, 1.0 is the
same number as 1. A policy says where a licence may be had; it is kept beside the value and changes nothing.

In the file the first rule whose location matches decides (section "TDM File on the Origin Server"), with the patterns
of RFC 9309, even where its value is unset. A file that is one rule without the brackets is understood where it
reserves, since only then the mistake could cost anybody, and so is a rule without a location, behind all others.

Of one response, the header comes before the tag, and that before embedded metadata; each later one replaces what it
sets, and what it does not set stays (section "Processing priority"). One carrier that says both reserves, and so does
one rule. A page that says 0 or 1 is heard before the host's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.page_tags import tag_of
from colophon.reservations.parsing.path_patterns import PathPattern, can_match, path_forms, path_pattern
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, SIZE_LIMIT
from colophon.reservations.parsing.xml import xml_root, xmp_values
from colophon.reservations.policy_files import is_web_page
from colophon.reservations.reservation_protocol import (
    UNKNOWN_PATH,
    AgentTokens,
    EmbeddedMetadata,
    HostFile,
    Judge,
    Meaning,
    PageHeader,
    PageRule,
    PathlessStatements,
    PolicyFile,
    Reading,
    ReservationProtocol,
    Statement,
    meta_tags,
)
from colophon.vocabulary import Outcome, Purpose, VerdictState

_RESERVATION = "tdm-reservation"
_POLICY = "tdm-policy"
_STATES = {"1": VerdictState.RESERVED, "0": VerdictState.ALLOWED}
_STRICTEST_FIRST = {state: rank for rank, state in enumerate(VerdictState)}

#: The namespace as PDF files write it and, with another end, as EPUB files do; either is found in both.
_NAMESPACES = ("http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#")
_PREFIX = "tdm"
_NAMES = ("reservation", "policy")

_CARRIERS = (PagePartKind.HEADER, PagePartKind.MARKUP, PagePartKind.EMBEDDED)


@dataclass(frozen=True, slots=True)
class TdmRule:
    """A rule. `number` counts the entries of the file's array from 0; `pattern` is None where it matches nothing."""

    number: int
    location: str
    value: str
    policy: str | None
    text: str
    pattern: PathPattern | None

    @property
    def state(self) -> VerdictState:
        return _STATES.get(self.value, VerdictState.SILENT)

    @property
    def covers_all(self) -> bool:
        return self.pattern is not None and self.location.rstrip("*") in {"", "/"}


def read_tdm_file(body: bytes) -> TdmFile:
    """The rules of a `tdmrep.json`; of anything else, there are none."""
    if len(body) > SIZE_LIMIT:
        return TdmFile(())
    try:
        content = json.loads(body, object_pairs_hook=_entry)
    except (ValueError, RecursionError):
        return TdmFile(())
    if isinstance(content, dict):
        lone = _rule(0, content)
        return TdmFile((lone,) if lone.state is VerdictState.RESERVED else ())
    entries = content if isinstance(content, list) else []
    return TdmFile(tuple(_rule(number, entry) for number, entry in enumerate(entries) if isinstance(entry, dict)))


@dataclass(frozen=True, slots=True)
class TdmFile:
    """The rules of a file in their order."""

    rules: tuple[TdmRule, ...]

    def statements(self) -> tuple[Statement, ...]:
        return tuple(
            Statement(
                number=rule.number,
                path=rule.location[:MAX_TEXT] or None,
                agents=(ANY_AGENT,),
                purpose=Purpose.TRAIN,
                value=_value(rule.value, rule.policy),
                rule=f"rule {rule.number + 1}: {rule.text}",
                state=rule.state if rule.pattern is not None else VerdictState.SILENT,
            )
            for rule in self.rules
        )

    def judge(self, agents: AgentTokens) -> Judge:
        """What the first rule that matches a path means, for all training tokens."""
        tokens = tuple(sorted(agents.train))
        located_first = sorted(self.rules, key=lambda rule: not rule.location)

        def judged(path_and_query: str) -> tuple[Meaning, ...]:
            rule = self._of_unknown_path() if path_and_query == UNKNOWN_PATH else _first(located_first, path_and_query)
            if rule is None or rule.state is VerdictState.SILENT:
                return ()
            return (Meaning(Purpose.TRAIN, rule.state, tokens, rule.number),)

        return judged if tokens and self.rules else lambda _path: ()

    def _of_unknown_path(self) -> TdmRule | None:
        """A reservation for any path holds, a permission only where it covers every path."""
        effective = [rule for rule in self.rules if rule.pattern is not None]
        reserving = [rule for rule in effective if rule.state is VerdictState.RESERVED]
        if reserving:
            return reserving[0]
        all_permit = {rule.state for rule in effective} == {VerdictState.ALLOWED}
        return next((rule for rule in effective if rule.covers_all), None) if all_permit else None


def _first(rules: list[TdmRule], path_and_query: str) -> TdmRule | None:
    forms = path_forms(path_and_query)
    return next((rule for rule in rules if rule.pattern is not None and rule.pattern.matches(forms)), None)


def _entry(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object of the file; of reservations that it names twice, the strictest counts, of other members the last."""
    entry = dict(members)
    reservations = [value for name, value in members if name == _RESERVATION]
    if reservations:
        entry[_RESERVATION] = min(reservations, key=_strictness)
    return entry


def _strictness(value: object) -> int:
    return _STRICTEST_FIRST[_STATES.get(_json_value(value), VerdictState.SILENT)]


def _rule(number: int, entry: dict[str, object]) -> TdmRule:
    location = entry.get("location")
    path = _text(location)
    value = _json_value(entry.get(_RESERVATION))
    is_everywhere = location is None and _STATES.get(value) is VerdictState.RESERVED
    written = b"/" if is_everywhere else path.encode("utf-8", "replace")
    return TdmRule(
        number=number,
        location=path,
        value=value,
        policy=_text(entry.get(_POLICY)) or None,
        text=_compact({name: entry[name] for name in ("location", _RESERVATION, _POLICY) if name in entry}),
        pattern=path_pattern(written) if can_match(written) else None,
    )


def _json_value(value: object) -> str:
    """A number or text as written; anything else as JSON, so that `true` is not taken for 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _text(value) if value is None or isinstance(value, str) else _compact(value)


def _text(value: object) -> str:
    """Text that can be stored: escapes of JSON may stand for halves of characters."""
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _compact(value: object) -> str:
    # What cannot be a value, however deep, is cut before it is written.
    if not isinstance(value, dict):
        return json.dumps(value if isinstance(value, str | int | float) else type(value).__name__)[:MAX_TEXT]
    return ("{" + ", ".join(f"{json.dumps(name)}: {_compact(value[name])}" for name in value) + "}")[:MAX_TEXT]


@dataclass(frozen=True, slots=True)
class _TdmSetting:
    """What one part of a response sets: the value as written and its policy, either of them None where it does not."""

    part: PagePart
    value: str | None
    policy: str | None
    text: str


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    """The carriers in their order; a policy stays beside the values that later carriers set."""
    statements: list[Statement] = []
    deciding: Statement | None = None
    policy: str | None = None
    for carrier in _CARRIERS:
        settings = [s for part in parts if part.carrier is carrier for s in _settings(part)]
        policy = next((s.policy for s in settings if s.policy), policy)
        of_carrier = [_statement(len(statements) + place, s, policy) for place, s in enumerate(settings)]
        statements += of_carrier
        deciding = min(
            (s for s in of_carrier if s.state is not VerdictState.SILENT),
            key=lambda s: _STRICTEST_FIRST[s.state],
            default=deciding,
        )
    return PathlessStatements(tuple(statements), deciding)


def _statement(number: int, setting: _TdmSetting, policy: str | None) -> Statement:
    value = setting.value or ""
    return Statement(
        number=number,
        path=None,
        agents=(ANY_AGENT,),
        purpose=Purpose.TRAIN,
        value=_value(value, setting.policy or (policy if value in _STATES else None)),
        rule=setting.text[:MAX_TEXT],
        state=_STATES.get(value, VerdictState.SILENT),
    )


def _value(value: str, policy: str | None) -> str:
    stated = value or "unset"
    return (stated if policy is None else f"{stated}; policy={policy}")[:MAX_TEXT]


def _settings(part: PagePart) -> Iterator[_TdmSetting]:
    if part.carrier is PagePartKind.HEADER:
        yield from _of_header(part)
    elif part.carrier is PagePartKind.MARKUP:
        yield from _of_tag(part)
    elif part.name == "opf":
        yield from _of_package(part)
    elif part.name == "xmp":
        yield from _of_packet(part)


def _of_header(part: PagePart) -> Iterator[_TdmSetting]:
    content = part.content.decode("utf-8", "replace").strip()
    text = f"header {part.name}: {content}"
    if part.name == _RESERVATION:
        # Several lines of one name may have become one, with commas between (RFC 9110, 5.3).
        yield from (_TdmSetting(part, value.strip(), None, text) for value in content.split(","))
    elif part.name == _POLICY and content:
        yield _TdmSetting(part, None, content, text)


def _of_tag(part: PagePart) -> Iterator[_TdmSetting]:
    tag = tag_of(part) if part.name == "meta" else None
    if tag is None:
        return
    name, content = tag.attribute("name").lower(), tag.attribute("content")
    text = f'meta at {part.offset}: name="{name}" content="{content}"'
    if name == _RESERVATION:
        yield _TdmSetting(part, content, None, text)
    elif name == _POLICY and content:
        yield _TdmSetting(part, None, content, text)


def _of_package(part: PagePart) -> Iterator[_TdmSetting]:
    """EPUB 2 names its metadata, EPUB 3 makes them properties with a prefix that the package declares."""
    root = _package(part.content)
    if root is None:
        return
    properties = {f"{prefix}:{name}" for prefix in _prefixes(root) for name in _NAMES}
    for meta in root.iter():
        if meta.tag.rpartition("}")[2] != "meta":
            continue
        if meta.get("property", "").strip() in properties:
            key, value = meta.get("property", "").strip(), meta.text or ""
        elif meta.get("name", "").strip() in {"tdm:reservation", "tdm:policy"}:
            key, value = meta.get("name", "").strip(), meta.get("content", "")
        else:
            continue
        yield _embedded(part, key.rpartition(":")[2], value.strip())


def _package(content: bytes) -> Element | None:
    """The package document or, where only its metadata were kept, those within the namespaces they are written in."""
    root = xml_root(content)
    if root is not None:
        return root
    declared = (
        b'<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    )
    return xml_root(declared + content.strip() + b"</package>")


def _prefixes(package: Element) -> set[str]:
    """The prefixes that stand for the protocol's namespace; `tdm` does unless it is declared for another."""
    words = package.get("prefix", "").split()
    declared = {name.removesuffix(":"): uri for name, uri in zip(words[::2], words[1::2], strict=False)}
    prefixes = {name for name, uri in declared.items() if uri in _NAMESPACES}
    return prefixes if _PREFIX in declared else prefixes | {_PREFIX}


def _of_packet(part: PagePart) -> Iterator[_TdmSetting]:
    for name in _NAMES:
        for namespace in _NAMESPACES:
            for value in xmp_values(part.content, namespace, name):
                yield _embedded(part, name, value)


def _embedded(part: PagePart, name: str, value: str) -> _TdmSetting:
    text = f"{part.name} at {part.offset}: tdm:{name} {value}"
    return (
        _TdmSetting(part, value, None, text) if name == "reservation" else _TdmSetting(part, None, value or None, text)
    )


def _outcome(body: bytes) -> Outcome:
    """*OK* for JSON whose reservations, if there are any, stand where rules have them, *absent* for a web page.

    Hosts that know no missing file send a page, and by the specification do not implement the protocol. In a shape that
    is none of a file, a value without effect leaves the reservation unset, while one that reserves is not passed over.
    """
    if is_web_page(body):
        return Outcome.ABSENT
    reserving = 0

    def counted(members: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal reserving
        entry = _entry(members)
        reserving += _is_reserving(entry)
        return entry

    try:
        content = json.loads(body, object_pairs_hook=counted)
    except (ValueError, RecursionError):
        return Outcome.UNREADABLE
    entries = content if isinstance(content, list) else [content]
    in_place = sum(_is_reserving(entry) for entry in entries if isinstance(entry, dict))
    is_file = isinstance(content, list | dict) and reserving == in_place
    return Outcome.OK if is_file else Outcome.UNREADABLE


def _is_reserving(entry: dict[str, object]) -> bool:
    return _RESERVATION in entry and _STATES.get(_json_value(entry[_RESERVATION])) is VerdictState.RESERVED


def _is_property(name: str) -> bool:
    return name.removeprefix("{").rpartition("}")[0] in _NAMESPACES


def _read_host_file(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_tdm_file(file.body)


PROTOCOL = ReservationProtocol(
    name="tdmrep",
    version="3",
    specification="TDM Reservation Protocol, W3C Community Group Final Report",
    specification_date="2024-05-10",
    label="TDM Reservation Protocol",
    signals_key="tdmrep",
    file=PolicyFile("/.well-known/tdmrep.json", _outcome),
    read_host_file=_read_host_file,
    page_headers=(PageHeader(_RESERVATION), PageHeader(_POLICY)),
    page_tags=(meta_tags(_RESERVATION, _POLICY, traces=(b"tdm-",)),),
    embedded=EmbeddedMetadata(
        traces=(b"www.w3.org/ns/tdmrep",),
        # EPUB 2 declares no namespace for the names of its metadata.
        epub_traces=(b"tdm:",),
        is_property=_is_property,
        epub_names=frozenset(_NAMES),
    ),
    read_page=_read_page,
    page_rule=PageRule.PAGE_WINS,
)
