from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.forms.answers import Answer, AnswerKind, load_answers
from colophon.forms.answers_file import AnswerCell, GivenAnswer, answers_skeleton, write_answer
from colophon.forms.attestation import hash_of
from colophon.forms.form import AnswersFile, load_form

FORM = load_form()
KEPT = """\
# Head of the file
profile: sme   # kind of provider

# 1.1a Provider
"1.1a":
  value: >-
    Acme Oy,
    Helsinki
  by: Ann     # chief

# 2.1e
"2.1e":
    value:
        - one
        - two

"2.4a": {value: , by: }   # to do
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "provider.yaml"


def said(**given_: object) -> GivenAnswer:
    facts: dict[str, object] = {"field": "2.4a", "kind": AnswerKind.VALUE, "by": "Ann", "on": "2026-03-01"}
    return GivenAnswer(**(facts | given_))  # type: ignore[arg-type]


def written(file: Path, text: str, given_: GivenAnswer) -> Answer:
    """The answer as it is read back."""
    file.write_bytes(text.encode())
    write_answer(file, given_)
    answer = load_answers(file, FORM).get(given_.field)
    assert answer is not None
    return answer


def test_only_the_entry_of_the_answer_changes(file: Path) -> None:
    written(file, KEPT, said(values=("no",)))
    before, after = KEPT.splitlines(), file.read_text("utf-8").splitlines()
    assert after[:-1] == before[:-1]
    assert after[-1].startswith('"2.4a": {value: no, by: Ann, on: 2026-03-01}')


def test_comments_inside_and_behind_an_entry_stay(file: Path) -> None:
    written(file, KEPT, said(field="1.1a", values=("Acme Ltd",), by="Bob"))
    text = file.read_text("utf-8")
    assert "by: Bob     # chief" in text
    assert "\n\n# 2.1e\n" in text


def test_a_new_field_is_added_at_the_end(file: Path) -> None:
    answer = written(file, KEPT, said(field="2.3c", values=("Texts",)))
    assert file.read_text("utf-8").startswith(KEPT)
    assert (answer.values, answer.by, answer.on) == (("Texts",), "Ann", "2026-03-01")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "{}\n", "# head\n{}\n", "null\n"])
def test_a_file_without_answers_takes_one(file: Path, text: str) -> None:
    assert written(file, text, said(values=("no",))).values == ("no",)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in file.read_text("utf-8").splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize(
    "text",
    ['{"2.4a": {value: yes}, "2.3c": {value: Texts}}\n', '"2.3c": &a {value: Texts}\n"2.4a": *a\n', '"2.4a":', KEPT],
)
def test_every_way_to_write_an_entry_takes_an_answer(file: Path, text: str) -> None:
    assert written(file, text, said(values=("no",))).values == ("no",)


def test_several_paragraphs_are_a_list(file: Path) -> None:
    assert written(file, KEPT, said(field="2.3c", values=("One.", "Two."))).values == ("One.", "Two.")


def test_a_confirmation_empties_the_value(file: Path) -> None:
    answer = written(
        file, '"2.1d":\n  confirm:\n  value: old\n', said(field="2.1d", kind=AnswerKind.CONFIRMED, words=("One set.",))
    )
    assert (answer.kind, answer.confirmed, answer.words) == (
        AnswerKind.CONFIRMED,
        hash_of(["One set."]),
        ("One set.",),
    )


def test_a_value_takes_the_place_of_confirmed_words(file: Path) -> None:
    confirmed = f'"2.1d": {{confirm: "{hash_of(["One."])}", words: One.}}\n'
    assert written(file, confirmed, said(field="2.1d", values=("Two.",))).words == ()


def test_a_reason_stands_in_place_of_the_value(file: Path) -> None:
    given_ = said(field="1.1b", kind=AnswerKind.NOT_APPLICABLE, reason="no: it is in the Union")
    answer = written(file, '"1.1b": {value: old, evidence: memo}\n', given_)
    assert (answer.kind, answer.reason) == (AnswerKind.NOT_APPLICABLE, "no: it is in the Union")


def test_keys_that_an_answer_does_not_write_stay(file: Path) -> None:
    answer = written(file, '"2.4a": {value: yes, review_by: 2027-01-01}\n', said(values=("no",)))
    assert (answer.values, answer.review_by) == (("no",), "2027-01-01")


def test_the_key_that_another_tool_made_of_on_is_written_as_on(file: Path) -> None:
    answer = written(file, "2.4a:\n  value: true\n  true: 2025-01-01\n  by: Ann\n", said(values=("no",)))
    assert answer.on == "2026-03-01"
    assert "true" not in file.read_text("utf-8")


def test_rows_of_a_table_are_written_as_entries(file: Path) -> None:
    rows = ((AnswerCell("name", "Tone"), AnswerCell("version", "2")), (AnswerCell("name", "Law"),))
    assert written(file, "{}", said(field="guidelines", rows=rows)).rows == (("Tone", "2", "", ""), ("Law", "", "", ""))


def test_line_ends_of_the_file_stay(file: Path) -> None:
    written(file, KEPT.replace("\n", "\r\n"), said(values=("no",)))
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")


def test_a_link_to_a_file_stays_a_link_and_rights_stay(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.yaml"
    kept.write_text("{}", "utf-8")
    kept.chmod(0o600)
    file.symlink_to(kept)
    write_answer(file, said(values=("no",)))
    assert file.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_skeleton_is_filled_in_entry_by_entry_and_keeps_its_questions(file: Path) -> None:
    skeleton = answers_skeleton([FORM], AnswersFile.PROVIDER, "schema.json")
    file.write_text(skeleton, "utf-8")
    fields = [f for f in FORM.fields() if f.file is AnswersFile.PROVIDER and f.takes_answer]
    for field in fields:
        write_answer(file, said(field=field.id, values=(field.options[0] if field.options else "said",)))
    assert load_answers(file, FORM).by_field.keys() == {f.id for f in fields}
    comments = [line for line in skeleton.splitlines() if line.startswith("#")]
    assert [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")] == comments


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda t: t.strip()))
def test_any_text_is_read_as_it_was_given(file: Path, text: str) -> None:
    assert written(file, KEPT, said(field="2.3c", values=(text.strip(),))).values == (text.strip(),)
