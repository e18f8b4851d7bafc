"""Documents with an address as verdicts need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from colophon.analyzers.reservations.evaluator import UNKNOWN_PATH
from colophon.analyzers.reservations.verdicts import ADDRESSED_DOCUMENTS
from colophon.record.addresses import clean_url

#: What is needed of a document, with the moment whose reservations count.
COLUMNS = ("doc_id", "source_id", "authority", "url", "fetched_at", "moment", "page_carriers")


def addressed_documents(documents: pa.Table, collectors: Mapping[int, Sequence[str]]) -> pa.Table:
    """Rows with the columns `COLUMNS` in schema `ADDRESSED_DOCUMENTS`; `collectors` are the tokens of each source."""
    paths = [_path_and_query(url) for url in documents.column("url").to_pylist()]
    tokens = [list(collectors[source]) for source in documents.column("source_id").to_pylist()]
    made = {
        "doc_id": documents.column("doc_id"),
        "authority": documents.column("authority"),
        "path_and_query": pa.array(paths, pa.string()),
        "fetched_at": documents.column("fetched_at"),
        "moment": documents.column("moment"),
        "collector_tokens": pa.array(tokens, ADDRESSED_DOCUMENTS.field("collector_tokens").type),
        "page_carriers": documents.column("page_carriers"),
    }
    return pa.table(made).select(ADDRESSED_DOCUMENTS.names).cast(ADDRESSED_DOCUMENTS)


def _path_and_query(url: str) -> str:
    """What rules are matched against; an address that held personal data was cut to its authority."""
    clean = clean_url(url) if "://" in url else None
    return clean.path_and_query if clean else UNKNOWN_PATH
