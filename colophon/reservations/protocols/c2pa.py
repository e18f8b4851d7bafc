"""Training and data mining assertions in the manifests of C2PA, which sign what an image or a document says of itself.

Read as CAWG says (Training and Data Mining Assertion 1.1, 6 May 2025), and as C2PA 1.4 said before under the prefix
`c2pa.`: a use of the asset is *allowed*, *notAllowed* or *constrained*, which without further information is equal to
not allowed (section "Overview"). What is said of generative or other training, or of data mining, can reserve; only
generative training, allowed, permits. Inference is no training.

The manifest was read, and validated with its asset, by the library c2pa where the asset was at hand. A permission
needs a valid manifest, whoever signed it; a reservation does not. The active manifest speaks, and where it continues
another one, as an editor's does, what that reserves stays. A manifest that cannot be read is an *error*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT
from colophon.reservations.reservation_protocol import (
    EmbeddedMetadata,
    PathlessStatements,
    ProtocolCarrier,
    Reading,
    ReservationProtocol,
    Statement,
)
from colophon.vocabulary import Purpose, VerdictState

_BLOCK = "c2pa"
_VALID = frozenset({"Valid", "Trusted"})

# Labels may end in a version and in the place among several of their kind.
_LABEL = re.compile(r"(?:c2pa|cawg)\.training-mining(?:\.v\d+)?(?:__\d+)?")
_ENTRY = re.compile(r"(?:c2pa|cawg)\.(ai_generative_training|ai_training|data_mining)")
_PERMITTING_ENTRY = "ai_generative_training"
_ALLOWED = "allowed"
_RESERVING = frozenset({"notallowed", "constrained"})
_STRICTEST_FIRST = {state: rank for rank, state in enumerate(VerdictState)}
_MAX_CHAIN = 100


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    statements: list[Statement] = []
    for part in parts:
        if part.carrier is PagePartKind.EMBEDDED and part.name == _BLOCK:
            statements += _statements(part, len(statements))
    return PathlessStatements(tuple(statements), min(statements, key=lambda s: _STRICTEST_FIRST[s.state], default=None))


def _statements(block: PagePart, first_number: int) -> Iterator[Statement]:
    where = f"c2pa at {block.offset}"
    store = _manifest_store(block.content)
    if store is None:
        yield _statement(first_number, "unreadable", f"{where}: unreadable", VerdictState.ERROR)
        return
    validation = store.get("validation_state")
    permission = VerdictState.ALLOWED if validation in _VALID else VerdictState.SILENT
    number = first_number
    for manifest in _chain(store):
        for label, entry, use in _uses(manifest):
            rule = f"{where}, {validation}: {label}: {entry} {use}"
            yield _statement(number, use, rule, _state(entry, use, permission))
            number += 1
        permission = VerdictState.SILENT


def _statement(number: int, value: str, rule: str, state: VerdictState) -> Statement:
    return Statement(number, None, (ANY_AGENT,), Purpose.TRAIN, value[:MAX_TEXT], rule[:MAX_TEXT], state)


def _state(entry: str, use: str, permission: VerdictState) -> VerdictState:
    known = _ENTRY.fullmatch(entry)
    if known is None:
        return VerdictState.SILENT
    if use.partition(";")[0].lower() in _RESERVING:
        return VerdictState.RESERVED
    return permission if use == _ALLOWED and known[1] == _PERMITTING_ENTRY else VerdictState.SILENT


def _manifest_store(content: bytes) -> Mapping[str, Any] | None:
    """The report of the library, as far as it is about this assertion; None where there is none."""
    try:
        store = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return store if isinstance(store, dict) and isinstance(store.get("manifests"), dict) else None


def _chain(store: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The active manifest and those that it continues, the newest first."""
    label = store.get("active_manifest")
    for _ in range(_MAX_CHAIN):
        manifest = store["manifests"].get(label) if isinstance(label, str) else None
        if not isinstance(manifest, dict):
            return
        yield manifest
        ingredients = _dicts(manifest.get("ingredients"))
        label = next((i.get("active_manifest") for i in ingredients if i.get("relationship") == "parentOf"), None)


def _uses(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:  # label, entry, and use with its constraint
    for assertion in _dicts(manifest.get("assertions")):
        label, data = assertion.get("label"), assertion.get("data")
        if not isinstance(label, str) or not _LABEL.fullmatch(label) or not isinstance(data, dict):
            continue
        # An early text of the specification left the map `entries` out.
        entries = data.get("entries", data)
        for entry, constraint in entries.items() if isinstance(entries, dict) else ():
            if isinstance(constraint, dict) and isinstance(constraint.get("use"), str):
                information = constraint.get("constraint_info") or constraint.get("constraints_info")
                yield label, entry, constraint["use"] + (f"; constraint={information}" if information else "")


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


PROTOCOL = ReservationProtocol(
    name="c2pa",
    version="1",
    specification="CAWG Training and Data Mining Assertion 1.1; C2PA 1.4",
    specification_date="2025-05-06",
    label="C2PA",
    carrier=ProtocolCarrier.MEDIA,
    embedded=EmbeddedMetadata(),
    read_page=_read_page,
)
