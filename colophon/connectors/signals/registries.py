"""Registries as files: rows with a domain, url or sha256, and perhaps with reservation (1 or 0) and listed_at.

Of a row that names several, the address counts, else the text, and the domain only where it stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.delimited import table_rows as delimited_rows
from colophon.connectors.formats.documents import Row, RowCounter, Skipped
from colophon.connectors.formats.parquet import table_batches
from colophon.connectors.rows import Reject
from colophon.connectors.signals.signal_files import SignalFiles
from colophon.reservations.observation import Observation
from colophon.urls import host_name, web_url
from colophon.vocabulary import Grade, Outcome, Place, RejectReason

_COLUMNS = ("domain", "url", "sha256", "reservation", "listed_at")
_SAID = {"1": "1", "true": "1", "0": "0", "false": "0"}
_SHA256_DIGITS = 64

_Values = Callable[[str], object]


def registry_text_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """One observation for each row of a CSV or TSV file."""
    for position, row in enumerate(delimited_rows(file)):
        counter.met()
        if isinstance(row, Reject):
            yield row
        elif row is None:
            yield Skipped()
        else:
            yield _observation(row, file.path, position, signals, counter)


def registry_table_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """One observation for each row of a Parquet file."""
    for batch in table_batches(file, _COLUMNS):
        if isinstance(batch, Reject):
            counter.met()
            yield batch
            continue
        for position, row in enumerate(batch.rows, batch.first_row):
            counter.met()
            yield _observation(row.value, file.path, position, signals, counter)


def _observation(
    value: _Values, path: str, position: int, signals: SignalFiles, counter: RowCounter
) -> Observation | Reject:
    named = _named(value)
    if named is None:
        return Reject(path, position, RejectReason.FIELD_MISSING, "domain_url_or_sha256")
    kind, name, authority = named
    said = _said(value("reservation"))
    if said is None:
        return Reject(path, position, RejectReason.UNPARSABLE, "reservation")
    return Observation(
        protocol=signals.protocol,
        authority=authority,
        path=path,
        position=position,
        outcome=Outcome.OK,
        grade=Grade.ASSERTED,
        place=Place.LIST,
        body=f"{kind} {name} {said}".encode(),
        observed_at=signals.time_of_look("listed_at", value("listed_at"), counter),
        kept_by=signals.kept_by,
    )


def _named(value: _Values) -> tuple[str, str, str | None] | None:  # kind, name, authority
    domain, url, digest = (_text(value(name)) for name in _COLUMNS[:3])
    # Addresses meet those of documents, which are written as `web_url` gives them.
    if url is not None and url.isprintable() and " " not in url and (clean := web_url(url)) is not None:
        return "url", clean.url, clean.authority
    if digest is not None and len(digest) == _SHA256_DIGITS and digest.isalnum() and digest.isascii():
        return "sha256", digest.lower(), None
    if domain is not None and (host := host_name(domain.removeprefix("*."))) is not None:
        return "domain", host, host
    return None


def _said(reservation: object) -> str | None:
    """What an entry says, a reservation where it says nothing; None for what is neither 1 nor 0."""
    if isinstance(reservation, float) and not math.isnan(reservation):
        # Tables write whole numbers so where some are missing.
        reservation = int(reservation) if reservation.is_integer() else str(reservation)
    if not isinstance(reservation, str | int | bool):
        return "1"
    return _SAID.get(str(reservation).strip().lower() or "1")


def _text(value: object) -> str | None:
    """A text that is not empty and can be written as UTF-8."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip().encode("utf-8", "ignore").decode() or None
