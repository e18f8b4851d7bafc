"""Observations as rows of `observations`, `evidence` and `signals`."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa

from colophon.analyzers.reservations.observations import ObservedEvidence
from colophon.analyzers.reservations.policy import Policy
from colophon.analyzers.reservations.signals import observation_id, signals_of
from colophon.connectors.rows import Observation
from colophon.record.tables import EVIDENCE, OBSERVATIONS, ROW_BITS, SIGNALS

# Rows that are held one by one.
_LOOSE_ROWS = 1_000


class ObservedRows:
    """Collects the rows of observations; their signals are read under a policy. `shard_id` is None where a collection
    made them."""

    def __init__(self, policy: Policy, shard_id: int | None) -> None:
        self._policy, self._shard_id = policy, shard_id
        self._rows = 0
        self._newest: list[dict[str, Any]] = []
        self._observations = _Packed(OBSERVATIONS.schema)
        self._evidence: dict[str, bytes] = {}
        self._newest_signals: list[pa.RecordBatch] = []
        self._signals = _Packed(SIGNALS.schema)

    def __len__(self) -> int:
        return self._rows

    def add(self, seen: Observation, found_in: str, origin: str) -> None:
        """`found_in` is the source, or the collector, within which path and position of the observation name it."""
        evidence = None
        if seen.body is not None:
            evidence = hashlib.sha256(seen.body).hexdigest()
            self._evidence[evidence] = seen.body
        doc_id = None if seen.row is None or self._shard_id is None else (self._shard_id << ROW_BITS) + seen.row
        identity = observation_id(found_in, seen.path, seen.position, seen.protocol)
        self._newest.append({
            "observation_id": identity,
            "shard_id": self._shard_id,
            "protocol": seen.protocol.value,
            "place": seen.place.value,
            "authority": seen.authority,
            "doc_id": doc_id,
            "requested_url": seen.requested_url,
            "final_url": seen.final_url,
            "redirects": seen.redirects,
            "observed_at": seen.observed_at,
            "outcome": seen.outcome.value,
            "http_status": seen.http_status,
            "headers_kept": seen.headers_kept,
            "origin": origin,
            "grade": seen.grade.value,
            "user_agent": seen.user_agent,
            "evidence_sha256": evidence,
        })  # fmt: skip
        look = ObservedEvidence(
            identity, seen.protocol, seen.authority, seen.observed_at, seen.outcome, seen.body, seen.place, doc_id
        )
        self._newest_signals.append(signals_of(look, self._policy))
        self._rows += 1
        if len(self._newest) == _LOOSE_ROWS:
            self._pack()

    @property
    def observations(self) -> pa.Table:
        self._pack()
        return self._observations.table

    @property
    def evidence(self) -> pa.Table:
        """Distinct bytes, sorted by their hashes."""
        rows = [{"evidence_sha256": h, "size_bytes": len(b), "bytes": b} for h, b in sorted(self._evidence.items())]
        return pa.Table.from_pylist(rows, EVIDENCE.schema)

    @property
    def signals(self) -> pa.Table:
        self._pack()
        return self._signals.table

    def _pack(self) -> None:
        self._observations.add(pa.Table.from_pylist(self._newest, OBSERVATIONS.schema))
        self._signals.add(pa.Table.from_batches(self._newest_signals, SIGNALS.schema))
        self._newest, self._newest_signals = [], []


class _Packed:
    """Rows in few pieces: a file may hold the looks at a million hosts, and a small piece takes a hundred times its
    rows."""

    def __init__(self, schema: pa.Schema) -> None:
        self._pieces = [schema.empty_table()]

    def add(self, rows: pa.Table) -> None:
        self._pieces.append(rows.combine_chunks())

    @property
    def table(self) -> pa.Table:
        return pa.concat_tables(self._pieces)
