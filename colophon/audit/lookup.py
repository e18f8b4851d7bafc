"""What a rights holder may know about a domain, host or address: the public edition, without names or exact sizes."""

from __future__ import annotations

import ipaddress
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from colophon.analyzers.domains import registered_domain
from colophon.errors import BadArgumentError
from colophon.query.editions import Edition
from colophon.query.session import Parameter, QueryResult, Record
from colophon.urls import clean_url
from colophon.vocabulary import Acquisition, Disclosure, DuplicateKind, Modality, PublicReason, Stage

_NOT_TRAINING_STAGES = frozenset({Stage.EVALUATION, Stage.VALIDATION})


class SubjectKind(StrEnum):
    """What somebody asks about; a public suffix is a name under which others register theirs, such as `gov.uk`."""

    PUBLIC_SUFFIX = "public_suffix"
    DOMAIN = "domain"
    HOST = "host"
    URL = "url"


class LookupStatus(StrEnum):
    """What became of documents; the order decides the one answer for a place."""

    USED = "used"
    USED_FOR_EVALUATION = "used_for_evaluation"
    KEPT_NOT_TRAINED = "kept_not_trained"
    FILTERED_OUT = "filtered_out"
    NEVER_COLLECTED = "never_collected"
    UNKNOWN = "unknown"


