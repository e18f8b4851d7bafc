"""Writes answers into the files that people keep: comments, order and all other answers stay as they are."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML, nodes
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from colophon.publishing.answers import AnswerKind
from colophon.publishing.provider_status import is_day
from colophon.record.folder import RecordFolder

#: Longer than any line, so that nothing written before is folded anew.
_WIDTH = 1_000_000

_REASONED = frozenset({AnswerKind.NOT_APPLICABLE, AnswerKind.NOT_KNOWN})

#: Keys that an answer writes or empties; others in an entry (`redact`, `review_by`) stay.
_WRITTEN = ("confirm", "not_applicable", "not_known", "value", "reason", "by", "on", "evidence")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table that a person fills in."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a person says on one field, to be written; `on` is a day as YYYY-MM-DD, `rows` those of a table."""

    field: str
    kind: AnswerKind
    by: str
    on: str
    values: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    reason: str | None = None
    evidence: str | None = None


def write_answer(path: Path, given: GivenAnswer) -> None:
    """Put an answer into a file, in the entry of its field or at the end; the file is whole at every moment.

    Only the lines of that entry are written anew. Raises OutputUnwritableError.
    """
    target = path.resolve()
    text = target.read_bytes().decode("utf-8-sig")
    answered = _answered(text.replace("\r\n", "\n"), given)
    if "\r\n" in text:
        answered = answered.replace("\n", "\r\n")
    mode = target.stat().st_mode
    RecordFolder(str(target.parent)).write(target.name, answered.encode())
    target.chmod(mode)


def _answered(text: str, given: GivenAnswer) -> str:
    root = _yaml().compose(text)
    if isinstance(root, nodes.MappingNode) and root.flow_style and root.value:
        return _dumped(_with(_yaml().load(text), given))
    lines = text.splitlines(keepends=True)
    if not isinstance(root, nodes.MappingNode) or root.flow_style:
        # Nothing but comments, `{}` or `null`.
        kept = [line for line in lines if not line.strip() or line.lstrip().startswith("#")]
        return _ended("".join(kept)) + _dumped(_with(CommentedMap(), given))
    starts = [(key.value, key.start_mark.line) for key, _ in root.value]
    here = next((n for n, (key, _) in enumerate(starts) if key == given.field), None)
    if here is None:
        return _ended(text) + _dumped(_with(CommentedMap(), given))
    start = starts[here][1]
    end = starts[here + 1][1] if here + 1 < len(starts) else len(lines)
    while end > start + 1 and _is_between_entries(lines[end - 1]):
        end -= 1
    try:
        entry = _yaml().load("".join(lines[start:end]))
    except YAMLError:
        # The entry shares an anchor with others: the whole file is written.
        return _dumped(_with(_yaml().load(text), given))
    return "".join((*lines[:start], _dumped(_with(entry, given)), *lines[end:]))


def _is_between_entries(line: str) -> bool:
    return not line.strip() or line.startswith(("#", "..."))


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"


def _with(root: CommentedMap, given: GivenAnswer) -> CommentedMap:
    """The mapping with the answer in it."""
    entry = root.get(given.field)
    if not isinstance(entry, CommentedMap):
        entry = CommentedMap()
        root[DoubleQuotedScalarString(given.field) if given.field not in root else given.field] = entry
    content = _content(given)
    for key in _WRITTEN:
        if key in entry and key not in content:
            if entry.fa.flow_style():
                del entry[key]
            else:
                entry[key] = None
    place = 0
    for key, value in content.items():
        if key in entry:
            entry[key] = value
        else:
            entry.insert(place, key, value)
        place = list(entry).index(key) + 1
    return root


def _content(given: GivenAnswer) -> dict[str, object]:
    said: object = True
    if given.rows:
        said = [CommentedMap((cell.column, cell.text) for cell in row) for row in given.rows]
    elif given.kind is AnswerKind.VALUE:
        said = given.values[0] if len(given.values) == 1 else list(given.values)
    content: dict[str, object] = {str(given.kind): said}
    if given.kind in _REASONED:
        content["reason"] = given.reason
    content["by"] = given.by
    content["on"] = date.fromisoformat(given.on) if is_day(given.on) else given.on
    if given.evidence:
        content["evidence"] = given.evidence
    return content


def _dumped(root: CommentedMap) -> str:
    written = io.StringIO()
    _yaml().dump(root, written)
    return written.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    return yaml
