from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.errors import ConfigurationErrors
from colophon.forms.answers import AnswerKind, Answers, join_answers, load_answers
from colophon.forms.attestation import hash_of
from colophon.forms.form import Profile, load_form

FORM = load_form()


def answers(folder: Path, text: str, name: str = "provider.yaml") -> Answers:
    path = folder / name
    path.write_text(text, "utf-8")
    return load_answers(path, FORM)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationErrors) as caught:
        answers(folder, text)
    return str(caught.value)


def test_plain_no_is_the_answer_no(tmp_path: Path) -> None:
    answer = answers(tmp_path, '"2.4a": {value: no, by: Ann, on: 2026-11-20, evidence: memo 7}').get("2.4a")
    assert answer is not None
    assert (answer.kind, answer.values, answer.by, answer.on) == (AnswerKind.VALUE, ("no",), "Ann", "2026-11-20")


def test_a_list_gives_several_values(tmp_path: Path) -> None:
    answer = answers(tmp_path, "1.2a:\n  value: [Model 1, Model 2]\n").get("1.2a")
    assert answer is not None
    assert answer.values == ("Model 1", "Model 2")


@pytest.mark.parametrize("empty", ["", "{}", "{value: , by: Ann}", "{value: ''}", "{confirm: false}", "{not_known: }"])
def test_an_entry_without_a_value_is_no_answer(tmp_path: Path, empty: str) -> None:
    assert answers(tmp_path, f"2.1d: {empty}\n").get("2.1d") is None


@pytest.mark.parametrize("nothing", ["", "# to be filled in\n"])
def test_an_empty_file_answers_nothing(tmp_path: Path, nothing: str) -> None:
    assert not answers(tmp_path, nothing).by_field


def test_an_empty_mapping_answers_nothing(tmp_path: Path) -> None:
    assert answers(tmp_path, "{}").by_field == {}


@pytest.mark.parametrize("given_", ["{not_known: true, reason: lost}", "{not_known: lost}"])
def test_not_known_has_a_reason(tmp_path: Path, given_: str) -> None:
    answer = answers(tmp_path, f"1.2b: {given_}").get("1.2b")
    assert answer is not None
    assert (answer.kind, answer.reason) == (AnswerKind.NOT_KNOWN, "lost")


def test_the_profile_is_read(tmp_path: Path) -> None:
    assert answers(tmp_path, "profile: sme").profile is Profile.SME


def test_what_holds_for_the_provider_as_a_whole_is_read(tmp_path: Path) -> None:
    text = "open_source: true\nsystemic_risk: no\nresearch_organisation: Institute\nreview_by: 2027-01-31\n"
    status = answers(tmp_path, text).status
    assert (status.open_source, status.systemic_risk) == (True, False)
    assert (status.research_organisation, status.review_by) == ("Institute", "2027-01-31")


@pytest.mark.parametrize(
    ("text", "owed"),
    [
        ("{}", True),
        ("open_source: true", False),
        ("open_source: false", True),
        ("open_source: true\nsystemic_risk: true", True),
    ],
)
def test_only_open_source_models_without_systemic_risk_owe_no_model_documentation(
    tmp_path: Path, text: str, owed: bool
) -> None:
    assert answers(tmp_path, text).status.owes_model_documentation is owed


def test_of_two_days_of_review_the_earlier_counts(tmp_path: Path) -> None:
    first, second = answers(tmp_path, "review_by: 2027-06-01"), answers(tmp_path, "review_by: 2027-01-01", "m.yaml")
    for both in (join_answers(first, second), join_answers(second, first)):
        assert both.status.review_by == "2027-01-01"
        assert both.status.places["review_by"].file.endswith("m.yaml")


def test_files_that_differ_on_the_provider_are_refused(tmp_path: Path) -> None:
    first, second = answers(tmp_path, "open_source: true"), answers(tmp_path, "open_source: false", "m.yaml")
    with pytest.raises(ConfigurationErrors, match="another open_source than in the other file"):
        join_answers(first, second)


def test_rows_of_a_stated_table_are_read_in_the_order_of_its_columns(tmp_path: Path) -> None:
    text = "guidelines: {value: [{version: '2', name: Tone, stage: preference}], by: Ann, on: 2026-11-20}"
    answer = answers(tmp_path, text).get("guidelines")
    assert answer is not None
    assert (answer.rows, answer.values) == ((("Tone", "2", "", "preference"),), ())


