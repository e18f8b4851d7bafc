"""The rows of the table `signals`: what an observation says, statement by statement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pyarrow as pa

from colophon.analyzers.reservations import EVALUATORS
from colophon.analyzers.reservations.evaluator import Evaluator, Statement
from colophon.analyzers.reservations.observations import ObservedEvidence
from colophon.analyzers.reservations.policy import Policy
from colophon.record.tables import SIGNALS
from colophon.record.vocabulary import Outcome, Place, ReservationProtocol


def signals_of(observation: ObservedEvidence, policy: Policy) -> pa.RecordBatch:
    """The statements of one observation in schema `SIGNALS`; no rows where nothing readable came back."""
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


def observation_id(source_name: str, path: str, position: int, protocol: ReservationProtocol) -> str:
    """The id of the observation found at a position of a source's file, equal in every run."""
    place = json.dumps([source_name, path, position, protocol], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def signal_id(observation: str, number: int) -> str:
    """The id of an observation's statement; sorts like the statements' numbers."""
    return f"{observation}:{number:06d}"


def _statements(observation: ObservedEvidence, policy: Policy) -> Iterator[tuple[Evaluator, Statement]]:
    evaluator = EVALUATORS.get(observation.protocol)
    if evaluator is None or observation.outcome is not Outcome.OK or observation.body is None:
        return
    tokens = frozenset(policy.training_tokens)
    if observation.place is not Place.PAGE:
        reading = evaluator.reading(observation.body, observation.authority or "", tokens)
    else:
        reading = evaluator.page_reading(observation.body, tokens)
    for statement in reading.statements():
        yield evaluator, statement
