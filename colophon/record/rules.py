"""Rules: what decided a fact, as the table `rules` names it."""

from __future__ import annotations

from dataclasses import dataclass

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
