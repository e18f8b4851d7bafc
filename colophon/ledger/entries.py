"""What a ledger holds: publications, corrections, requests, their answers, and new versions of models."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

#: Folder beside the ledger in which the files that were handed out are kept.
KEPT = "kept"


class Requester(StrEnum):
    """Who asks for information; a downstream provider is answered within 14 days (Code of Practice, measure 1.2)."""

    AUTHORITY = "authority"
    DOWNSTREAM = "downstream"
    OTHER = "other"


class DataChange(StrEnum):
    """What a new model version means for the summary of training content (Explanatory Notice, paragraph 29)."""

    NONE = "none"
    NEW_DATA = "new_data"
    MATERIAL = "material"


class KeptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that was handed out, as kept beside the ledger; `path` is relative to the ledger's folder."""

    path: str
    size: int
    sha256: str


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="publication", tag_field="kind"):
    """A version of a form that was published, with the record it was drawn from and the files as they were."""

    form: str
    version: int
    on: date
    edition: str
    status: str
    urls: tuple[str, ...]
    models: tuple[str, ...]
    template: str
    map_version: int
    record_root: str
    generation: int
    files: tuple[KeptFile, ...]


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="correction", tag_field="kind"):
    """What was wrong in a published version; only `text` is for the public."""

    form: str
    version: int
    on: date
    wrong: str
    changed: str
    text: str


class InformationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="request", tag_field="kind"):
    """Somebody asked; `due` is the last day to answer, `counted` says how that day was found."""

    requester: Requester
    name: str
    basis: str
    purpose: str
    scope: str
    received_on: date
    due: date | None
    counted: str


class RequestAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="answer", tag_field="kind"):
    """A request was answered, with the edition and the files handed over."""

    request: int
    on: date
    edition: str
    note: str
    files: tuple[KeptFile, ...]


class ModelVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="model_version", tag_field="kind"):
    """A version of the model was placed on the market, and what its training added."""

    model: str
    on: date
    change: DataChange
    description: str
    original: str


Event = Publication | Correction | InformationRequest | RequestAnswer | ModelVersion


class LedgerEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a ledger. `sha256` covers the rest of the line, `previous` is that of the line before."""

    number: int
    previous: str
    event: Event
    sha256: str
