"""Every table of the record: its columns, their meaning, who may see them, and the order of its rows.

The data dictionary (`docs/reference/data_dictionary.md`) and the empty tables of a new record come from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import pyarrow as pa

from colophon.vocabulary import Disclosure

#: Rows in one Parquet row group; fixed, so that the same rows always give the same bytes.
ROW_GROUP_ROWS = 65_536

#: Bits of a `doc_id` that count rows inside a shard; the bits above hold the shard's ordinal.
ROW_BITS = 36

TIME = pa.timestamp("us", tz="UTC")


class Growth(StrEnum):
    """How a table changes from generation to generation."""

    PARTS = "parts"  # grows by one part per committed shard
    ANEW = "anew"  # written whole by every run that changes it
    LOG = "log"  # grows by one part per command, outside the root hash


class Values(StrEnum):
    """What the values of a column are like, which decides how they are stored."""

    REPEATED = "repeated"  # many rows share one
    DISTINCT = "distinct"  # nearly every row has its own
    NOISE = "noise"  # as good as random: nothing makes them smaller


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its Arrow type, one line on its meaning, the class of readers who may see it, how values vary, and
    the value of rows for which nothing gave one."""

    name: str
    type: pa.DataType
    description: str
    disclosure: Disclosure
    nullable: bool = False
    values: Values = Values.REPEATED
    default: str | float | None = None


@dataclass(frozen=True)
class Table:
    """A table: what a row is, its columns, the columns its rows are sorted by, and how it grows."""

    name: str
    row: str
    columns: tuple[Column, ...]
    sorted_by: tuple[str, ...]
    growth: Growth

    def named(self, *names: str) -> tuple[Column, ...]:
        """The columns of these names, in this order. Raises KeyError."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

    def extended(self, columns: Iterable[Column]) -> Table:
        """The table with those of the columns behind its own that it does not have."""
        own = set(self.schema.names)
        added = tuple(column for column in columns if column.name not in own)
        return replace(self, columns=(*self.columns, *added)) if added else self

    def described_by(self, schema: pa.Schema) -> Table:
        """The table with the further columns of a part that was written with this schema, as the part describes them.

        Raises ValueError where one is without description or class.
        """
        own = set(self.schema.names)
        return self.extended(_described_column(field) for field in schema if field.name not in own)

    @cached_property
    def schema(self) -> pa.Schema:
        about = {"table": self.name, "row": self.row, "sorted_by": ",".join(self.sorted_by)}
        return schema_of(self.columns).with_metadata(about)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of columns; each field says what it means and who may see it."""
    return pa.schema(
        pa.field(c.name, c.type, c.nullable, metadata={"description": c.description, "disclosure": str(c.disclosure)})
        for c in columns
    )


def _described_column(field: pa.Field) -> Column:
    metadata = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    if not metadata.get("description") or metadata.get("disclosure") not in set(Disclosure):
        raise ValueError(f"column {field.name} does not say what it means and who may see it")
    disclosure = Disclosure(metadata["disclosure"])
    return Column(field.name, field.type, metadata["description"], disclosure, field.nullable)


_STR, _I64, _I32, _I16 = pa.string(), pa.int64(), pa.int32(), pa.int16()
_F32, _F64, _BOOL, _BYTES = pa.float32(), pa.float64(), pa.bool_(), pa.binary()
_STRS = pa.list_(pa.field("item", pa.string(), nullable=False))
_PUB, _DOWN, _AUTH, _INT = Disclosure.PUBLIC, Disclosure.DOWNSTREAM, Disclosure.AUTHORITY, Disclosure.INTERNAL

FILE = pa.struct([
    pa.field("path", _STR, nullable=False),
    pa.field("size", _I64, nullable=False),
    pa.field("sha256", _STR, nullable=False),
])  # fmt: skip


def _null(
    name: str, type_: pa.DataType, description: str, disclosure: Disclosure, values: Values = Values.REPEATED
) -> Column:
    return Column(name, type_, description, disclosure, nullable=True, values=values)


