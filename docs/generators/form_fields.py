"""The fields of every form: their ids, and who answers them where."""

from __future__ import annotations

from collections.abc import Iterator

from colophon.forms.form import Field, Mode, Section, load_forms
from docs.generators.tables import code, table_lines


def form_fields_part() -> str:
    """A table of the forms, then a heading for each, and a table for each of its sections that has fields."""
    forms = load_forms()
    rows = ((code(f.form), f.title, code(f.stem), ", ".join(f.editions)) for f in forms)
    lines = [*table_lines(("form", "title", "name of its files", "editions"), rows), ""]
    for form in forms:
        lines += [f"## {form.title}", "", f"{form.template}.", ""]
        for section in form.sections:
            if section.fields:
                lines += [f"### {section.heading}", "", *_table(section)]
    return "\n".join(lines)


def _table(section: Section[Field]) -> Iterator[str]:
    rows = ((code(f.id), f.label, str(f.mode), _file(f), ", ".join(f.audience)) for f in section.fields)
    yield from table_lines(("field", "asks", "answer", "file", "editions"), rows)


def _file(field: Field) -> str:
    """The file that takes the answer; empty where the record alone answers."""
    if not field.takes_answer:
        return ""
    must = field.statement.required if field.mode is Mode.COMPUTED and field.statement else not field.optional
    return code(f"{field.file}.yaml") + ("" if must else ", optional")
