"""What holds for every form: each field says who answers it, who may see it and what is asked, in words."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from colophon.forms.answers import Answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import Field, FieldFormat, Form, Mode, load_form
from colophon.forms.lint.check import RULES
from colophon.forms.lint.findings import load_lint_map
from colophon.forms.summary import FieldState
from colophon.query.editions import Edition
from colophon.query.packaged import packaged_queries
from colophon.query.session import open_record
from colophon.reservations import PROTOCOLS
from colophon.vocabulary import (
    Access,
    Acquisition,
    FilterKind,
    LegalBasis,
    Modality,
    PublicReason,
    VerdictState,
)

NAMES = ("eu_public_summary", "model_documentation", "copyright_policy")
FORMS = {name: load_form(name) for name in NAMES}
FIELDS = [(form, field) for form in FORMS.values() for field in form.fields()]

# The rows of the Model Documentation Form on data, by the fields that answer them.
DATA_ROWS = {
    "type and modality": {"M6a"},
    "provenance": {"M6b"},
    "how obtained and selected": {"M6c", "M6d"},
    "number of data points": {"M6e", "M6f"},
    "scope and main characteristics": {"M6g"},
    "curation": {"M6h", "M6i"},
    "unsuitability of sources": {"M6j"},
    "identifiable biases": {"M6k"},
}
#: Rows that the form asks for downstream providers too.
FOR_DOWNSTREAM = {"M6a", "M6b", "M6h"}


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_ids_are_unique_within_a_form(form: Form) -> None:
    ids = [f.id for f in form.fields()]
    assert len(ids) == len(set(ids))


def test_a_question_that_two_forms_share_is_the_same_question() -> None:
    asked: dict[str, Field] = {}
    for _, field in FIELDS:
        first = asked.setdefault(field.id, field)
        same = ("label", "mode", "format", "options", "file", "optional", "columns")
        assert [getattr(field, key) for key in same] == [getattr(first, key) for key in same], field.id


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_every_field_is_explained_in_whole_sentences(form: Form) -> None:
    assert [(f.id, f.help) for f in form.fields() if not re.fullmatch(r"[A-Z].+[.\"]", f.help)] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_every_field_that_is_not_stated_names_a_query(form: Form) -> None:
    assert [f.id for f in form.fields() if not (f.query or f.mode is Mode.STATED)] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_queries_of_fields_exist_take_the_parameters_given_and_have_the_columns_shown(form: Form) -> None:
    for field in form.fields():
        if field.query is None:
            continue
        asked = field.query
        given = {*asked.manifest, *asked.profile, *asked.history, *(["acquisitions"] if asked.acquisitions else [])}
        query = packaged_queries()[field.query.name]
        # The columns of a table that a person fills in are not those of a query.
        shown = set() if field.is_stated_table else {c.name for c in field.columns} | ({field.item_column} - {None})
        if field.boxes:
            shown |= {"ticked", field.boxes.option} | ({field.boxes.group} - {None})
        assert {p.name for p in query.parameters} == given, field.id
        assert shown <= {c.name for c in query.columns}, field.id


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_the_sets_of_words_that_fields_use_exist(form: Form) -> None:
    for field in form.fields():
        named = {c.words for c in field.columns} | ({field.boxes.option_words} if field.boxes else set())
        named |= set(re.findall(r"\| words?\(\"(\w+)\"\)", field.text or ""))
        assert {name for name in named if name} <= form.words.keys(), field.id
        if field.format is FieldFormat.CHOICE:
            assert set(field.options) <= form.words["answer"].keys(), field.id


@pytest.mark.parametrize("name", ["model_documentation", "copyright_policy"])
def test_codes_that_a_query_returns_have_a_word(name: str) -> None:
    words = FORMS[name].words
    codes = {
        "acquisition": Acquisition,
        "modality": Modality,
        "legal_basis": LegalBasis,
        "filter_kind": FilterKind,
        "protocol": PROTOCOLS,
        "access": Access,
        "public_reason": PublicReason,
    }
    for set_of_words, enum in codes.items():
        if set_of_words in words:
            assert words[set_of_words].keys() == set(enum)
    assert words.get("state", {}).keys() >= (set(VerdictState) if "state" in words else set())


@pytest.mark.parametrize("name", NAMES)
def test_the_field_map_has_no_key_that_nothing_reads(name: str) -> None:
    folder = files("colophon").joinpath("summary_templates", name)
    sections = YAML(typ="safe", pure=True).load(folder.joinpath("fields.yaml").read_text("utf-8"))["sections"]
    known = {*Field.__slots__, "audience", "class"}
    assert {key for section in sections for field in section["fields"] for key in field} <= known


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_the_lint_of_the_form_names_rules_and_fields_that_exist(form: Form) -> None:
    named = load_lint_map(form).rules
    assert named.keys() <= {rule.name for rule in RULES}
    assert {id_ for ids in named.values() if isinstance(ids, tuple) for id_ in ids} <= {f.id for f in form.fields()}


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_every_sentence_can_be_said_over_an_empty_and_over_a_full_record(
    form: Form, make_record, small_record: str
) -> None:
    for path in (make_record(), small_record):
        with open_record(path) as record:
            compiled = compile_summary(record, form, Answers(), Edition.INTERNAL)
        assert [f.id for f in compiled.fields()] == [f.id for f in form.fields()]


@pytest.mark.parametrize("form", FORMS.values(), ids=NAMES)
def test_no_statement_is_made_for_a_person(form: Form, small_record: str) -> None:
    with open_record(small_record) as record:
        compiled = compile_summary(record, form, Answers(), Edition.INTERNAL)
    stated = {f.id: f for f in form.fields() if f.mode is Mode.STATED}
    assert {f.state for f in compiled.fields() if f.id in stated} <= {FieldState.UNANSWERED, FieldState.LEFT_OUT}
    assert {g.field for g in compiled.gaps} >= {id_ for id_, f in stated.items() if not f.optional}


def test_every_row_of_the_documentation_on_data_is_there() -> None:
    ids = {f.id for f in FORMS["model_documentation"].fields()}
    assert set().union(*DATA_ROWS.values()) <= ids