SOURCES = Table(
    "sources",
    "source",
    (
        Column("source_id", _I32, "number given once to the source and never reused", _INT),
        Column("position", _I32, "place of the source in the configuration, from 0", _INT),
        Column("name", _STR, "unique name of the source", _AUTH),
        Column("dataset", _STR, "dataset the source belongs to", _AUTH),
        _null("revision", _STR, "version or snapshot of the dataset", _AUTH),
        Column("stage", _STR, "training stage", _PUB),
        Column("acquisition", _STR, "how the source was acquired", _PUB),
        Column("modality", _STR, "text, image, audio, video or other", _PUB),
        Column("connector", _STR, "how the source is read", _INT),
        _null("homepage", _STR, "where the dataset can be found", _AUTH),
        _null("publicly_known", _BOOL, "whether the dataset is publicly known to be used", _AUTH),
        _null("origin", _STR, "who made it and how, where that is someone else", _AUTH),
        _null("license_declared", _STR, "license as its publisher words it", _AUTH),
        _null("license_spdx", _STR, "SPDX expression of the license of the collection", _AUTH),
        _null("license_content", _STR, "SPDX expression of the license of the content inside", _AUTH),
        _null("grantor", _STR, "who granted the license or contract", _INT),
        _null("license_evidence", _STR, "where the license or contract is evidenced", _INT),
        Column("legal_basis", _STR, "copyright basis claimed", _AUTH),
        Column("personal_data_basis", _STR, "basis claimed for personal data", _AUTH),
        _null("collected_from", _STR, "start of collection (YYYY, YYYY-MM or YYYY-MM-DD)", _PUB),
        _null("collected_to", _STR, "end of collection (YYYY, YYYY-MM or YYYY-MM-DD)", _PUB),
        _null("collected_not_known", _STR, "reason why the time of collection is not known", _PUB),
        _null("obtained_at", _STR, "date on which the provider obtained it", _AUTH),
        _null("selection", _STR, "how a part of the dataset was chosen", _PUB),
        Column("dynamic", _BOOL, "whether the source keeps growing", _PUB),
        Column("used_for_weight_update", _BOOL, "false: retrieval only, not training", _AUTH),
        Column("config", _STR, "the source's configuration as JSON, environment references unexpanded", _INT),
    ),
    ("source_id",),
    Growth.ANEW,
)

SHARDS = Table(
    "shards",
    "shard: one file, one range of a large file, or a bundle of small files",
    (
        Column("shard_id", _I64, "ordinal, given once and never reused", _INT),
        Column("source_id", _I32, "source the shard belongs to", _INT),
        Column("role", _STR, "documents, or signals for a file of policy snapshots", _INT),
        Column("stage", _STR, "training stage", _PUB),
        Column("acquisition", _STR, "how it was acquired", _PUB),
        _null("license_spdx", _STR, "SPDX expression of the license of the collection", _AUTH),
        Column("path", _STR, "file, or first file of a bundle, relative to the corpus file", _INT),
        _null("range_start", _I64, "first byte (files cut by bytes) or row (Parquet) of a range", _INT),
        _null("range_end", _I64, "end of the range, exclusive", _INT),
        Column("files", pa.list_(pa.field("item", FILE, nullable=False)), "files read, with size and hash", _INT),
        Column("size_bytes", _I64, "bytes read from storage", _AUTH),
        Column("sha256", _STR, "hash over the files' hashes, or over the bytes of the range", _INT),
        Column("rows_read", _I64, "rows met; documents + rejects + evidence_rows + skipped", _AUTH),
        Column("documents", _I64, "rows that gave a document", _AUTH),
        Column("rejects", _I64, "rows that gave none, listed in `rejects`", _AUTH),
        Column("evidence_rows", _I64, "rows that gave an observation", _AUTH),
        Column("skipped", _I64, "rows that never carry a document, by type", _AUTH),
        Column("text_bytes", _I64, "UTF-8 bytes of the documents", _AUTH),
        _null("tokens", _I64, "tokens of the documents, where a tokenizer was given", _AUTH),
        Column("media_items", _I64, "media items of the documents", _AUTH),
        Column("media_seconds", _F64, "length of audio and video", _AUTH),
        _null("first_fetched_at", TIME, "earliest known fetch", _AUTH),
        _null("last_fetched_at", TIME, "latest known fetch", _AUTH),
    ),
    ("shard_id",),
    Growth.PARTS,
)

