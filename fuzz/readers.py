"""One target of the fuzzer, named as reader:kind; the arguments behind it are libFuzzer's.

The readers find statements in what strangers' files are: pages, PDF and EPUB files, pictures, and rows of registries.
Parquet files are made of the input's cells: PyArrow, which unpacks them, ends the process at some damaged footers
(statistics of sizes that do not fit the schema, in `RowGroupMetaData.column`), and no caller can catch that.
Asked of every input:

- nothing is raised but that a file is damaged, within libFuzzer's time limit;
- rows met are rows answered for, and an entry of a registry allows only where a row says so;
- bytes that cannot be read, compressed ones among them, allow nothing, whatever evaluator reads the parts.
"""

from __future__ import annotations

import contextlib
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import atheris
import pyarrow as pa
import pyarrow.parquet as pq

with atheris.instrument_imports(include=["colophon.connectors"]):
    from colophon.connectors.files.compression import StreamDamagedError
    from colophon.connectors.files.stored_file import StoredFile
    from colophon.connectors.formats.documents import Row, RowCounter
    from colophon.connectors.signals.registries import registry_table_rows, registry_text_rows
    from colophon.connectors.signals.signal_files import SignalFiles
    from colophon.connectors.web.http_response import HeaderLine
    from colophon.connectors.web.page_signals import page_of
    from colophon.reservations.observation import Observation

from colophon.reservations import PROTOCOLS
from colophon.reservations.observation_rows import rights_only
from colophon.reservations.page_evidence import packed
from fuzz.evaluators import TRAINING, allows_training, require

#: What tells a row that permits from others.
_PERMITTING = (b"0", b"f", b"F")
_COLUMNS = ("domain", "url", "sha256", "reservation")
_HEADERS = ("x-robots-tag", "tdm-reservation", "tdm-policy", "content-usage", "content-signal", "link", "content-type")


def main() -> None:
    """Does not come back: libFuzzer ends the process."""
    kind = sys.argv[1].partition(":")[2]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], CHECKS[kind])
    atheris.Fuzz()


def _body_check(media_type: str, data: bytes) -> None:
    _page_allows((), media_type, data)
    require(not _page_allows((), media_type, zlib.compress(data)), "a compressed body allows")


def _header_check(data: bytes) -> None:
    lines = [HeaderLine(_HEADERS[line[0] % len(_HEADERS)], line[1:]) for line in data.split(b"\n") if line]
    _page_allows(tuple(lines), "image/png" if data[-1:] == b"i" else "text/html", b"")


def _page_allows(headers: tuple[HeaderLine, ...], media_type: str, body: bytes) -> bool:
    page = page_of(headers, media_type, body)
    require(all(part.carrier in page.carriers for part in page.parts), "a part that was not looked through")
    evidence = packed(rights_only(part) for part in page.parts)
    return any(allows_training(e.page_reading(evidence, TRAINING), b"") for e in PROTOCOLS.values())


def _registry_check(
    read: Callable[[StoredFile, RowCounter, SignalFiles], Iterator[Row]], name: str, data: bytes
) -> None:
    counter = RowCounter()
    rows: list[Row] = []
    with StoredFile(name, io.BytesIO(data)) as file:
        try:
            rows.extend(read(file, counter, SignalFiles("registry")))
        except StreamDamagedError:
            require(not rows or counter.rows <= len(rows), "rows were lost before the damage")
        else:
            require(counter.rows == len(rows), "rows were lost")
    for row in rows:
        if isinstance(row, Observation):
            (entry,) = PROTOCOLS["registry"].reading(row.body or b"", "", TRAINING).statements()
            permits = not entry.rule.endswith(" 1")
            require(not permits or name.endswith("parquet") or any(m in data for m in _PERMITTING), "nobody allowed")


def _table_check(data: bytes) -> None:
    """Cells between NUL octets, row by row; texts where all of them are UTF-8, else octets."""
    cells = [cell or None for cell in data.split(b"\0")]
    rows = len(cells) // len(_COLUMNS)
    columns = [cells[place :: len(_COLUMNS)][:rows] for place in range(len(_COLUMNS))]
    kind = pa.binary()
    with contextlib.suppress(UnicodeDecodeError):
        data.decode()
        kind = pa.string()
    table = pa.table([pa.array(column, kind) for column in columns], names=_COLUMNS)
    file = io.BytesIO()
    pq.write_table(table, file, compression="none", use_dictionary=False)
    _registry_check(registry_table_rows, "list.parquet", file.getvalue())


CHECKS: dict[str, Callable[[bytes], None]] = {
    "headers": _header_check,
    "html": partial(_body_check, "text/html"),
    "pdf": partial(_body_check, "application/pdf"),
    "epub": partial(_body_check, "application/epub+zip"),
    "image": partial(_body_check, "image/png"),
    "registry_csv": partial(_registry_check, registry_text_rows, "list.csv"),
    "registry_parquet": _table_check,
}


if __name__ == "__main__":
    main()
