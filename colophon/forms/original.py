"""A model that modifies another one: its summary tells of the modification alone and links that of the original."""

from __future__ import annotations

from dataclasses import replace

from colophon.forms.content import Text
from colophon.forms.form import Form, Mode
from colophon.forms.summary import AddedStatement, FieldState, Summary, SummaryField, SummarySection

_DEPENDENCIES_FIELD = "1.2b"
_HEADER = "header"
_SCOPE = "H3"
_WORDS = "history"


def with_original(summary: Summary, form: Form, address: str) -> Summary:
    """Say in the header that only the modification is covered, and add the original's summary to the dependencies.

    The record is that of the modification (Explanatory Notice, paragraphs 28 and 30). Who the original is by name
    remains for a person to state.
    """
    return replace(summary, sections=tuple(_section(section, form, address) for section in summary.sections))


def _section(section: SummarySection, form: Form, address: str) -> SummarySection:
    fields = tuple(_linked(field, form, address) for field in section.fields)
    if section.id == _HEADER:
        said = Text((f"{form.word('scope', _WORDS)}: {address}",))
        label = form.word("scope_label", _WORDS)
        fields += (SummaryField(_SCOPE, label, Mode.STATED, optional=True, state=FieldState.STATED, content=said),)
    return replace(section, fields=fields)


def _linked(field: SummaryField, form: Form, address: str) -> SummaryField:
    if field.id != _DEPENDENCIES_FIELD or field.redaction is not None:
        return field
    added = AddedStatement(form.word("original", _WORDS), FieldState.STATED, (address,))
    return replace(field, statement=added)