DOCUMENTS = Table(
    "documents",
    "document",
    (
        Column("doc_id", _I64, "shard ordinal << 36 | row in the shard", _INT, values=Values.DISTINCT),
        Column("shard_id", _I64, "shard the document was read from", _INT),
        Column("source_id", _I32, "source of the document", _INT),
        Column("stage", _STR, "training stage", _PUB),
        Column("path", _STR, "file, relative to the corpus file", _INT),
        Column("position", _I64, "row in the file; byte offset in files cut by bytes", _INT, values=Values.DISTINCT),
        _null(
            "native_id",
            _STR,
            "id the source gives; a keyed hash for user, crowd and private sources",
            _INT,
            Values.DISTINCT,
        ),
        Column(
            "content_id",
            _STR,
            "SHA-256 of the UTF-8 text, keyed for user, crowd and private sources",
            _INT,
            values=Values.DISTINCT,
        ),
        _null(
            "url",
            _STR,
            "address without userinfo and fragment; only the authority where it holds personal data",
            _INT,
            Values.DISTINCT,
        ),
        _null("authority", _STR, "host, with port where not the scheme's own", _AUTH),
        _null("registered_domain", _STR, "domain under the ICANN part of the Public Suffix List", _AUTH),
        _null("site_domain", _STR, "domain under the whole list, private suffixes included", _AUTH),
        _null("fetched_at", TIME, "when it was fetched", _AUTH),
        _null("http_status", _I16, "status of the response", _INT),
        Column("language", _STR, "ISO 639 code, `und` where not determined", _AUTH, default="und"),
        Column("language_score", _F32, "confidence, to 1/1000", _INT, default=0.0),
        Column("script", _STR, "ISO 15924 code of the most frequent script", _AUTH, default="Zyyy"),
        Column("text_bytes", _I64, "UTF-8 bytes", _AUTH),
        _null("tokens", _I64, "tokens, where a tokenizer was given", _AUTH),
        _null("license_observed", _STR, "license the row or page claims, as SPDX where it could be read", _AUTH),
        _null("license_effective", _STR, "license taken to apply: content, else collection, else observed", _AUTH),
        _null("license_scope", _STR, "whether the effective license speaks of the collection or the content", _AUTH),
        _null("grantor", _STR, "who granted the license", _INT),
        _null("license_evidence", _STR, "where the license was seen", _INT),
        Column("pii_count", _I32, "personal data found, all types", _AUTH, default=0),
        Column("modality", _STR, "text, image, audio, video or other", _PUB),
        Column("media_items", _I64, "media items", _AUTH, default=0),
        Column("media_seconds", _F64, "length of audio and video", _AUTH, default=0.0),
        Column(
            "page_carriers", _STRS, "parts of the response looked through for reservations of the page itself", _INT
        ),
        _null("fetched_on", pa.date32(), "day of the fetch, where the input states no time of day", _AUTH),
        _null("read_losses", _STRS, "what of the document was lost in reading; null if nothing", _AUTH),
    ),
    ("doc_id",),
    Growth.PARTS,
)

SKETCHES = Table(
    "sketches",
    "document",
    (
        Column("doc_id", _I64, "document", _INT, values=Values.DISTINCT),
        Column("scheme", _STR, "id of normalisation, shingling, hash and slots; unequal schemes never meet", _INT),
        Column("shingles", _I32, "distinct shingles", _INT),
        Column("slots", _BYTES, "slots of 16 bits each, little endian", _INT, values=Values.NOISE),
    ),
    ("doc_id",),
    Growth.PARTS,
)

PII = Table(
    "pii",
    "document x entity type",
    (
        Column("doc_id", _I64, "document", _INT),
        Column("entity", _STR, "type of personal data, never its value", _AUTH),
        Column("occurrences", _I32, "how often it was found", _AUTH),
        Column("max_score", _F32, "highest confidence, to 1/1000", _INT),
    ),
    ("doc_id", "entity"),
    Growth.PARTS,
)

