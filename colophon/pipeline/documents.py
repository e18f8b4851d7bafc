"""From a batch of rows and what the analyzers say of it to rows of `documents`, `sketches` and `pii`."""

from __future__ import annotations

from binascii import hexlify, unhexlify
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colophon.analyzers import Analyzer
from colophon.analyzers.identity import DIGEST_BYTES, IdKey, content_digests
from colophon.errors import ContractBrokenError
from colophon.pipeline.sources import NumberedSource
from colophon.tables import DOCUMENTS, PII, ROW_BITS, SKETCHES, Table
from colophon.vocabulary import KEYED_ACQUISITIONS

#: What analyzers give to other tables than `documents`, and what decides about the address of a document.
_FOR_OTHERS = {"pii", "scheme", "shingles", "slots", "url_has_personal_data"}


@dataclass(frozen=True, slots=True)
class Analyzed:
    """The rows that one batch adds to the record."""

    documents: pa.RecordBatch
    sketches: pa.RecordBatch
    pii: pa.RecordBatch


def analyze(
    batch: pa.RecordBatch,
    analyzers: Sequence[Analyzer],
    source: NumberedSource,
    ordinal: int,
    key: IdKey | None,
    table: Table = DOCUMENTS,
) -> Analyzed:
    """Analyze a batch of schema `connectors.rows.ROWS` that was read from shard `ordinal`; `table` is `documents` with
    the columns of the analyzers.

    A source whose ids must not be kept in plain needs `key`.
    """
    columns: dict[str, pa.Array] = {name: batch.column(name) for name in batch.schema.names}
    for analyzer in analyzers:
        columns |= _given(analyzer, batch)
    doc_ids = pc.add(columns["row"], pa.scalar(ordinal << ROW_BITS, pa.int64()))
    added = _own_columns(batch, columns, doc_ids, source, ordinal, key)
    return Analyzed(
        _documents(table, columns | added, batch.num_rows),
        _sketches(columns, doc_ids),
        _pii(columns, doc_ids),
    )


def _given(analyzer: Analyzer, batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The declared columns of an analyzer, and what it gives to other tables. Raises ContractBrokenError."""
    given = analyzer.analyze(batch)
    if given.num_rows != batch.num_rows:
        raise ContractBrokenError("analyzer", analyzer.rule.name, f"gave {given.num_rows} rows for {batch.num_rows}")
    taken = {column.name for column in analyzer.columns} | _FOR_OTHERS & set(given.schema.names)
    if lacking := taken - set(given.schema.names):
        raise ContractBrokenError("analyzer", analyzer.rule.name, f"lacks its columns {', '.join(sorted(lacking))}")
    return {name: given.column(name) for name in taken}


def _documents(table: Table, columns: Mapping[str, pa.Array], rows: int) -> pa.RecordBatch:
    arrays = [
        columns[column.name].cast(column.type) if column.name in columns else _repeat(column.default, rows, column.type)
        for column in table.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def _own_columns(
    batch: pa.RecordBatch,
    columns: dict[str, pa.Array],
    doc_ids: pa.Array,
    source: NumberedSource,
    ordinal: int,
    key: IdKey | None,
) -> dict[str, pa.Array]:
    """What is known of every document without an analyzer."""
    rows = batch.num_rows
    digests, native_ids = content_digests(columns["text"]), columns["native_id"]
    if key is not None and source.source.acquisition in KEYED_ACQUISITIONS:
        digests = [key.keyed(d) for d in digests]
        native_ids = pa.array(
            [None if i is None else key.keyed(i.encode()).hex() for i in native_ids.to_pylist()], pa.string()
        )
    return {
        "doc_id": doc_ids,
        "shard_id": _repeat(ordinal, rows, pa.int64()),
        "source_id": _repeat(source.source_id, rows, pa.int32()),
        "stage": _repeat(source.source.stage.value, rows, pa.string()),
        "native_id": native_ids,
        "content_id": _hexadecimal(b"".join(digests), rows),
        "url": _url(columns, rows),
        "text_bytes": pc.binary_length(columns["text"]),
        "modality": _repeat(source.source.modality.value, rows, pa.string()),
        "page_carriers": _page_carriers(columns["page_carriers"]),
    }


def _hexadecimal(digests: bytes, rows: int) -> pa.Array:
    """The digests that stand one after the other, in hexadecimal digits."""
    ends = np.arange(rows + 1, dtype=np.int32) * np.int32(2 * DIGEST_BYTES)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(hexlify(digests)))


def _page_carriers(carriers: pa.Array) -> pa.Array:
    """Empty lists stand for responses that nobody looked through."""
    if carriers.null_count == len(carriers):
        ends = pa.array(np.zeros(len(carriers) + 1, np.int32))
        return pa.ListArray.from_arrays(ends, pa.array([], carriers.type.value_type), type=carriers.type)
    return pc.coalesce(carriers, pa.scalar([], carriers.type))


def _url(columns: dict[str, pa.Array], rows: int) -> pa.Array:
    """An address in which personal data was found is cut to its authority, without a scheme to tell it apart."""
    personal = columns.get("url_has_personal_data", _repeat(value=False, rows=rows, kind=pa.bool_()))
    return pc.if_else(personal, columns["authority"], columns["url"])


def _sketches(columns: dict[str, pa.Array], doc_ids: pa.Array) -> pa.RecordBatch:
    if "slots" not in columns:
        return pa.RecordBatch.from_pylist([], SKETCHES.schema)
    added = {**columns, "doc_id": doc_ids}
    return pa.RecordBatch.from_arrays([added[f.name].cast(f.type) for f in SKETCHES.schema], schema=SKETCHES.schema)


def _pii(columns: dict[str, pa.Array], doc_ids: pa.Array) -> pa.RecordBatch:
    by_document = columns.get("pii")
    if by_document is None:
        return pa.RecordBatch.from_pylist([], PII.schema)
    entities = by_document.flatten()
    of_entities = {
        "doc_id": doc_ids.take(pc.list_parent_indices(by_document)),
        "entity": pc.struct_field(entities, "entity"),
        "occurrences": pc.struct_field(entities, "occurrences"),
        "max_score": pc.struct_field(entities, "max_score"),
    }
    return pa.RecordBatch.from_arrays([of_entities[f.name].cast(f.type) for f in PII.schema], schema=PII.schema)


def _repeat(value: object, rows: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), rows)


def exact_keys(documents: pa.Table | pa.RecordBatch, keyed: Sequence[bool], key: IdKey | None) -> pa.Array:
    """What equal texts have in common, plain or not: the content id under `key`, or the plain one without a key.

    `keyed` tells of each row whether its content id is stored under the key already. Returns binary of 32 bytes.
    """
    plain = _from_hexadecimal(documents.column("content_id"))
    if key is None:
        return plain
    secret = [c if done else key.keyed(c) for c, done in zip(plain.to_pylist(), keyed, strict=True)]
    return pa.array(secret, pa.binary(DIGEST_BYTES))


def _from_hexadecimal(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(texts):
        return pa.array([], pa.binary(DIGEST_BYTES))
    _, offsets, digits = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    digests = unhexlify(memoryview(digits)[int(ends[0]) : int(ends[-1])])
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(DIGEST_BYTES), len(texts), [None, pa.py_buffer(digests)])


def hash_prefixes(keys: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """The first eight bytes of each 32-byte key as a number."""
    return np.frombuffer(keys.buffers()[1], "<u8").reshape(-1, DIGEST_BYTES // 8)[
        keys.offset : keys.offset + len(keys), 0
    ]
