"""Converts observations to rows of the tables `observations`, `evidence` and `signals`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pyarrow as pa

from colophon.reservations import PROTOCOLS
from colophon.reservations.evidence_keeper import Collector, keeper
from colophon.reservations.in_force import ObservedEvidence
from colophon.reservations.observation import Observation, PageLook
from colophon.reservations.page_evidence import PagePart, packed
from colophon.reservations.parsing.xml import nests_deeper, xmp_root
from colophon.reservations.policy import Policy
from colophon.reservations.policy_files import scheme_of_pages
from colophon.reservations.reservation_protocol import ReservationProtocol, Statement
from colophon.tables import EVIDENCE, OBSERVATIONS, ROW_BITS, SIGNALS
from colophon.vocabulary import Grade, Outcome, Place


def signals_of(observation: ObservedEvidence, policy: Policy) -> pa.RecordBatch:
    """The statements of one observation in schema `SIGNALS`; no rows if the response was not readable."""
    rows = [
        {
            "signal_id": signal_id(observation.observation_id, statement.number),
            "observation_id": observation.observation_id,
            "protocol": observation.protocol,
            "authority": observation.authority,
            "doc_id": observation.doc_id,
            "path": statement.path,
            "agents": list(statement.agents),
            "purpose": statement.purpose,
            "value": statement.value,
            "rule": statement.rule,
            "parser": evaluator.name,
            "parser_version": evaluator.version,
            "state": statement.state,
        }
        for evaluator, statement in _statements(observation, policy)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=SIGNALS.schema)


def observation_id(source_name: str, path: str, position: int, protocol: str) -> str:
    """The id of the observation at a position of a file of a source; the same in every run."""
    place = json.dumps([source_name, path, position, protocol], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def signal_id(observation: str, number: int) -> str:
    """The id of a statement of an observation; ids sort in the order of the statement numbers."""
    return f"{observation}:{number:06d}"


def _statements(observation: ObservedEvidence, policy: Policy) -> Iterator[tuple[ReservationProtocol, Statement]]:
    evaluator = PROTOCOLS.get(observation.protocol)
    if evaluator is None or observation.outcome is not Outcome.OK or observation.body is None:
        return
    tokens = frozenset(policy.training_tokens)
    if observation.place is not Place.PAGE:
        reading = evaluator.reading(observation.body, observation.authority or "", tokens)
    else:
        reading = evaluator.page_reading(observation.body, tokens)
    for statement in reading.statements():
        yield evaluator, statement


_DESCRIBED = frozenset({"xmp", "opf"})
#: Elements that contain statements, in XMP (ISO 16684-1, 7.3) and in the package of an EPUB (version 2: OPF 2.0, 2.2).
_FRAMES = frozenset({"xmpmeta", "RDF", "Description", "package", "metadata", "x-metadata"})
_FRAME_ATTRIBUTES = frozenset({"prefix", "version"})


#: Deepest nesting that is written: the library calls itself for each level.
_MAX_DEPTH = 200


def rights_only(part: PagePart) -> PagePart:
    """The part without properties that no protocol can read; malformed XML, XML that nests too deep to be written anew,
    and other kinds of parts are unchanged."""
    if part.name not in _DESCRIBED:
        return part
    root = xmp_root(part.content)
    if root is None or nests_deeper(root, _MAX_DEPTH):
        return part
    _prune(root)
    return replace(part, content=tostring(root, "utf-8"))


def _prune(frame: Element) -> None:
    for name in [name for name in frame.attrib if name not in _FRAME_ATTRIBUTES and not _is_property(name)]:
        del frame.attrib[name]
    kept: list[Element] = []
    for child in frame:
        if _is_property(child.tag) or _is_epub_statement(child):
            kept.append(child)
        elif _local(child.tag) in _FRAMES:
            _prune(child)
            kept.append(child)
    for child in kept:
        child.tail = None
    # At once: each removal alone looks for its element from the beginning.
    frame[:] = kept


def _is_property(name: str) -> bool:
    return any(protocol.embedded.is_property(name) for protocol in PROTOCOLS.values() if protocol.embedded is not None)


def _is_epub_statement(written: Element) -> bool:
    named = written.get("property") or written.get("name") or ""
    name = named.strip().rpartition(":")[2]
    known = (protocol.embedded.epub_names for protocol in PROTOCOLS.values() if protocol.embedded is not None)
    return _local(written.tag) == "meta" and any(name in names for names in known)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def observations_of(observed: Observation | PageLook, policy: Policy) -> Iterator[Observation]:
    """The observations, one for each protocol, that follow from one observation of a host's file or of a page.

    A host's file is an observation of every protocol whose lines it may contain, and of those to whose terms it points.
    A page is an observation of the protocols that read a statement from it; that a page was searched without a result
    is recorded in the column `page_carriers` of its document."""
    if isinstance(observed, PageLook):
        yield from _of_page(observed, policy)
        return
    yield observed
    for evaluator in PROTOCOLS.values():
        if evaluator.host_file == observed.protocol != evaluator.name or _points(observed, evaluator, policy):
            yield replace(observed, protocol=evaluator.name)


def _points(observation: Observation, evaluator: ReservationProtocol, policy: Policy) -> bool:
    """Whether a file points to terms of a protocol; if not, it is no observation of that protocol. A file that leads to
    another look may."""
    if evaluator.pointer_file != observation.protocol:
        return False
    if observation.outcome is not Outcome.OK or observation.body is None:
        return observation.outcome.leads_elsewhere
    return bool(
        evaluator.reading(observation.body, observation.authority or "", frozenset(policy.training_tokens)).statements()
    )


def _of_page(look: PageLook, policy: Policy) -> Iterator[Observation]:
    evidence = packed(rights_only(part) for part in look.page.parts)
    tokens = frozenset(policy.training_tokens)
    for evaluator in PROTOCOLS.values():
        if evaluator.page_reading(evidence, tokens).statements():
            yield Observation(
                protocol=evaluator.name,
                authority=look.authority,
                path=look.path,
                position=look.position,
                outcome=Outcome.OK,
                grade=Grade.WARC,
                place=Place.PAGE,
                body=evidence,
                row=look.row,
                requested_url=look.requested_url,
                observed_at=look.observed_at,
                http_status=look.http_status,
                kept_by=look.page.kept_by,
                archive=look.page.archive,
            )


# Rows that are buffered as dictionaries before they are converted to Arrow.
_LOOSE_ROWS = 1_000


class ObservedRows:
    """Collects the rows of observations, and of the signals read from them under a policy. `shard_id` is None for
    observations of `signals collect`, and `collector` for those that no source holds."""

    def __init__(self, policy: Policy, shard_id: int | None, collector: Collector | None = None) -> None:
        self._policy, self._shard_id, self._collector = policy, shard_id, collector
        self._rows = 0
        self._newest: list[dict[str, Any]] = []
        self._observations = _Packed(OBSERVATIONS.schema)
        self._evidence: dict[str, bytes] = {}
        self._newest_signals: list[pa.RecordBatch] = []
        self._signals = _Packed(SIGNALS.schema)

    def __len__(self) -> int:
        return self._rows

    def add(self, observation: Observation, collected_from: str, origin: str) -> None:
        """Add an observation. `collected_from` names the source or the collector in which its path and position are
        unique."""
        evidence = None
        if observation.body is not None:
            evidence = hashlib.sha256(observation.body).hexdigest()
            self._evidence[evidence] = observation.body
        doc_id = (
            None
            if observation.row is None or self._shard_id is None
            else (self._shard_id << ROW_BITS) + observation.row
        )
        identity = observation_id(collected_from, observation.path, observation.position, observation.protocol)
        kept_by = observation.kept_by
        if self._collector is not None:
            kept_by = keeper(observation.kept_by, observation.archive, self._collector)
        scheme = None
        if observation.place is Place.HOST:
            scheme = scheme_of_pages(observation.requested_url, observation.protocol)
        refers_to = observation.refers_to
        self._newest.append({
            "observation_id": identity,
            "shard_id": self._shard_id,
            "protocol": observation.protocol,
            "place": observation.place.value,
            "authority": observation.authority,
            "doc_id": doc_id,
            "requested_url": observation.requested_url,
            "final_url": observation.final_url,
            "redirects": observation.redirects,
            "observed_at": observation.observed_at,
            "outcome": observation.outcome.value,
            "http_status": observation.http_status,
            "headers_kept": observation.headers_kept,
            "origin": origin,
            "grade": observation.grade.kept_by(kept_by).value,
            "user_agent": observation.user_agent,
            "evidence_sha256": evidence,
            "scheme": scheme,
            "kept_by": None if kept_by is None else kept_by.value,
            "refers_to_url": None if refers_to is None else refers_to.url,
            "refers_to_date": None if refers_to is None else refers_to.date,
            "payload_digest": observation.payload_digest,
        })  # fmt: skip
        look = ObservedEvidence(
            identity,
            observation.protocol,
            observation.authority,
            observation.observed_at,
            observation.outcome,
            observation.body,
            observation.place,
            doc_id,
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
        """The distinct bodies, sorted by hash."""
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
    """Rows in few Arrow chunks: a file may contain the observations of a million hosts, and a small chunk takes a
    hundred times the memory of its rows."""

    def __init__(self, schema: pa.Schema) -> None:
        self._pieces = [schema.empty_table()]

    def add(self, rows: pa.Table) -> None:
        self._pieces.append(rows.combine_chunks())

    @property
    def table(self) -> pa.Table:
        return pa.concat_tables(self._pieces)
