"""Drafts a first source from data files: the connector by extension, its fields by the keys of the first row."""

from __future__ import annotations

import glob
import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from colophon.connectors import CONNECTORS, RowNames
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.folder_rule import passed_over
from colophon.errors import BadArgumentError, InputUnreadableError

_COMPRESSED = {".gz", ".zst", ".bz2", ".xz"}
#: Names that such fields usually have; the first one present counts.
_USUAL = {
    "id": ("id", "doc_id", "document_id", "uuid", "guid", "task_id"),
    "url": ("url", "uri", "source_url", "link", "target_uri", "meta.url", "metadata.url"),
    "fetched_at": ("fetched_at", "crawl_date", "crawled_at", "date_download", "fetch_time"),
    "license": ("license", "licence", "license_spdx", "licenses", "max_stars_repo_licenses"),
}
#: Fields that usually hold the text, several together or one; the first set that is there counts.
_USUAL_TEXTS = (
    ("messages[].content",),
    ("conversations[].value",),
    ("conversations[].content",),
    ("question", "answer"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "input?", "output"),
    ("instruction", "output"),
    ("prompt", "canonical_solution"),
    ("text",),
    ("content",),
    ("raw_content",),
    ("body",),
    ("document",),
    ("article",),
)
_MAX_NAMES_SHOWN = 20
_ABOUT_DATA = frozenset({"README", "LICENSE", "CHANGELOG"})


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """What a person completes: `fields` as YAML, `keys` those of the first row, `notes` what to check."""

    name: str
    connector: str
    paths: tuple[str, ...]
    fields: str = ""
    keys: str = ""
    notes: tuple[str, ...] = ()


#: The source of a corpus file that is written without data.
EXAMPLE = SourceDraft("my-dataset", "jsonl", ("data/*.jsonl",))


def draft_source(data: str, folder: Path) -> SourceDraft:
    """A draft from a data file, a folder or a glob; its paths are relative to `folder`, where the corpus file will be.

    Raises BadArgumentError where nothing readable is found.
    """
    files = _files(data)
    kinds = Counter(k for k in (_kind(f) for f in files) if k is not None)
    sizes: Counter[_Kind] = Counter()
    for file in files:
        if (kind_of_file := _kind(file)) is not None:
            # What is written about the data lies beside it.
            sizes[kind_of_file] += 0 if file.stem.upper() in _ABOUT_DATA else file.stat().st_size
    if not kinds:
        raise BadArgumentError("--from", data, f"data with an extension among {' '.join(_connectors())}")
    kind = max(kinds, key=lambda k: (sizes[k], kinds[k]))
    first = next(f for f in files if _kind(f) == kind)
    notes = [f"Not covered here: {n} files of {k}" for k, n in kinds.most_common() if k != kind]
    names: tuple[str, ...] = ()
    with suppress(InputUnreadableError, StreamDamagedError):
        names = CONNECTORS[kind.connector].names(str(first.absolute()))
    if not names and CONNECTORS[kind.connector].row_names is RowNames.FIELDS:
        notes.append(f"No row of {first.name} could be read.")
    fields = _fields(names) if names else ""
    if names and not fields.startswith("{text"):
        notes.append("No field looks like the text: name it under `fields`.")
    keys = ", ".join(map(yaml_text, names[:_MAX_NAMES_SHOWN]))
    return SourceDraft(_name(data), kind.connector, _paths(data, folder, files, kind), fields, keys, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Kind:
    extension: str
    connector: str

    def __str__(self) -> str:
        return self.extension


def _files(data: str) -> list[Path]:
    path = Path(data)
    if path.is_file():
        return [path]
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        over = passed_over(str(path), map(str, files), tuple(_connectors()))
        return [p for p in files if str(p) not in over]
    matches = sorted(Path(p) for p in glob.glob(data, recursive=True))  # noqa: PTH207  # absolute patterns too
    files = [p for p in matches if p.is_file()]
    if not files:
        raise BadArgumentError("--from", data, "an existing data file, a folder, or a glob that matches some")
    return files


def _kind(file: Path) -> _Kind | None:
    suffixes = [s.lower() for s in file.suffixes]
    compressed = suffixes[-1] if suffixes and suffixes[-1] in _COMPRESSED else ""
    plain = suffixes[:-1] if compressed else suffixes
    connector = _connectors().get(plain[-1]) if plain else None
    return _Kind(plain[-1] + compressed, connector) if connector else None


@cache
def _connectors() -> Mapping[str, str]:
    """The connectors that read files, by the endings of their names."""
    return {suffix: name for name, factory in CONNECTORS.items() for suffix in factory.suffixes}


def _paths(data: str, folder: Path, files: list[Path], kind: _Kind) -> tuple[str, ...]:
    base = Path(data)
    if not base.is_dir():
        return (_relative(data, folder),)
    chosen = [f for f in files if _kind(f) == kind]
    below = any(f.parent != base for f in chosen)
    return (_relative(base / "**" / f"*{kind}" if below else base / f"*{kind}", folder),)


def _relative(path: str | Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _name(data: str) -> str:
    stem = Path(data.rstrip("/")).name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or EXAMPLE.name


def _fields(names: tuple[str, ...]) -> str:
    texts = next((texts for texts in _USUAL_TEXTS if {text.removesuffix("?") for text in texts} <= set(names)), ())
    parts = []
    if texts:
        listed = ", ".join(map(yaml_text, texts))
        parts.append(f"text: {listed}" if len(texts) == 1 else f"text: [{listed}]")
    for field, usual in _USUAL.items():
        name = next((u for u in usual if u in names), None)
        if name:
            parts.append(f"{field}: {yaml_text(name)}")
    return "{" + ", ".join(parts) + "}" if parts else ""


def yaml_text(text: str) -> str:
    """`text` as one word of YAML, in quotes where it needs them."""
    if re.fullmatch(r"[A-Za-z_][\w.-]*", text, re.ASCII) and text.lower() not in {"null", "true", "false"}:
        return text
    # JSON leaves some line breaks of YAML as they are.
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))