REJECTS = Table(
    "rejects",
    "row that gave no document",
    (
        Column("shard_id", _I64, "shard", _INT),
        Column("path", _STR, "file, relative to the corpus file", _INT),
        Column("position", _I64, "row in the file; byte offset in files cut by bytes", _INT),
        Column("reason", _STR, "why the row gave no document", _AUTH),
        Column("detail", _STR, "a code that says more, never input", _AUTH),
    ),
    ("shard_id", "path", "position", "reason"),
    Growth.PARTS,
)

DAMAGED_FILES = Table(
    "damaged_files",
    "input file of which a part could not be read, by how many rows nobody can say",
    (
        Column("shard_id", _I64, "shard", _INT),
        Column("path", _STR, "file, relative to the corpus file", _INT),
        Column("position", _I64, "row or byte offset of the first damage, as in `rejects`", _INT),
        Column("rows_read", _I64, "rows of the file (of the shard's range of it) that were read all the same", _AUTH),
        Column("places", _I64, "places at which a part of the file was lost", _AUTH),
        Column("detail", _STR, "a code that says what the first damage is, never input", _AUTH),
    ),
    ("shard_id", "path"),
    Growth.PARTS,
)

FIELD_VALUES = Table(
    "field_values",
    "shard x field that its source declares x what became of its values",
    (
        Column("shard_id", _I64, "shard", _INT),
        Column("field", _STR, "key under `fields`: text, id, url, fetched_at or license", _AUTH),
        Column("name", _STR, "name of the input's column or key", _INT),
        Column(
            "outcome",
            _STR,
            "used, day_only, absent, null, empty, or why a value that was there could not be read",
            _AUTH,
        ),
        Column("rows", _I64, "rows", _AUTH),
    ),
    ("shard_id", "field", "name", "outcome"),
    Growth.PARTS,
)

DUPLICATE_PAIRS = Table(
    "duplicate_pairs",
    "verified pair: a removed document and the representative it is similar to",
    (
        Column("doc_id", _I64, "the document that joined", _INT),
        Column("other_id", _I64, "the representative it joined", _INT),
        Column("similarity", _F32, "Jaccard similarity of the shingle sets, to 1/1000", _AUTH),
        Column("method", _STR, "exact: computed on the texts; estimate: from the sketches", _AUTH),
        Column("scheme", _STR, "sketch scheme", _INT),
    ),
    ("doc_id", "other_id"),
    Growth.ANEW,
)

DUPLICATES = Table(
    "duplicates",
    "document in a cluster",
    (
        Column("doc_id", _I64, "document", _INT),
        Column("cluster_id", _I64, "doc_id of the representative", _INT),
        Column("component_id", _I64, "smallest doc_id of the documents linked by shared bands", _INT),
        Column("kind", _STR, "exact: same content_id as the representative; near: similar", _AUTH),
        Column("similarity", _F32, "to the representative, to 1/1000", _AUTH),
    ),
    ("doc_id",),
    Growth.ANEW,
)

EVALUATION_NGRAMS = Table(
    "evaluation_ngrams",
    "evaluation document x distinct n-gram; documents too short to be compared have none",
    (
        Column("doc_id", _I64, "evaluation document", _INT),
        Column("words", _I32, "words of the n-gram; fewer than configured where it is the whole document", _INT),
        Column("ngram", _I64, "hash of the normalised words", _INT),
    ),
    ("doc_id", "words", "ngram"),
    Growth.PARTS,
)

CONTAMINATION_HITS = Table(
    "contamination_hits",
    "training document x n-gram of an evaluation document found in it",
    (
        Column("doc_id", _I64, "training document", _INT),
        Column("words", _I32, "words of the n-gram", _INT),
        Column("ngram", _I64, "hash of the normalised words", _INT),
    ),
    ("doc_id", "words", "ngram"),
    Growth.PARTS,
)

CONTAMINATION = Table(
    "contamination",
    "training x evaluation document that share at least the configured part of the latter's n-grams",
    (
        Column("doc_id", _I64, "training document", _INT),
        Column("eval_doc_id", _I64, "evaluation document", _INT),
        Column("eval_source_id", _I32, "evaluation source", _INT),
        Column("shared_ngrams", _I32, "distinct n-grams of the evaluation document found, common ones left out", _AUTH),
        Column("eval_ngrams", _I32, "distinct n-grams of the evaluation document", _AUTH),
        Column("overlap", _F32, "shared / eval n-grams, rounded down to 1/1000", _AUTH),
    ),
    ("doc_id", "eval_doc_id"),
    Growth.ANEW,
)