def test_an_answer_has_a_day_of_review(tmp_path: Path) -> None:
    answer = answers(tmp_path, "2.4a: {value: no, review_by: 2027-01-01}").get("2.4a")
    assert answer is not None
    assert answer.review_by == "2027-01-01"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open_source: perhaps", "expected true or false"),
        ("open_source: [true]", "a list does not fit; expected true or false"),
        ("review_by: next year", "expected a day as YYYY-MM-DD"),
        ("2.4a: {value: no, review_by: soon}", "expected a day as YYYY-MM-DD"),
        ("guidelines: {value: [{titel: Tone}]}", "unknown key `titel`"),
        ("guidelines: {value: [{name: }]}", "an entry of field guidelines holds nothing"),
        ("\n2.4g: {value: x}", "provider.yaml:2: unknown field `2.4g`; did you mean `2.4"),
        ("1.1a: {valu: x}", "provider.yaml:1: unknown key `valu`; did you mean `value`?"),
        ("2.4a: {value: perhaps}", "expected one of: yes, no"),
        ("2.4a: {value: true}", "expected one of: yes, no"),
        ("2.4a: {value: [yes, no]}", "expected one of: yes, no"),
        ("1.1a: {value: x, on: 20.11.2026}", "expected a day as YYYY-MM-DD"),
        ("1.1a: {value: x, on: 2026-02-30}", "expected a day as YYYY-MM-DD"),
        ("1.1b: {not_applicable: true}", "gives no reason"),
        ("1.1b: {value: x, not_known: y}", "has both value and not_known"),
        ("1.1a: {confirm: true}", "has no draft"),
        ("2.1d: {confirm: maybe}", "expected the 16 digits"),
        ("2.1d: {confirm: 0123456789abcdef, words: Others.}", "are not those that `confirm` stands for"),
        ("2.1d: {value: New., words: Old.}", "are not those that `confirm` stands for"),
        ("1.3a: {value: huge}", "is computed from the record"),
        ("profile: smee", "did you mean `sme`?"),
        ("1.1a: Acme", "holds no mapping"),
        ("1.1a: {value: {name: Acme}}", "expected a text, or a list of texts"),
        ("- 1.1a", "is not a mapping"),
    ],
)
def test_mistakes_are_refused_with_line_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in refused(tmp_path, text)


@pytest.mark.parametrize("key", ["true", "True", "on"])
def test_a_day_under_the_key_that_another_tool_made_of_on_is_read(tmp_path: Path, key: str) -> None:
    redact = f"redact: {{ground: secret, by: counsel, {key}: 2026-05-04}}"
    both = answers(tmp_path, f"2.4a: {{value: no, {key}: 2026-11-20, {redact}}}")
    answer = both.get("2.4a")
    assert answer is not None
    assert (answer.on, both.redactions["2.4a"].redaction.on) == ("2026-11-20", "2026-05-04")


def test_the_key_that_another_tool_made_of_on_is_refused_beside_it(tmp_path: Path) -> None:
    assert "unknown key `true`" in refused(tmp_path, "2.4a: {value: no, on: 2026-11-20, true: 2026-11-20}")


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    message = refused(tmp_path, "9.9z: {value: x}\n1.1b: {not_applicable: true}\n")
    assert "provider.yaml:1" in message
    assert "provider.yaml:2" in message


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationErrors, match="cannot be read"):
        load_answers(tmp_path / "none.yaml", FORM)


def test_two_files_are_joined(tmp_path: Path) -> None:
    both = join_answers(
        answers(tmp_path, "1.1a: {value: A}\nprofile: sme"), answers(tmp_path, "1.2a: {value: M}", "m.yaml")
    )
    assert (both.by_field.keys(), both.profile) == ({"1.1a", "1.2a"}, Profile.SME)


def test_a_field_answered_in_both_files_is_refused(tmp_path: Path) -> None:
    first, second = answers(tmp_path, "1.1a: {value: A}"), answers(tmp_path, "1.1a: {value: B}", "m.yaml")
    with pytest.raises(ConfigurationErrors, match=r"m\.yaml:1: field 1\.1a is already answered in .*provider\.yaml:1"):
        join_answers(first, second)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.sampled_from(list("{}[]:,-#'\" \n12.4abyesnotvalue&*!|>")), max_size=60))
def test_whatever_the_file_holds_it_loads_or_is_refused(tmp_path: Path, text: str) -> None:
    with suppress(ConfigurationErrors):
        assert answers(tmp_path, text).by_field.keys() <= {f.id for f in FORM.fields()}


@pytest.mark.parametrize("digits", ["0123456789abcdef", "1234567890123456", "12345678901234e5", "'ABCDEF0123456789'"])
def test_the_hash_of_words_is_no_number(tmp_path: Path, digits: str) -> None:
    answer = answers(tmp_path, f"2.1d: {{confirm: {digits}}}").get("2.1d")
    assert answer is not None
    assert answer.confirmed == digits.strip("'").lower()


def test_words_may_stand_beside_their_hash(tmp_path: Path) -> None:
    answer = answers(tmp_path, f"2.1d: {{confirm: '{hash_of(['One.', 'Two.'])}', words: [One., Two.]}}").get("2.1d")
    assert answer is not None
    assert answer.words == ("One.", "Two.")
