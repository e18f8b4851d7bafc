"""The first rows of a source: which names they have, which of the declared fields, and what is said of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from colophon.config.corpus import Source
from colophon.config.problems import nearest
from colophon.connectors import CONNECTORS, RowNames, open_connector
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.connector import FileConnector
from colophon.connectors.formats.documents import RowCounter, document_of
from colophon.connectors.formats.field_values import MAX_ID_BYTES, names_in, partitions_of, value_at
from colophon.connectors.rows import FieldCount
from colophon.errors import InputUnreadableError
from colophon.vocabulary import FieldOutcome

_MAX_ROWS = 100
_MAX_FILES = 3


@dataclass(frozen=True, slots=True)
class FieldOutcomes:
    """In how many rows the value of a declared field came to what."""

    field: str
    name: str
    rows: Mapping[FieldOutcome, int]

    @property
    def used(self) -> int:
        return sum(rows for outcome, rows in self.rows.items() if outcome.is_used)

    @property
    def missing(self) -> int:
        """Rows without the name, or with null."""
        return sum(rows for outcome, rows in self.rows.items() if outcome.is_missing)

    @property
    def absent(self) -> int:
        return self.rows.get(FieldOutcome.ABSENT, 0)

    @property
    def unread(self) -> Mapping[str, int]:
        """Rows with a value that cannot be read, by the reason."""
        return {outcome.value: rows for outcome, rows in self.rows.items() if outcome.is_unread}


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Rows of the first files of a source: how many files were opened and rows read, the names in those, and what
    became of each field. `damage` is the code of what was wrong with the first file that could not be read."""

    files: int
    rows: int
    names: tuple[str, ...]
    fields: tuple[FieldCount, ...]
    damage: str | None = None

    def outcomes(self) -> tuple[FieldOutcomes, ...]:
        """What became of each declared field."""
        counts: dict[tuple[str, str], dict[FieldOutcome, int]] = {}
        for count in self.fields:
            counts.setdefault((count.value.field, count.value.name), {})[count.value.outcome] = count.rows
        return tuple(FieldOutcomes(field, name, rows) for (field, name), rows in counts.items())

    def has(self, name: str) -> bool:
        """Whether any row has the name, if only with null or nothing; `[]` before a dot may be left out."""
        return any(other.replace("[]", "") == name.replace("[]", "") for other in self.names)


def first_rows(source: Source, base: str) -> FirstRows:
    """At most so many rows as is cheap to open; none of a source whose rows have no names or cannot be read."""
    connector = open_connector(source, base)
    if not isinstance(connector, FileConnector) or CONNECTORS[source.connector].row_names is RowNames.NONE:
        return FirstRows(0, 0, (), ())
    files = [file.path for file in connector.files()[:_MAX_FILES]]
    counter = RowCounter()
    rows = []
    damages: list[str] = []
    for row in islice(_rows(connector, files, damages), _MAX_ROWS):
        counter.met()
        document_of(source.fields, row.value, row.path, 0, counter)
        rows.append({**row.values, **{k: v for k, v in partitions_of(row.path).items() if k not in row.values}})
    return FirstRows(len(files), len(rows), names_in(rows), counter.fields, next(iter(damages), None))


@dataclass(frozen=True, slots=True)
class _Row:
    path: str
    values: Mapping[str, object]

    def value(self, name: str) -> object:
        return value_at(self.values, name)


def _rows(connector: FileConnector, files: Sequence[str], damages: list[str]) -> Iterator[_Row]:
    """The rows of files; what was wrong with files is added to `damages`."""
    for path in files:
        try:
            for values in connector.first_rows(path):
                yield _Row(path, values)
        except StreamDamagedError as damage:
            damages.append(damage.detail)
        except InputUnreadableError as error:
            damages.append(str(error))


#: Names of columns or keys that a message lists.
_NAMES_SHOWN = 12


#: What each field takes.
_TAKES = {
    "text": "a text or a list of texts",
    "id": f"a text of at most {MAX_ID_BYTES:,} bytes, a whole or decimal number, or a UUID",
    "url": "a text",
    "fetched_at": "a date or time",
    "license": "a text, an object that names a license, or a list of these",
}


def absent_advice(field: str, name: str, names: Sequence[str]) -> str:
    """What to write instead of a name under `fields` that no row has, where rows have these names."""
    near = nearest(name, names)
    hint = f"did you mean `{near}`? " if near else ""
    known = f"there are {_listed(names)}; " if names else ""
    return f"{hint}{known}correct the name" + ("" if field == "text" else ", or leave the field out")


def unread_advice(field: str, name: str, names: Sequence[str]) -> str:
    """What to write instead of a name whose values cannot be read, where rows have these names."""
    inner = [other for other in names if other.startswith((f"{name}.", f"{name}[]"))]
    if inner:
        return f"it holds {_listed(inner)}; name one of these"
    return f"expected {_TAKES[field]}; name another column or key"


def optional_advice(name: str) -> str:
    """What to write where rows may lack a part of their text."""
    return f"write `{name}?` under `fields.text` if rows may be without it"


def _listed(names: Sequence[str]) -> str:
    more = "" if len(names) <= _NAMES_SHOWN else f" and {len(names) - _NAMES_SHOWN} more"
    return ", ".join(f"`{name}`" for name in names[:_NAMES_SHOWN]) + more
