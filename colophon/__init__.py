"""Colophon makes and proves the record of what a model was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colophon.record.database import Record, open_record

__version__ = "0.1.0"

__all__ = ["Record", "__version__", "open_record"]


def __getattr__(name: str) -> Any:
    # DuckDB and Arrow are imported when a record is opened, not by every worker that imports a part of this package.
    if name in {"Record", "open_record"}:
        from colophon.record import database

        return getattr(database, name)
    raise AttributeError(name)
