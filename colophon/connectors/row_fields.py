"""From the values of a row to a document, by the names that a source's `fields` give."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from colophon.connectors.documents import Document
from colophon.connectors.rows import Reject
from colophon.connectors.times import moment
from colophon.record.corpus import Fields
from colophon.record.vocabulary import RejectReason

#: `documents.license_place` for a license that a column or key of the input names.
LICENSE_PLACE = "field"


class Absent(Enum):
    """The row has no such column or key, which is not the same as null."""

    ABSENT = "absent"


def document_of(fields: Fields, value: Callable[[str], object], path: str, position: int) -> Document | Reject:
    """The document of a row, or the reject that its text fields make of it; `value` gives Absent.ABSENT for a name
    that the row does not have."""
    texts: list[str] = []
    for name in fields.text:
        found = value(name)
        if isinstance(found, bytes):
            # Older writers of Parquet leave texts unmarked.
            try:
                found = found.decode()
            except UnicodeDecodeError:
                return Reject(path, position, RejectReason.ENCODING, "not_utf8")
        if not isinstance(found, str):
            return Reject(path, position, RejectReason.FIELD_MISSING, _missing_code(found))
        texts.append(found)
    license_claim = _text(fields.license, value)
    return Document(
        position=position,
        text=texts[0] if len(texts) == 1 else "\n".join(texts),
        native_id=_native_id(fields.id, value),
        url=_text(fields.url, value),
        fetched_at=None if fields.fetched_at is None else moment(value(fields.fetched_at)),
        license_claim=license_claim,
        license_place=None if license_claim is None else LICENSE_PLACE,
    )


def needed_names(fields: Fields) -> tuple[str, ...]:
    """Every name that `fields` mention, once."""
    optional = (fields.id, fields.url, fields.fetched_at, fields.license)
    return tuple(dict.fromkeys((*fields.text, *(name for name in optional if name is not None))))


def _missing_code(found: object) -> str:
    if found is Absent.ABSENT:
        return "missing"
    return "null" if found is None else "wrong_type"


def _text(name: str | None, value: Callable[[str], object]) -> str | None:
    found = None if name is None else value(name)
    return found if isinstance(found, str) and found else None


def _native_id(name: str | None, value: Callable[[str], object]) -> str | None:
    found = None if name is None else value(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and found else None
