"""What a rights holder may know about a domain, host or address: the public edition, without names or exact sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from colophon.analyzers.domains import registered_domain
from colophon.errors import BadArgumentError
from colophon.query.editions import Edition
from colophon.query.session import Parameter, QueryResult, Record
from colophon.urls import clean_url
from colophon.vocabulary import Acquisition, Disclosure, DuplicateKind, Modality, PublicReason, Stage

_NOT_TRAINING_STAGES = frozenset({Stage.EVALUATION, Stage.VALIDATION})


class SubjectKind(StrEnum):
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
    """What is looked for, normalised. `path` is empty for any; `subdomains`: hosts below it count too."""

    kind: SubjectKind
    authority: str
    path: str
    domain: str | None

    @property
    def subdomains(self) -> bool:
        """An address names one host; names under which nobody registers, such as IP addresses, have no hosts below."""
        return self.kind is not SubjectKind.URL and self.domain is not None


@dataclass(frozen=True, slots=True)
class Use:
    """What became of documents of one kind. Months are YYYY-MM, null where no time of fetch is known."""

    status: LookupStatus
    acquisition: Acquisition
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
    place = subject_of(subject)
    parameters: dict[str, Parameter] = {"authority": place.authority, "subdomains": place.subdomains}
    at_path = {**parameters, "path": place.path}
    uses = record.query("lookup/uses", at_path)
    datasets = record.query("lookup/datasets", at_path)
    copies = record.query("lookup/copies", at_path)
    unknown = record.query("lookup/not_known", parameters)
    described = tuple(_uses(uses, edition))
    status = _status(record, described, place, unknown)
    return Lookup(
        edition=edition,
        asked_for=subject,
        place=place,
        status=status,
        statement=STATEMENTS[status],
        uses=described,
        datasets=tuple(PublicDataset(row["dataset"], row["homepage"]) for row in datasets.table.to_pylist()),
        copies=tuple(_copies(copies, edition)),
        not_known=tuple(_not_known(record, place, status, unknown, edition)),
        generation=record.manifest.generation,
        created_at=record.manifest.created_at,
        root_hash=record.manifest.root_hash,
        queries=tuple(QueryUsed(r.query_id, r.query_sha256) for r in (uses, datasets, copies, unknown)),
    )


def subject_of(subject: str) -> Subject:
    """Normalise what a person typed: case, IDN, final dot, scheme, wildcard. Raises BadArgumentError."""
    typed = subject.strip()
    bare = typed.removeprefix("*.") if "://" not in typed else typed
    is_url = "/" in bare
    # Without a scheme an address of a person would be taken for a host with userinfo.
    clean = None if "@" in bare and not is_url else clean_url(bare if "://" in bare else f"https://{bare}")
    if clean is None or clean.authority is None:
        raise BadArgumentError(
            "DOMAIN|HOST|URL", subject, "for example example.org, blog.example.org or https://example.org/a/"
        )
    domain = registered_domain(clean.authority)
    if is_url:
        path = "" if clean.path_and_query == "/" else clean.path_and_query
        return Subject(SubjectKind.URL, clean.authority, path, domain)
    kind = SubjectKind.DOMAIN if domain == clean.authority else SubjectKind.HOST
    return Subject(kind, clean.authority, "", domain)


def size_band(documents: int) -> str:
    """The range 1-10, 11-100, 101-1,000 and so on in which a count lies, so that no exact size is published."""
    below, top = 0, 10
    while documents > top:
        below, top = top, top * 10
    return f"{below + 1:,}–{top:,}"


def _number(documents: int, edition: Edition) -> str:
    return f"{documents:,}" if edition.sees(Disclosure.AUTHORITY) else size_band(documents)


def _uses(result: QueryResult, edition: Edition) -> Iterator[Use]:
    for row in result.table.to_pylist():
        stage = Stage(row["stage"])
        yield Use(
            status=_use_status(stage, kept=row["kept"], used=row["used"]),
            acquisition=Acquisition(row["acquisition"]),
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


def _status(record: Record, uses: tuple[Use, ...], place: Subject, unknown: QueryResult) -> LookupStatus:
    statuses = {use.status for use in uses}
    for status in LookupStatus:
        if status in statuses:
            return status
    (row,) = unknown.table.to_pylist()
    hidden_path = place.path and row["addresses_without_path"]
    unseen = row["documents_without_address"] or hidden_path or record.manifest.partial
    return LookupStatus.UNKNOWN if unseen else LookupStatus.NEVER_COLLECTED


def _copies(result: QueryResult, edition: Edition) -> Iterator[Copy]:
    for row in result.table.to_pylist():
        yield Copy(row["domain"], DuplicateKind(row["kind"]), row["trains"], _number(row["documents"], edition))


def _not_known(
    record: Record, place: Subject, status: LookupStatus, unknown: QueryResult, edition: Edition
) -> Iterator[str]:
    (row,) = unknown.table.to_pylist()
    if row["documents_without_address"]:
        sources = (
            "1 source holds"
            if row["sources_without_address"] == 1
            else f"{row['sources_without_address']} sources hold"
        )
        yield (
            f"{sources} documents without an address ({_number(row['documents_without_address'], edition)}); "
            "whether any of them comes from this place cannot be said."
        )
    if place.path and row["addresses_without_path"]:
        yield (
            f"Of {_number(row['addresses_without_path'], edition)} documents of this host no path is kept (home pages, "
            "and addresses shortened because they hold personal data); "
            "whether they lie below this address cannot be said."
        )
    if row["rows_without_document"]:
        yield "Pages that were fetched but gave no text (errors, empty pages) are counted without their address."
    if status is LookupStatus.USED and not row["use_imported"]:
        yield "No log of training is part of this record: documents that were kept for training are taken as used."
    if record.manifest.partial:
        yield "This record is partial: it was made from a sample of the corpus, so nothing follows from an absence."
