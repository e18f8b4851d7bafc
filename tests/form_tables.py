"""Tables of a record named by what a summary reads in them: sources with their documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from colophon.tables import ROW_BITS

Row = Mapping[str, Any]


@dataclass
class Tables:
    """Rows by table, for `make_record(**tables.rows)`."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **given: Any) -> None:
        self.rows.setdefault(table, []).append(given)

    def source(self, name: str, documents: Sequence[Row] = ({},), **given: Any) -> None:
        """A source with one shard; a document's `decision` is the public reason that drops it."""
        number = len(self.rows.get("sources", ()))
        source = {
            "source_id": number, "position": number, "name": name, "dataset": name, "stage": "pretraining",
            "acquisition": "public_dataset", "modality": "text", "connector": "jsonl", "legal_basis": "unknown",
            "personal_data_basis": "unknown", "used_for_weight_update": True, "config": "{}", "collected_to": "2024-06",
        } | given  # fmt: skip
        shared = {key: source[key] for key in ("source_id", "stage")}
        self.add("sources", **source)
        self.add("shards", shard_id=number, role="documents", acquisition=source["acquisition"], path=name, **shared)
        for row, document in enumerate(documents):
            facts = dict(document)
            if reason := facts.pop("decision", None):
                self.add("decisions", doc_id=number << ROW_BITS | row, rule=reason, reason=reason, public_reason=reason)
            if domain := facts.get("registered_domain"):
                facts.setdefault("authority", f"www.{domain}")
            self.add("documents", **shared, **({
                "doc_id": number << ROW_BITS | row, "shard_id": number, "path": name, "position": row, "language": "en",
                "script": "Latn", "text_bytes": 100, "modality": source["modality"],
            } | facts))  # fmt: skip

    def crawl(self, name: str, documents: Sequence[Row], **given: Any) -> None:
        """A source the provider crawled itself."""
        crawler = {"name": "ColoBot", "user_agents": ["ColoBot"], "purpose": "text for training"}
        facts = {"acquisition": "crawled_own", "config": json.dumps({"crawler": crawler})}
        self.source(name, documents, **(facts | given))


@pytest.fixture
def tables() -> Tables:
    return Tables()
