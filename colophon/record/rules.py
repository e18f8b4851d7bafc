"""Rules: what decided a fact, and the rows of the table `rules` that name it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from colophon.tables import RULES
from colophon.vocabulary import RuleKind


@dataclass(frozen=True, slots=True)
class Rule:
    """What decided a fact: name, version, parameters as canonical JSON, hash of the model or data file used."""

    name: str
    version: str
    kind: RuleKind = RuleKind.DETECTOR
    parameters: str = "{}"
    model_sha256: str | None = None
    quality: str | None = None


def rule_rows(rules: Iterable[Rule]) -> pa.Table:
    """Rules as rows of the table `rules`, in the order given."""
    rows = [
        {
            "rule": rule.name,
            "version": rule.version,
            "kind": rule.kind,
            "parameters": rule.parameters,
            "model_sha256": rule.model_sha256,
            "quality": rule.quality,
        }
        for rule in rules
    ]
    return pa.Table.from_pylist(rows, RULES.schema)
