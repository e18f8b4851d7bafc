"""Which files below a folder, or behind a wildcard, are no input: hidden ones, and those of another kind."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from colophon.connectors.files.compression import name_inside

_MAGIC = re.compile(r"[*?\[]")
#: Names that begin so are passed over by DuckDB, Spark, pyarrow and datasets too.
_HIDDEN = frozenset("._")
#: Endings of names that tell the kind of a file. One that is not listed tells nothing, and the file is read.
_KINDS = frozenset({
    ".arrow", ".avro", ".bib", ".bin", ".bmp", ".cdx", ".cdxj", ".cfg", ".cff", ".crc", ".csv", ".db", ".duckdb",
    ".gif", ".h5", ".ini", ".ipynb", ".jpeg", ".jpg", ".json", ".jsonl", ".lock", ".log", ".md", ".md5", ".mp3",
    ".mp4", ".ndjson", ".npy", ".npz", ".orc", ".parquet", ".pdf", ".pickle", ".pkl", ".png", ".pt", ".py", ".rst",
    ".safetensors", ".sh", ".sha1", ".sha256", ".sha512", ".sqlite", ".svg", ".tab", ".toml", ".tsv", ".txt",
    ".warc", ".wav", ".webp", ".xml", ".yaml", ".yml",
})  # fmt: skip
#: Kinds that are written under another's name as well: JSON Lines as `.json` (Spark), tables and texts as `.txt`.
_ALSO = {
    ".jsonl": frozenset({".json", ".txt"}),
    ".csv": frozenset({".txt", ".tab"}),
    ".txt": frozenset({".rst", ".log"}),
}
_PAPERS = frozenset({"AUTHORS", "CHANGELOG", "COPYING", "LICENCE", "LICENSE", "MAKEFILE", "NOTICE", "README"})


def passed_over(pattern: str, names: Iterable[str], suffixes: tuple[str, ...]) -> frozenset[str]:
    """Those of the `names` that a path, folder or glob brought which are no input of a connector for files that end in
    one of `suffixes`: what a wildcard or a folder meets whose name, or the folder of it, begins with `.` or `_` (save
    where the pattern says so, and save partitions such as `_day=1`), and, below a folder, what is of another kind by
    its name. A file that is named itself is always input."""
    names = tuple(names)
    if not suffixes or pattern in names:
        return frozenset()
    parts = _parts(pattern)
    fixed = next((number for number, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
    free = parts[fixed:]  # from the first wildcard on
    hidden = _HIDDEN - {part[0] for part in free}
    takes_all = not free or "." not in free[-1]
    return frozenset(
        name
        for name in names
        if any(part[0] in hidden and "=" not in part for part in _parts(name)[fixed:])
        or (takes_all and _is_of_another_kind(name, suffixes))
    )


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _is_of_another_kind(name: str, suffixes: tuple[str, ...]) -> bool:
    base = posixpath.basename(name_inside(name))
    stem, ending = posixpath.splitext(base)
    own = set(suffixes).union(*(_ALSO.get(suffix, frozenset()) for suffix in suffixes))
    if not ending:
        return stem.upper() in _PAPERS and ".txt" not in suffixes
    return ending.lower() in _KINDS and ending.lower() not in own