STATEMENTS = {
    LookupStatus.USED: "Documents from this place are used to train the model.",
    LookupStatus.USED_FOR_EVALUATION: "Documents from this place are used to evaluate the model, not to train it.",
    LookupStatus.KEPT_NOT_TRAINED: "Documents from this place are held, but do not train the model.",
    LookupStatus.FILTERED_OUT: (
        "Documents from this place were collected and then filtered out; none is used from here."
    ),
    LookupStatus.NEVER_COLLECTED: "No document from this place was collected.",
    LookupStatus.UNKNOWN: "No document is known to come from this place, but that cannot be said for all documents.",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked for, normalised. `path` is decoded, with `*` at its end for any end, empty for any; `subdomains`:
    hosts below it count too."""

    kind: SubjectKind
    authority: str
    path: str
    domain: str | None
    subdomains: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What became of documents of one kind. Months are YYYY-MM, null where no time of fetch is known. How they were
    acquired is not told where it would name a contract partner: in the editions that are not for authorities."""

    status: LookupStatus
    acquisition: Acquisition | None
    stage: Stage
    modality: Modality
    reason: PublicReason | None
    documents: str
    first_month: str | None
    last_month: str | None
    all_dated: bool


@dataclass(frozen=True, slots=True)
class PublicDataset:
    """A dataset that is publicly known to be used and holds documents of the place."""

    name: str
    homepage: str | None


@dataclass(frozen=True, slots=True)
class Copy:
    """Another place where texts were found too; `domain` is null where it is not part of the public web."""

    domain: str | None
    kind: DuplicateKind
    trains: bool
    documents: str


@dataclass(frozen=True, slots=True)
class QueryUsed:
    """A packaged query that was asked, by id and hash."""

    query_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The answer for readers of an edition. `not_known`: what cannot be said; it holds whatever the status."""

    edition: Edition
    asked_for: str
    place: Subject
    status: LookupStatus
    statement: str
    uses: tuple[Use, ...]
    datasets: tuple[PublicDataset, ...]
    copies: tuple[Copy, ...]
    not_known: tuple[str, ...]
    generation: int
    created_at: str
    root_hash: str
    queries: tuple[QueryUsed, ...]


def look_up(record: Record, subject: str, edition: Edition = Edition.PUBLIC) -> Lookup:
    """What the record says about a domain, host or address; numbers are ranges below the editions for authorities.

    Raises BadArgumentError, QueryError.
    """
    (answer,) = look_up_all(record, (subject,), edition)
    return answer


def look_up_all(record: Record, subjects: Sequence[str], edition: Edition = Edition.PUBLIC) -> tuple[Lookup, ...]:
    """One answer for each subject, in their order, from the same questions to the record.

    Raises BadArgumentError, QueryError.
    """
    places = tuple(map(subject_of, subjects))
    asked: dict[str, Parameter] = {"places": _as_json(places)}
    uses = record.query("lookup/uses", {**asked, "tells_acquisition": edition.sees(Disclosure.AUTHORITY)})
    datasets, copies = record.query("lookup/datasets", asked), record.query("lookup/copies", asked)
    nearby, unknown = record.query("lookup/nearby", asked), record.query("lookup/not_known")
    answers = (uses, datasets, copies, nearby, unknown)
    queries = tuple(QueryUsed(answer.query_id, answer.query_sha256) for answer in answers)
    rows = tuple(map(_by_place, (uses, datasets, copies, nearby)))
    (limits,) = unknown.table.to_pylist()

    def answer(number: int) -> Lookup:
        of_uses, of_datasets, of_copies, of_nearby = (found.get(number, []) for found in rows)
        (beside,) = of_nearby
        place, described = places[number], tuple(_uses(of_uses, edition))
        known = _Known(record, place, edition, beside, limits)
        status = known.status(described)
        return Lookup(
            edition=edition,
            asked_for=subjects[number],
            place=place,
            status=status,
            statement=STATEMENTS[status],
            uses=described,
            datasets=tuple(PublicDataset(row["dataset"], row["homepage"]) for row in of_datasets),
            copies=tuple(_copies(of_copies, edition)),
            not_known=tuple(known.sentences(status)),
            generation=record.manifest.generation,
            created_at=record.manifest.created_at,
            root_hash=record.manifest.root_hash,
            queries=queries,
        )

    return tuple(map(answer, range(len(places))))


def _as_json(places: Sequence[Subject]) -> str:
    """Places as the queries take them."""
    return json.dumps([
        {
            "number": number,
            "authority": place.authority,
            "hosts_below": place.subdomains,
            "path": place.path,
            "domain": place.domain,
        }
        for number, place in enumerate(places)
    ])  # fmt: skip


_Rows = list[dict[str, Any]]


def _by_place(result: QueryResult) -> dict[int, _Rows]:
    rows: dict[int, _Rows] = {}
    for row in result.table.to_pylist():
        rows.setdefault(row["number"], []).append(row)
    return rows


#: What stands for any name or path in what people type.
_WILDCARD = re.compile(r"\A(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?:\*?\.)+")
_PORT = re.compile(r":[0-9]+$")
_PORTS_OF_THE_WEB = re.compile(r":(?:80|443)(?=/|$)")


def subject_of(subject: str) -> Subject:
    """Normalise what a person typed: case, IDN, final dot, scheme, ports of the web, wildcards, percent-encoding, dots
    in the path. An address without a path names its site. Raises BadArgumentError."""
    bare = _WILDCARD.sub(lambda found: found["scheme"] or "", subject.strip(), count=1)
    is_url = "/" in bare.partition("://")[2 if "://" in bare else 0]
    # Without a scheme an address of a person would be taken for a host with userinfo.
    is_person = "@" in bare and "://" not in bare and not is_url
    typed = bare if "://" in bare else f"https://{_PORTS_OF_THE_WEB.sub('', bare, count=1)}"
    clean = None if is_person else clean_url(typed)
    if clean is None or clean.authority is None:
        raise BadArgumentError(
            "DOMAIN|HOST|URL", subject, "for example example.org, blog.example.org or https://example.org/a/"
        )
    authority, domain = clean.authority, registered_domain(clean.authority)
    path = _path_asked_for(clean.path_and_query)
    if path:
        return Subject(SubjectKind.URL, authority, path, domain, subdomains=False)
    if domain is None and not _is_ip_address(authority):
        return Subject(SubjectKind.PUBLIC_SUFFIX, authority, "", None, subdomains=True)
    kind = SubjectKind.DOMAIN if domain == authority else SubjectKind.HOST
    return Subject(kind, authority, "", domain, subdomains=domain is not None)


def is_subject(text: str) -> bool:
    """Whether a text names a domain, host or address."""
    try:
        subject_of(text)
    except BadArgumentError:
        return False
    return True


def _path_asked_for(path_and_query: str) -> str:
    """A path as it is compared: decoded, in one form of its letters, without dots and wildcards in place of a segment
    (RFC 3986, 6.2.2; RFC 3987, 5.3.2); empty where it names a whole site."""
    path, mark, query = path_and_query.partition("?")
    path = _without_dots(unquote(path)).replace("/*", "/")
    whole = unicodedata.normalize("NFC", f"{path}{mark}{unquote(query)}")
    return "" if whole == "/" else whole


def _without_dots(path: str) -> str:
    """An absolute path without segments that are dots (RFC 3986, 5.2.4)."""
    segments = path.split("/")
    kept: list[str] = []
    for segment in (*segments, "") if segments[-1] in (".", "..") else segments:
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    return "/".join(kept)


def _is_ip_address(authority: str) -> bool:
    host = _PORT.sub("", authority).strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def size_band(documents: int) -> str:
    """The range 1-10, 11-100, 101-1,000 and so on in which a count lies, so that no exact size is published."""
    below, top = 0, 10
    while documents > top:
        below, top = top, top * 10
    return f"{below + 1:,}–{top:,}"


def _number(documents: int, edition: Edition) -> str:
    return f"{documents:,}" if edition.sees(Disclosure.AUTHORITY) else size_band(documents)


def _uses(rows: _Rows, edition: Edition) -> Iterator[Use]:
    for row in rows:
        stage = Stage(row["stage"])
        yield Use(
            status=_use_status(stage, kept=row["kept"], used=row["used"]),
            acquisition=Acquisition(row["acquisition"]) if row["acquisition"] else None,
            stage=stage,
            modality=Modality(row["modality"]),
            reason=PublicReason(row["public_reason"]) if row["public_reason"] else None,
            documents=_number(row["documents"], edition),
            first_month=row["first_month"],
            last_month=row["last_month"],
            all_dated=row["undated"] == 0,
        )


def _use_status(stage: Stage, *, kept: bool, used: bool) -> LookupStatus:
    if used:
        return LookupStatus.USED
    if not kept:
        return LookupStatus.FILTERED_OUT
    return LookupStatus.USED_FOR_EVALUATION if stage in _NOT_TRAINING_STAGES else LookupStatus.KEPT_NOT_TRAINED


def _copies(rows: _Rows, edition: Edition) -> Iterator[Copy]:
    for row in rows:
        yield Copy(row["domain"], DuplicateKind(row["kind"]), row["trains"], _number(row["documents"], edition))


@dataclass(frozen=True, slots=True)
class _Known:
    """What bounds an answer: `beside`, the row on what lies at the hosts and in the domain of the place, and `limits`,
    the row on what no look-up can find."""

    record: Record
    place: Subject
    edition: Edition
    beside: dict[str, Any]
    limits: dict[str, Any]

    def status(self, uses: tuple[Use, ...]) -> LookupStatus:
        statuses = {use.status for use in uses}
        for status in LookupStatus:
            if status in statuses:
                return status
        hidden_path = self.place.path and self.beside["addresses_without_path"]
        unseen = self.limits["documents_without_address"] or hidden_path or self.record.manifest.partial
        return LookupStatus.UNKNOWN if unseen else LookupStatus.NEVER_COLLECTED

    def sentences(self, status: LookupStatus) -> Iterator[str]:
        """What cannot be said; that there is more in the domain, where the place itself has nothing."""
        limits, place = self.limits, self.place
        if limits["documents_without_address"]:
            sources = limits["sources_without_address"]
            yield (
                f"{'1 source holds' if sources == 1 else f'{sources} sources hold'} documents without an address "
                f"({self._number(limits['documents_without_address'])}); "
                "whether any of them comes from this place cannot be said."
            )
        if place.path and self.beside["addresses_without_path"]:
            yield (
                f"Of {self._number(self.beside['addresses_without_path'])} documents of this host no path is kept "
                "(home pages, and addresses shortened because they hold personal data); "
                "whether they lie below this address cannot be said."
            )
        if limits["rows_without_document"]:
            yield "Pages that were fetched but gave no text (errors, empty pages) are counted without their address."
        if status is LookupStatus.USED and not limits["use_imported"]:
            yield "No log of training is part of this record: documents that were kept for training are taken as used."
        if status in _NOTHING_FOUND and self.beside["documents_in_domain"]:
            yield f"Documents from other places of {place.domain} were collected; ask for {place.domain} to see them."
        if self.record.manifest.partial:
            yield "This record is partial: it was made from a sample of the corpus, so nothing follows from an absence."

    def _number(self, documents: int) -> str:
        return _number(documents, self.edition)


_NOTHING_FOUND = frozenset({LookupStatus.NEVER_COLLECTED, LookupStatus.UNKNOWN})
