from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from colophon.forms.form import Field, FieldFormat, Mode, load_form
from colophon.query.packaged import packaged_queries
from colophon.reservations import PROTOCOLS
from colophon.vocabulary import Acquisition, Modality

FORM = load_form()

# The form of C(2025) 8311, field by field; `2.6c` is the optional comment of 2.6.
IDS = [
    "H1", "H2", "1.1a", "1.1b", "1.2a", "1.2b", "1.2c", "1.3a", "1.3b", "1.3c", "1.3d", "1.3e", "1.3f", "2.1a",
    "2.1b", "2.1c", "2.1d", "2.1e", "2.2.1a", "2.2.1b", "2.2.2a", "2.2.2b", "2.2.2c", "2.2.2d", "2.2.2e", "2.3a",
    "2.3b", "2.3c", "2.3d", "2.3e", "2.3f", "2.3g", "2.3h", "2.3i", "2.4a", "2.4b", "2.4c", "2.4d", "2.4e", "2.5a",
    "2.5b", "2.5c", "2.5d", "2.5e", "2.6a", "2.6b", "2.6c", "3.1a", "3.1b", "3.1c", "3.2a", "3.3a",
    "operation", "guidelines", "evaluations",
]  # fmt: skip
ATTESTATIONS = {"2.1a", "2.2.1a", "2.2.2a", "2.3a", "2.4a", "2.4b", "2.5a", "2.6a", "3.1a"}


def test_every_field_of_the_form_stands_in_order() -> None:
    assert [f.id for f in FORM.fields()] == IDS


def test_every_yes_or_no_question_is_left_to_a_person() -> None:
    choices = {f.id: f for f in FORM.fields() if f.format is FieldFormat.CHOICE}
    assert choices.keys() == ATTESTATIONS
    assert all(f.mode is Mode.STATED and f.options == ("yes", "no") for f in choices.values())


@pytest.mark.parametrize("field", [f for f in FORM.fields() if f.query], ids=lambda f: f.id)
def test_queries_exist_and_take_the_parameters_given(field: Field) -> None:
    assert field.query is not None
    asked = field.query
    given = {*asked.manifest, *asked.profile, *asked.history, *(["acquisitions"] if asked.acquisitions else [])}
    query = packaged_queries()[field.query.name]
    columns = {c.name for c in query.columns}
    assert {p.name for p in query.parameters} == given
    assert {c.name for c in field.columns} | ({field.item_column} - {None}) <= columns


def test_computed_and_drafted_fields_have_a_query() -> None:
    assert all(f.query for f in FORM.fields() if f.mode is not Mode.STATED)


def test_each_acquisition_belongs_to_exactly_one_question() -> None:
    asked = Counter(
        a for f in FORM.fields() if f.format is FieldFormat.CHOICE and f.query for a in f.query.acquisitions
    )
    assert asked == Counter(Acquisition)


def test_conditions_name_earlier_yes_or_no_questions() -> None:
    for field in FORM.fields():
        assert set(field.applies_unless_no) <= ATTESTATIONS
        assert all(IDS.index(name) < IDS.index(field.id) for name in field.applies_unless_no)


@pytest.mark.parametrize(
    ("words", "codes"), [("acquisition", Acquisition), ("modality", Modality), ("protocol", PROTOCOLS)]
)
def test_every_code_has_a_word(words: str, codes: Iterable[str]) -> None:
    assert FORM.words[words].keys() == set(codes)


def test_a_code_without_a_word_is_printed_as_it_is() -> None:
    assert FORM.word("tlh", "language") == "tlh"


def test_the_field_map_has_no_key_that_nothing_reads() -> None:
    folder = files("colophon").joinpath("summary_templates", "eu_public_summary")
    sections = YAML(typ="safe", pure=True).load(folder.joinpath("fields.yaml").read_text("utf-8"))["sections"]
    keys = {key for section in sections for field in section["fields"] for key in field}
    assert keys - {"class"} <= set(Field.__slots__)
