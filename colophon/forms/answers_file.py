"""The files a person answers in, with every question of a form and no answer, and their JSON Schemas."""

from __future__ import annotations

import io
import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, nodes
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from colophon.config.constraints import is_day
from colophon.config.schema import DRAFT, schema_of
from colophon.forms.answers import AnswerKind, StatusBlock, answer_block
from colophon.forms.attestation import hash_of
from colophon.forms.form import AnswersFile, Field, Form, Mode, Profile, Section
from colophon.record.storage import LocalFolder

#: Longer than any line, so that nothing written before is folded anew.
_WIDTH = 1_000_000

_REASONED = frozenset({AnswerKind.NOT_APPLICABLE, AnswerKind.NOT_KNOWN})

#: Keys that an answer writes or empties; others in an entry (`redact`, `review_by`) stay.
_WRITTEN = ("confirm", "words", "not_applicable", "not_known", "value", "reason", "by", "on", "evidence")


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """One cell of a table that a person fills in."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a person says on one field, to be written; `on` is a day as YYYY-MM-DD, `rows` those of a table, `words`
    those of the draft that is confirmed."""

    field: str
    kind: AnswerKind
    by: str
    on: str
    values: tuple[str, ...] = ()
    rows: tuple[tuple[AnswerCell, ...], ...] = ()
    words: tuple[str, ...] = ()
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
    LocalFolder(str(target.parent)).write(target.name, answered.encode())
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
    if True in entry:
        # YAML 1.1 takes the key `on` for true, and another tool wrote it so.
        entry.insert(list(entry).index(True), "on", entry.pop(True))
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
    value: object = True
    if given.rows:
        value = [CommentedMap((cell.column, cell.text) for cell in row) for row in given.rows]
    elif given.kind is AnswerKind.VALUE:
        value = given.values[0] if len(given.values) == 1 else list(given.values)
    elif given.kind is AnswerKind.CONFIRMED:
        # In quotes: digits alone would be a number.
        value = DoubleQuotedScalarString(hash_of(given.words))
    content: dict[str, object] = {str(given.kind): value}
    if given.words:
        content["words"] = given.words[0] if len(given.words) == 1 else list(given.words)
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


_COMMENT_WIDTH = 118
_HEAD = """\
Answers of the {file} to the fields that the record cannot answer. A field without an answer is listed as a gap.
Fill in `value`, who says so (`by`), the day (`on`: YYYY-MM-DD) and where the proof lies (`evidence`). Or instead:
  "2.4a": {{not_applicable: true, reason: WHY, by: NAME, on: DAY}}
  "2.4a": {{not_known: true, reason: WHY, by: NAME, on: DAY}}
A reason is published; `by` and `evidence` are not. `confirm: HASH` confirms a draft: the digits stand for its words,
and `colophon answers` shows both; once the draft says something else, the field is open again.
An answer may also say by which day to look at it again (`review_by`). `colophon answers` asks for all this in turn."""
#: Keys that are no field ids, and what they mean.
_STATUS_MEANINGS = {
    "profile": (
        f"Kind of provider, {' or '.join(Profile)}, which decides how long the list of domains is, and who says so: "
        "{value: sme, by: NAME, on: DAY}."
    ),
    "open_source": "true for a free and open-source model: the Model Documentation Form falls away (Article 53(2)).",
    "systemic_risk": "true for a model with systemic risk: nothing falls away.",
    "original_summary": "Address of the summary of the model this one modifies: only the modification is told here.",
    "research_organisation": "Research organisation or heritage institution whose mining `tdm_art3` speaks of.",
    "checkpoints": "Checkpoints of the training log that are the models in 1.2a; without them all are covered.",
    "review_by": "Day by which these answers are looked through again, YYYY-MM-DD.",
}


def answers_skeleton(forms: Iterable[Form], file: AnswersFile, schema: str) -> str:
    """A YAML file with every field that `file` asks a person for; `schema` is the path of its JSON Schema."""
    lines = [f"# yaml-language-server: $schema={schema}", *_comment(_HEAD.format(file=file))]
    for key in _status_keys(file):
        lines += ["", *_comment(_STATUS_MEANINGS[key]), f"{key}:"]
    for form, section, fields in _asked(forms, file):
        lines += ["", "", f"# ==== {form.title}: {section.heading} ===="]
        for field in fields:
            lines += ["", *_question(field)]
    return "\n".join(lines) + "\n"


def answers_schema(forms: Iterable[Form], file: AnswersFile) -> str:
    """The JSON Schema of that file, as JSON text."""
    answered = {f.id: _answer_schema(f) for _, _, fields in _asked(forms, file) for f in fields}
    known = schema_of(StatusBlock)["properties"]
    status = {key: known[key] | {"description": _STATUS_MEANINGS[key]} for key in _status_keys(file)}
    schema = {
        "$schema": DRAFT,
        "title": f"Answers of the {file}",
        "type": "object",
        "properties": status | answered,
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _status_keys(file: AnswersFile) -> tuple[str, ...]:
    """What is said once of the provider stands in its file; each file has its own day of review."""
    of_model = ("original_summary", "checkpoints", "review_by")
    of_provider = tuple(key for key in _STATUS_MEANINGS if key not in of_model or key == "review_by")
    return of_provider if file is AnswersFile.PROVIDER else of_model


def _asked(forms: Iterable[Form], file: AnswersFile) -> Iterator[tuple[Form, Section[Field], tuple[Field, ...]]]:
    """The sections that ask for something in this file, in the order of the forms; each field once."""
    met: set[str] = set()
    for form in forms:
        for section in form.sections:
            fields = tuple(f for f in section.fields if f.file is file and f.takes_answer and f.id not in met)
            met.update(f.id for f in fields)
            if fields:
                yield form, section, fields


def _question(field: Field) -> Iterator[str]:
    label = f"{field.label} (optional)" if field.optional else field.label
    yield from _comment(f"{field.id} {label}")
    yield from _comment(" ".join(field.help.split()))
    if field.statement is not None:
        yield from _comment(f"To be stated beside the computed value: {field.statement.label}")
    if field.options:
        yield from _comment(f"One of: {', '.join(field.options)}")
    if field.is_stated_table:
        yield from _comment(f"A list of entries {{{', '.join(f'{c.name}: …' for c in field.columns)}}}")
    yield f'"{field.id}":'
    if field.mode is Mode.DRAFTED:
        yield "  confirm:"
    yield from ("  value:", "  by:", "  on:", "  evidence:")


def _answer_schema(field: Field) -> dict[str, Any]:
    schema = schema_of(answer_block(field))
    if field.mode is not Mode.DRAFTED:
        for key in ("confirm", "words"):
            del schema["properties"][key]
    described = {"title": field.label, "description": " ".join(field.help.split())}
    return described | schema | {"type": ["object", "null"]}


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, _COMMENT_WIDTH, initial_indent="# ", subsequent_indent="#   ")
