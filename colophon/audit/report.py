"""The totals of a record: what was read, what became of it, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from colophon.query.editions import Edition, seen_rows
from colophon.query.session import QueryResult, Record

#: How many hosts the report names.
TOP_HOSTS = 20

#: How many domains the report names; the others are counted together.
TOP_DOMAINS = 20

_PARAMETERS = {"hosts": {"most": TOP_HOSTS}, "domains": {"most": TOP_DOMAINS}}


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A table of the report: its heading, the packaged query behind it, and the columns that fit a page."""

    name: str
    heading: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A table of the report with its rows."""

    plan: SectionPlan
    result: QueryResult


@dataclass(frozen=True, slots=True)
class Report:
    """All tables of the report over one generation of a record, with what readers of the edition may see of them."""

    edition: Edition
    corpus: str
    generation: int
    root_hash: str
    partial: bool
    sections: tuple[ReportSection, ...]


PLAN = (
    SectionPlan(
        "totals",
        "Totals",
        (
            "sources",
            "rows_read",
            "documents",
            "rejects",
            "documents_training",
            "documents_not_training",
            "text_bytes_training",
            "tokens_training",
            "copies",
            "hosts",
        ),
    ),
    SectionPlan(
        "sources",
        "Sources",
        (
            "source",
            "stage",
            "acquisition",
            "trains",
            "rows_read",
            "documents",
            "rejects",
            "documents_kept",
            "documents_training",
            "text_bytes_training",
            "tokens_training",
        ),
    ),
    SectionPlan(
        "stages",
        "Stage and acquisition",
        ("stage", "acquisition", "modality", "sources", "documents_kept", "text_bytes_kept"),
    ),
    SectionPlan(
        "training_use",
        "Used for training",
        (
            "checkpoint",
            "source",
            "modality",
            "named_by",
            "epochs",
            "tokens_seen",
            "documents",
            "text_bytes",
            "media_items",
        ),
    ),
    SectionPlan(
        "checkpoint_additions",
        "Added by each checkpoint to those before it",
        ("checkpoint", "source", "modality", "documents", "text_bytes", "media_items"),
    ),
    SectionPlan(
        "used_against_record",
        "Used for training against what the record says",
        ("checkpoint", "source", "against", "public_reason", "named"),
    ),
    SectionPlan("rejects", "Rows that gave no document", ("source", "reason", "detail", "rows", "share")),
    SectionPlan(
        "languages",
        "Languages of what trains the model",
        ("language", "documents", "text_bytes", "tokens", "share_text_bytes"),
    ),
    SectionPlan(
        "duplicates",
        "Copies",
        ("source", "kind", "copies", "copies_dropped", "copies_of_other_sources", "copies_of_other_domains"),
    ),
    SectionPlan(
        "copies_between_sources", "Copies between sources", ("source", "other_source", "copies", "copies_dropped")
    ),
    SectionPlan(
        "duplicate_search",
        "Search for copies",
        (
            "candidates",
            "components",
            "compared",
            "checked",
            "cut_by_limit",
            "unverified",
            "seconds_checking",
            "seconds",
            "share_checking",
        ),
    ),
    SectionPlan(
        "contamination",
        "Evaluation items inside training data",
        (
            "source",
            "items",
            "items_too_short",
            "items_contaminated",
            "share_contaminated",
            "training_documents",
            "training_documents_kept",
            "items_with_common",
            "shards_not_compared",
        ),
    ),
    SectionPlan(
        "personal_data",
        "Types of personal data",
        ("source", "entity", "documents", "occurrences", "documents_kept", "occurrences_kept"),
    ),
    SectionPlan(
        "decisions",
        "Documents that are not kept",
        ("source", "rule", "reason", "public_reason", "documents", "text_bytes", "documents_also"),
    ),
    SectionPlan(
        "awaiting", "Waits for the next run", ("hosts", "looks", "documents", "requests", "requested_documents")
    ),
    SectionPlan("fetch_months", "Documents by month of fetch", ("month", "documents", "documents_kept", "text_bytes")),
    SectionPlan(
        "reservation_months",
        "Reservations by month of fetch",
        ("month", "state", "documents", "documents_kept"),
    ),
    SectionPlan(
        "domains",
        f"Domains by size (at most {TOP_DOMAINS}, the others together)",
        ("domain", "domains", "documents", "documents_kept", "text_bytes", "text_bytes_kept"),
    ),
    SectionPlan(
        "hosts",
        f"Hosts by volume (at most {TOP_HOSTS})",
        ("authority", "sources", "documents", "documents_kept", "text_bytes", "text_bytes_kept"),
    ),
    SectionPlan(
        "shards",
        "Shards",
        ("shard_id", "source", "path", "rows_read", "documents", "rejects", "evidence_rows", "skipped", "adds_up"),
    ),
    SectionPlan("rules", "Rules applied", ("rule", "version", "kind")),
)


def report_record(record: Record, edition: Edition = Edition.INTERNAL) -> Report:
    """The report over the newest generation. Raises QueryError."""
    manifest = record.manifest
    return Report(
        edition,
        manifest.corpus,
        manifest.generation,
        manifest.root_hash,
        manifest.partial,
        tuple(_sections(record, edition)),
    )


def _sections(record: Record, edition: Edition) -> Iterator[ReportSection]:
    for plan in PLAN:
        result = record.query(f"report/{plan.name}", _PARAMETERS.get(plan.name))
        seen = seen_rows(result.table, result.query_id, edition.disclosure)
        shown = tuple(name for name in plan.shown if name in seen.column_names)
        if shown:
            yield ReportSection(replace(plan, shown=shown), replace(result, table=seen))