UNCOMPARED_SHARDS = Table(
    "uncompared_shards",
    "training shard x evaluation source whose documents came later and were not all looked for in it",
    (
        Column("shard_id", _I64, "training shard", _INT),
        Column("eval_source_id", _I32, "evaluation source", _INT),
    ),
    ("shard_id", "eval_source_id"),
    Growth.ANEW,
)

OBSERVATIONS = Table(
    "observations",
    "one look at one place",
    (
        Column(
            "observation_id",
            _STR,
            "hash of source, file, position and protocol; of a collected one, of host, address, time and protocol",
            _INT,
        ),
        _null("shard_id", _I64, "shard it was read from, null where it was collected", _INT),
        Column("protocol", _STR, "protocol looked for", _AUTH),
        Column("place", _STR, "what was looked at: host, page or list", _AUTH),
        _null("authority", _STR, "host, with port where not the scheme's own; null where a list names no host", _AUTH),
        _null("doc_id", _I64, "document, where the document itself carries it", _INT),
        _null("requested_url", _STR, "what was asked for", _AUTH),
        _null("final_url", _STR, "what answered, after redirects", _AUTH),
        _null("redirects", _I16, "how many redirects were followed", _AUTH),
        _null("observed_at", TIME, "when it was looked at", _AUTH),
        Column("outcome", _STR, "what came back", _AUTH),
        _null("http_status", _I16, "status of the response", _AUTH),
        _null("headers_kept", _STR, "the response headers that carry reservations, as JSON", _INT),
        Column("origin", _STR, "file it was read from, or the collector", _INT),
        Column("grade", _STR, "how well time and content are attested", _AUTH),
        _null("user_agent", _STR, "who asked", _AUTH),
        _null("evidence_sha256", _STR, "the bytes that came back, null where nothing did", _AUTH),
        _null("scheme", _STR, "scheme of the pages that the file speaks for, null where it is any", _AUTH),
        _null("kept_by", _STR, "who kept the evidence: provider, third_party or archive; null: not known", _AUTH),
        _null("refers_to_url", _STR, "of a redirect its target, of a repeated look the address it repeats", _INT),
        _null("refers_to_date", TIME, "when the look was made that is repeated, where the record says so", _INT),
        _null("payload_digest", _STR, "digest of the payload as the archive wrote it", _INT),
        _null("answered_by", _STR, "look with the bytes: the target of redirects, or the look repeated", _INT),
        _null("known_at", TIME, "when the last look was made that the answer rests on, where several", _AUTH),
        _null("oldest_at", TIME, "when the first of them was made, from which its age counts", _AUTH),
    ),
    ("observation_id",),
    Growth.PARTS,
)

FOLLOWED_LOOKS = Table(
    "followed_looks",
    "look that leads to another: a redirect, or a file that was found unchanged. Table `observations` is read with it",
    (
        Column("observation_id", _STR, "the look that leads on", _INT),
        Column("outcome", _STR, "what came back in the end; redirected or unchanged where no look is known", _AUTH),
        _null("evidence_sha256", _STR, "the bytes that came back in the end", _AUTH),
        _null("final_url", _STR, "what answered, after redirects", _AUTH),
        _null("redirects", _I16, "how many redirects were followed", _AUTH),
        _null("answered_by", _STR, "look with the bytes", _INT),
        _null("known_at", TIME, "when the last look was made that the answer rests on", _AUTH),
        _null("oldest_at", TIME, "when the first of them was made", _AUTH),
    ),
    ("observation_id",),
    Growth.ANEW,
)

EVIDENCE = Table(
    "evidence",
    "distinct bytes of public policy files",
    (
        Column("evidence_sha256", _STR, "hash of the bytes", _AUTH),
        Column("size_bytes", _I64, "length", _AUTH),
        Column("bytes", _BYTES, "the bytes that came back", _INT),
    ),
    ("evidence_sha256",),
    Growth.PARTS,
)

