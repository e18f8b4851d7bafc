"""The rows of the table `signals`: what an observation says, statement by statement."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa

from colophon.analyzers.reservations import EVALUATORS
from colophon.analyzers.reservations.observations import ObservedEvidence
from colophon.analyzers.reservations.policy import Policy
from colophon.record.tables import SIGNALS
from colophon.record.vocabulary import Outcome, ReservationProtocol


def signals_of(observation: ObservedEvidence, policy: Policy) -> pa.RecordBatch:
    """The statements of one observation in schema `SIGNALS`; no rows where nothing readable came back."""
    evaluator = EVALUATORS.get(observation.protocol)
    statements = ()
    if evaluator is not None and observation.outcome is Outcome.OK and observation.body is not None:
        statements = evaluator.read(observation.body, frozenset(policy.training_tokens)).statements()
    rows = [
        {
            "signal_id": signal_id(observation.observation_id, s.number),
            "observation_id": observation.observation_id,
            "protocol": observation.protocol,
            "authority": observation.authority,
            "doc_id": None,
            "path": s.path,
            "agents": list(s.agents),
            "purpose": s.purpose,
            "value": s.value,
            "rule": s.rule,
            "parser": evaluator.name if evaluator else "",
            "parser_version": evaluator.version if evaluator else "",
            "state": s.state,
        }
        for s in statements
    ]
    return pa.RecordBatch.from_pylist(rows, schema=SIGNALS.schema)


def observation_id(source_name: str, path: str, position: int, protocol: ReservationProtocol) -> str:
    """The id of the observation found at a position of a source's file, equal in every run."""
    place = json.dumps([source_name, path, position, protocol], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def signal_id(observation: str, number: int) -> str:
    """The id of an observation's statement; sorts like the statements' numbers."""
    return f"{observation}:{number:06d}"