SIGNALS = Table(
    "signals",
    "statement read from an observation",
    (
        Column("signal_id", _STR, "observation_id and number of the statement", _INT),
        Column("observation_id", _STR, "observation it was read from", _INT),
        Column("protocol", _STR, "protocol", _AUTH),
        _null("authority", _STR, "host it speaks for, null where it names none", _AUTH),
        _null("doc_id", _I64, "document it speaks for, where one carries it", _INT),
        _null("path", _STR, "path pattern it speaks for", _AUTH),
        Column("agents", _STRS, "agents it speaks to", _AUTH),
        Column("purpose", _STR, "crawl or train", _AUTH),
        Column("value", _STR, "what it says, in the protocol's own word", _AUTH),
        Column("rule", _STR, "line number and text", _AUTH),
        Column("parser", _STR, "evaluator that read it", _AUTH),
        Column("parser_version", _STR, "its version", _AUTH),
        Column("state", _STR, "what it means by itself", _AUTH),
    ),
    ("signal_id",),
    Growth.PARTS,
)

VERDICTS = Table(
    "verdicts",
    "document x protocol x purpose x deciding signal, at fetch",
    (
        Column("doc_id", _I64, "document", _INT),
        Column("protocol", _STR, "protocol", _AUTH),
        Column("purpose", _STR, "crawl or train", _AUTH),
        Column("agents", _STRS, "agents the verdict is about", _AUTH),
        Column("verdict", _STR, "what the signals mean for the document", _AUTH),
        _null("signal_id", _STR, "deciding signal, null where the look failed", _INT),
        Column("observation_id", _STR, "observation it rests on", _INT),
    ),
    ("doc_id", "protocol", "purpose", "signal_id"),
    Growth.ANEW,
)

DECISIONS = Table(
    "decisions",
    "document x rule that drops it",
    (
        Column("doc_id", _I64, "document", _INT),
        Column("position", _I16, "0 decides; later rules would have dropped it too", _INT),
        Column("rule", _STR, "rule that drops it", _AUTH),
        Column("rule_version", _STR, "its version", _AUTH),
        Column("reason", _STR, "the rule's reason", _AUTH),
        Column(
            "public_reason", _STR, "reservation, look_failed, look_missing, duplicate, quality, legal_or_safety", _PUB
        ),
        Column("policy_sha256", _STR, "hash of the policy in force", _AUTH),
    ),
    ("doc_id", "position"),
    Growth.ANEW,
)

RULES = Table(
    "rules",
    "detector, filter, parser, policy or table of agents used",
    (
        Column("rule", _STR, "name", _AUTH),
        Column("version", _STR, "version", _AUTH),
        Column("kind", _STR, "detector, filter, parser, policy or agents", _AUTH),
        Column("parameters", _STR, "parameters as JSON", _AUTH),
        _null("model_sha256", _STR, "hash of the model or data file it uses", _AUTH),
        _null("quality", _STR, "measured quality, where known", _AUTH),
    ),
    ("rule", "version"),
    Growth.ANEW,
)

FILTERS = Table(
    "filters",
    "rule x source",
    (
        Column("source_id", _I32, "source", _INT),
        Column("rule", _STR, "rule", _AUTH),
        Column("rule_version", _STR, "its version", _AUTH),
        Column("reason", _STR, "the rule's reason", _AUTH),
        Column("upstream", _BOOL, "declared by a third party, not run here", _AUTH),
        _null("documents_in", _I64, "documents before", _AUTH),
        _null("documents_out", _I64, "documents after", _AUTH),
        _null("bytes_in", _I64, "text bytes before", _AUTH),
        _null("bytes_out", _I64, "text bytes after", _AUTH),
    ),
    ("source_id", "upstream", "rule"),
    Growth.ANEW,
)

HOSTS = Table(
    "hosts",
    "authority x source x modality",
    (
        Column("authority", _STR, "host, with port where not the scheme's own", _AUTH),
        _null("registered_domain", _STR, "domain under the ICANN part of the Public Suffix List", _AUTH),
        _null("site_domain", _STR, "domain under the whole list, private suffixes included", _AUTH),
        Column("source_id", _I32, "source", _INT),
        Column("modality", _STR, "modality", _PUB),
        Column("documents", _I64, "documents", _AUTH),
        Column("documents_kept", _I64, "documents without a decision", _AUTH),
        Column("text_bytes", _I64, "text bytes", _AUTH),
        Column("text_bytes_kept", _I64, "text bytes of the documents without a decision", _AUTH),
        _null("tokens", _I64, "tokens, where a tokenizer was given", _AUTH),
        Column("media_items", _I64, "media items", _AUTH),
        Column("media_seconds", _F64, "length of audio and video", _AUTH),
        _null("first_fetched_at", TIME, "earliest known fetch", _AUTH),
        _null("last_fetched_at", TIME, "latest known fetch", _AUTH),
    ),
    ("authority", "source_id", "modality"),
    Growth.ANEW,
)

EVALUATIONS = Table(
    "evaluations",
    "benchmark result",
    (
        Column("source_id", _I32, "evaluation source", _INT),
        Column("benchmark", _STR, "name of the benchmark", _PUB),
        _null("version", _STR, "its version", _PUB),
        _null("split", _STR, "split used", _PUB),
        _null("metric", _STR, "metric reported", _PUB),
        _null("harness", _STR, "evaluation program", _PUB),
        _null("harness_version", _STR, "its version", _PUB),
        _null("result", _STR, "result as reported", _PUB),
        _null("results_url", _STR, "where the results are published", _PUB),
        _null("access", _STR, "how the benchmark can be had", _PUB),
        _null("scope", _STR, "what it measures", _PUB),
        _null("limitations", _STR, "what it does not", _PUB),
    ),
    ("source_id", "benchmark"),
    Growth.ANEW,
)

TRAINING_USE = Table(
    "training_use",
    "source, shard or document x checkpoint",
    (
        Column("checkpoint", _STR, "checkpoint of the model", _AUTH),
        Column("source_id", _I32, "source", _INT),
        _null("shard_id", _I64, "shard, where that is the grain", _INT),
        _null("doc_id", _I64, "document, where that is the grain", _INT, Values.DISTINCT),
        _null("epochs", _F64, "how often it was seen", _INT),
        _null("tokens", _I64, "tokens seen", _INT),
        _null("first_step", _I64, "first training step", _INT),
        _null("last_step", _I64, "last training step", _INT),
        _null("started_at", TIME, "start of its use", _AUTH),
        _null("finished_at", TIME, "end of its use", _AUTH),
    ),
    ("checkpoint", "source_id", "shard_id", "doc_id"),
    Growth.PARTS,
)

RUNS = Table(
    "runs",
    "command that added a generation",
    (
        Column("run_id", _STR, "random id", _INT),
        Column("generation", _I32, "generation it committed", _INT),
        Column("command", _STR, "command line, without values that may be secret", _INT),
        Column("started_at", TIME, "start", _INT),
        Column("finished_at", TIME, "end", _INT),
        Column("machine", _STR, "processor and memory", _INT),
        Column("versions", _STR, "versions of this program and its libraries as JSON", _INT),
        Column("runner", _STR, "engine and its workers", _INT),
        Column("counts", _STR, "counters and times of the transforms as JSON", _INT),
    ),
    ("run_id",),
    Growth.LOG,
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        SOURCES,
        SHARDS,
        DOCUMENTS,
        SKETCHES,
        PII,
        REJECTS,
        DAMAGED_FILES,
        FIELD_VALUES,
        DUPLICATE_PAIRS,
        DUPLICATES,
        EVALUATION_NGRAMS,
        CONTAMINATION_HITS,
        CONTAMINATION,
        UNCOMPARED_SHARDS,
        FOLLOWED_LOOKS,
        OBSERVATIONS,
        EVIDENCE,
        SIGNALS,
        VERDICTS,
        DECISIONS,
        RULES,
        FILTERS,
        HOSTS,
        EVALUATIONS,
        TRAINING_USE,
        RUNS,
    )
}


def quantised(score: float) -> float:
    """The score rounded half up to 1/1000, so that the last bits of a library's arithmetic never enter the record."""
    return math.floor(score * 1000 + 0.5) / 1000
