from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from colophon.forms.answers import load_answers
from colophon.forms.form import Form, load_form, load_forms
from colophon.forms.lint.check import RULES, lint
from colophon.forms.lint.findings import LintFinding, load_lint_map
from colophon.query.session import Record, open_record

FORM = load_form()
TODAY = date(2026, 3, 1)
GOOD = "Acme Oy, Example Street 1, Helsinki; Ann Other, training-data@acme.example"
NOT_THE_FIRST = "H1: {value: 'Version 1 (01/09/25): https://acme.example/1'}"
Linted = Callable[..., tuple[LintFinding, ...]]


@pytest.fixture
def linted(tmp_path: Path, tables: Any, open_rows: Callable[..., Record]) -> Linted:
    """Writes the tables as a record of 1 March 2026 and lints the answers given as YAML."""

    def lint_(answers: str = "{}", as_of: date = TODAY, form: Form = FORM) -> tuple[LintFinding, ...]:
        path = tmp_path / "answers.yaml"
        path.write_text(answers, "utf-8")
        return lint(open_rows(**tables.rows), form, load_answers(path, form), as_of)

    return lint_


def rules(findings: tuple[LintFinding, ...]) -> set[str]:
    return {f.rule for f in findings}


def reasons(findings: tuple[LintFinding, ...], rule: str) -> list[str]:
    return [f.reason for f in findings if f.rule == rule]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


# --- the table of rules --------------------------------------------------------------------------------------------


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


def test_every_rule_looks_at_some_form() -> None:
    assert {name for form in load_forms() for name in load_lint_map(form).rules} == {rule.name for rule in RULES}


def test_empty_answers_over_an_empty_record_give_no_finding(linted: Linted) -> None:
    assert linted() == ()


def test_a_finding_says_field_reason_remedy_and_line(linted: Linted) -> None:
    (finding,) = linted("\n1.2b: {value: TODO}")
    assert (finding.field, finding.rule) == ("1.2b", "placeholder")
    assert str(finding).endswith("[placeholder] (" + finding.place.file + ":2)" if finding.place else "")
    assert "`TODO` stands where an answer belongs; write the answer" in str(finding)


def test_findings_stand_in_the_order_of_the_form(linted: Linted) -> None:
    found = linted("3.2a: {value: TBD}\n1.1a: {value: TBD}\n2.3c: {value: TBD}")
    assert [f.field for f in found if f.rule == "placeholder"] == ["1.1a", "2.3c", "3.2a"]


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["TODO", "…", "to be determined", "Address: tbd", "<name>", "lorem ipsum dolor", "?"])
def test_placeholders_are_found(linted: Linted, text: str) -> None:
    assert "placeholder" in rules(linted(f"2.3c: {{value: '{text}'}}"))


@pytest.mark.parametrize("text", ["Methodology of search", "Texts for a model.", "Contact a.b@todos.example"])
def test_words_that_only_hold_a_placeholder_are_no_finding(linted: Linted, text: str) -> None:
    assert linted(f"2.3c: {{value: '{text}'}}") == ()


def test_a_placeholder_for_the_signer_is_found(linted: Linted) -> None:
    assert "placeholder" in rules(linted("2.3c: {value: Texts, by: TODO}"))


@pytest.mark.parametrize("said", ["{value: N/A}", "{value: unknown}", "{not_known: '-'}", "{not_applicable: n/a}"])
def test_words_for_nothing_are_found(linted: Linted, said: str) -> None:
    assert rules(linted(f"1.2b: {said}")) & {"word_for_nothing", "placeholder"}


@pytest.mark.parametrize(
    "said", ["1.2b: {not_applicable: trained from scratch}", "2.1e: {value: none}", "2.4a: {value: no}"]
)
def test_reasons_comments_and_choices_are_no_words_for_nothing(linted: Linted, said: str) -> None:
    assert linted(said) == ()


@pytest.mark.parametrize(
    "text", ["Acme Oy, info@acme.example", "Acme Oy, see our website, ann@acme.example", "Acme Oy, hello@acme.example"]
)
def test_generic_contacts_are_found(linted: Linted, text: str) -> None:
    assert rules(linted(f"1.1a: {{value: '{text}'}}")) == {"generic_contact"}


@pytest.mark.parametrize(
    "text", [GOOD, "Acme Oy, info@acme.example, +358 9 123 4567", "Acme, info@a.example; b@a.example"]
)
def test_contacts_that_lead_to_somebody_are_no_finding(linted: Linted, text: str) -> None:
    assert linted(f"1.1a: {{value: '{text}'}}") == ()


@pytest.mark.parametrize("text", ["Acme Oy, Helsinki", "training-data@acme.example", "https://acme.example"])
def test_contacts_without_name_or_address_are_found(linted: Linted, text: str) -> None:
    assert "incomplete_contact" in rules(linted(f"1.1a: {{value: '{text}'}}"))


@pytest.mark.parametrize("by", ["team", "Legal", "legal@acme.example", "us"])
def test_signers_that_are_nobody_are_found(linted: Linted, by: str) -> None:
    assert rules(linted(f"2.3c: {{value: Texts, by: {by}}}")) == {"unnamed_signer"}


def test_a_signer_with_a_name_is_no_finding(linted: Linted) -> None:
    assert linted("2.3c: {value: Texts, by: Ann Other}") == ()


@pytest.mark.parametrize(
    "text", ["news sites and blogs", "Various LLMs", "domains such as .com, .org and .net", "Web crawlers"]
)
def test_categories_where_names_belong_are_found(linted: Linted, text: str) -> None:
    assert rules(linted(f"2.2.2c: {{value: '{text}'}}")) == {"category_for_name"}


@pytest.mark.parametrize("text", ["ColoBot, a web crawler", "Acme News Archive", "Qwen3 and other LLMs", "example.com"])
def test_names_are_no_categories(linted: Linted, text: str) -> None:
    assert linted(f"2.3b: {{value: '{text}'}}") == ()


def test_a_link_in_place_of_content_is_found(linted: Linted) -> None:
    assert rules(linted("3.2a: {value: 'https://acme.example/safety'}")) == {"link_alone"}


def test_a_link_beside_content_is_no_finding(linted: Linted) -> None:
    assert linted("3.2a: {value: 'Block lists of addresses, see https://acme.example/safety'}") == ()


# --- claims against the record -------------------------------------------------------------------------------------


def reserved(tables: Any, **given: Any) -> None:
    """A crawl with a used document that robots.txt reserves."""
    tables.crawl("web", [{"registered_domain": "one.example"}], **given)
    tables.add("rules", rule="code", version="1", kind="policy", parameters=json.dumps({"required": ["robots"]}))
    tables.add("verdicts", doc_id=0, protocol="robots", purpose="train", verdict="reserved")


@pytest.mark.parametrize("said", ["2.3d: {value: It honours robots.txt.}", "3.1b: {confirm: true}"])
def test_respect_beside_reserved_documents_is_found(tables: Any, linted: Linted, said: str) -> None:
    reserved(tables)
    (reason,) = reasons(linted(said), "respect_beside_reserved")
    assert "robots.txt reserves 1 used document" in reason


def test_reserved_documents_without_a_claim_are_no_finding(tables: Any, linted: Linted) -> None:
    reserved(tables)
    assert reasons(linted("2.3d: {value: It reads every page.}"), "respect_beside_reserved") == []


def test_a_licence_on_record_answers_a_reservation(tables: Any, linted: Linted) -> None:
    reserved(tables, legal_basis="license", grantor="Press House", license_evidence="memo 7")
    assert reasons(linted("3.1b: {confirm: true}"), "respect_beside_reserved") == []


def test_reserved_documents_that_were_removed_are_no_finding(tables: Any, linted: Linted) -> None:
    tables.crawl("web", [{"registered_domain": "one.example", "decision": "reservation"}])
    tables.add("verdicts", doc_id=0, protocol="robots", purpose="train", verdict="reserved")
    assert reasons(linted("3.1b: {confirm: true}"), "respect_beside_reserved") == []


def test_a_language_that_is_claimed_and_not_found_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{"language": "en"}, {"language": "und"}])
    (reason,) = reasons(linted("1.3b: {value: Novels in English and Maltese.}"), "language_not_found")
    assert reason.startswith("Maltese is named")


def test_the_longest_name_of_a_language_counts(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{"language": "arz"}])
    assert reasons(linted("1.3b: {value: Forums in Egyptian Arabic.}"), "language_not_found") == []


def test_without_any_language_determined_no_claim_is_doubted(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{"language": "und"}])
    assert reasons(linted("1.3b: {value: Novels in Maltese.}"), "language_not_found") == []


def test_a_named_dataset_with_nothing_kept_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("Wiki Dump", [{"decision": "quality"}])
    tables.source("Open Texts")
    said = "2.1e: {value: Wiki Dump and Open Texts were cut at 1 MB.}"
    assert reasons(linted(said), "dataset_not_used") == ["the dataset `Wiki Dump` is named, but nothing of it is used"]


def test_a_dataset_with_the_name_of_a_thing_is_not_taken_for_named(tables: Any, linted: Linted) -> None:
    tables.source("books", [{"decision": "quality"}])
    assert linted("2.1e: {value: Sizes of books are in pages.}") == ()


def test_a_dataset_that_no_checkpoint_used_is_a_finding_where_it_is_named(tables: Any, linted: Linted) -> None:
    tables.source("Wiki Dump")
    tables.source("books")
    tables.add("training_use", checkpoint="base", source_id=1)
    said = "2.1e: {value: Wiki Dump was cleaned.}"
    assert reasons(linted(said), "dataset_not_used") == ["the dataset `Wiki Dump` is named, but nothing of it is used"]


def test_use_of_dropped_documents_and_of_evaluation_data_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{}, {"decision": "reservation"}])
    tables.source("exam", stage="evaluation")
    for number in range(2):
        tables.add("training_use", checkpoint="base", source_id=0, doc_id=number)
    tables.add("training_use", checkpoint="base", source_id=1)
    begin = "the training log names"
    assert reasons(linted(), "used_against_record") == [
        f"{begin} content of source exam as used, which the record leaves out: it is data for evaluation or validation",
        f"{begin} 1 documents of source texts as used, which the record leaves out: a rule drops them",
    ]


def test_use_of_what_is_kept_is_no_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{}, {"decision": "reservation"}])
    tables.add("training_use", checkpoint="base", source_id=0)
    assert linted() == ()


def test_yes_without_used_content_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("chats", [{"decision": "quality"}], acquisition="user_model_interaction")
    assert rules(linted("2.4a: {value: yes}")) == {"yes_without_content"}


def test_yes_with_used_content_is_no_finding(tables: Any, linted: Linted) -> None:
    tables.source("chats", acquisition="user_model_interaction")
    assert linted("2.4a: {value: yes}") == ()


@pytest.mark.parametrize("config", ["{}", '{"synthetic": {"generators": []}}'])
def test_a_synthetic_source_without_its_generator_is_a_finding(tables: Any, linted: Linted, config: str) -> None:
    tables.source("made", acquisition="synthetic_own", config=config)
    assert [(f.field, f.rule) for f in linted()] == [("2.5c", "synthetic_without_generator")]


def test_a_synthetic_source_with_its_generator_is_no_finding(tables: Any, linted: Linted) -> None:
    config = json.dumps({"synthetic": {"generators": [{"model": "Muse 2"}]}})
    tables.source("made", acquisition="synthetic_own", config=config)
    assert linted() == ()


def test_article_3_without_a_research_organisation_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("mined", legal_basis="tdm_art3")
    assert rules(linted()) == {"art3_without_organisation"}


def test_article_3_with_a_research_organisation_is_no_finding(tables: Any, linted: Linted) -> None:
    tables.source("mined", legal_basis="tdm_art3")
    assert linted("research_organisation: University of Example") == ()


def test_crawled_documents_without_an_address_are_a_finding(tables: Any, linted: Linted) -> None:
    tables.crawl("web", [{}, {"registered_domain": "one.example"}])
    (reason,) = reasons(linted(), "crawl_without_domain")
    assert reason == "the crawled source web has 1 used documents without an address"


def test_public_documents_need_no_address(tables: Any, linted: Linted) -> None:
    tables.source("texts")
    assert linted() == ()


# --- dates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Model 1: 31/02/2026", "Model 1: 06/17/2026", "Model 1: 1.6.26", "31 February 2026", "soon", "June 2026"]
)
def test_days_of_placement_that_are_none_are_found(linted: Linted, text: str) -> None:
    assert rules(linted(f"1.2c: {{value: '{text}'}}")) == {"unreadable_date"}


@pytest.mark.parametrize(
    "text", ["Model 1: 17/06/2026", "Model 1.0: 2026-06-17 (https://a.example/2026-6-1)", "01.06.2026", "17 June 2026"]
)
def test_days_of_placement_are_read(linted: Linted, text: str) -> None:
    assert linted(f"1.2c: {{value: '{text}'}}") == ()


def test_a_placement_before_the_last_acquisition_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", collected_to="2025-12")
    assert rules(linted(f"{NOT_THE_FIRST}\n1.2c: {{value: 'Model 1: 30/11/2025'}}")) == {"placed_before_acquisition"}


def test_the_latest_of_several_placements_counts(tables: Any, linted: Linted) -> None:
    tables.source("texts", collected_to="2025-12")
    assert linted(f"{NOT_THE_FIRST}\n1.2c: {{value: ['Model 1: 30/11/2025', 'Model 2: 01/02/2026']}}") == ()


@pytest.mark.parametrize(
    "given",
    [
        {"collected_from": "2025", "collected_to": "2024-06"},
        {"collected_to": "2027"},
        {"collected_to": "2026-04"},
        {"obtained_at": "2026-03-02"},
        {"collected_from": "2024-05", "obtained_at": "2024-04-30"},
        {"config": json.dumps({"users": {"from": "2025-06", "to": "2025-05"}})},
    ],
)
def test_dates_of_sources_that_cannot_be_are_found(tables: Any, linted: Linted, given: dict[str, str]) -> None:
    tables.source("texts", **given)
    assert rules(linted()) == {"collection_dates"}


@pytest.mark.parametrize(
    "given",
    [
        {"collected_from": "2024-06", "collected_to": "2024"},
        {"collected_to": "2026-03", "obtained_at": "2026-03-01"},
        {"collected_from": "2024", "obtained_at": "2024-01-15"},
        {"collected_to": None},
    ],
)
def test_dates_of_sources_that_fit_are_no_finding(tables: Any, linted: Linted, given: dict[str, Any]) -> None:
    tables.source("texts", **given)
    assert linted() == ()


@pytest.mark.parametrize("day", ["2024-01-31", "2024-07-01"])
def test_fetches_outside_the_stated_collection_are_found(tables: Any, linted: Linted, day: str) -> None:
    tables.source("texts", [{"fetched_at": at(day)}], collected_from="2024-02", collected_to="2024-06")
    assert rules(linted()) == {"fetched_outside_collection"}


@pytest.mark.parametrize("day", ["2024-02-01", "2024-06-30"])
def test_fetches_inside_the_stated_collection_are_no_finding(tables: Any, linted: Linted, day: str) -> None:
    tables.source("texts", [{"fetched_at": at(day)}], collected_from="2024-02", collected_to="2024-06")
    assert linted() == ()


def test_a_signature_of_tomorrow_is_a_finding(linted: Linted) -> None:
    assert rules(linted("2.3c: {value: Texts, on: 2026-03-02}")) == {"signed_in_the_future"}


def test_a_signature_of_today_is_no_finding(linted: Linted) -> None:
    assert linted("2.3c: {value: Texts, on: 2026-03-01}") == ()


def test_a_draft_confirmed_before_its_content_was_acquired_is_a_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", collected_to="2025-12-10")
    assert rules(linted("2.1d: {confirm: true, on: 2025-12-09}")) == {"answered_before_content"}
    assert linted("2.1d: {confirm: true, on: 2025-12-10}") == ()


def test_an_answer_is_held_against_the_content_of_its_own_section(tables: Any, linted: Linted) -> None:
    tables.source("texts", collected_to="2025-12-10")
    tables.source("notes", acquisition="offline_digitised", collected_to="2025-06")
    assert linted("2.6b: {value: Notes., on: 2025-07-01}") == ()


def test_an_update_is_due_six_months_after_the_last_where_training_went_on(tables: Any, linted: Linted) -> None:
    tables.source("feed", dynamic=True)
    assert linted(as_of=date(2026, 8, 31)) == ()
    (finding,) = linted(as_of=date(2026, 9, 1))
    assert (finding.field, finding.rule) == ("H2", "update_due")
    assert "source feed keeps growing" in finding.reason


def test_an_update_is_due_for_a_checkpoint_trained_after_the_last(tables: Any, linted: Linted) -> None:
    tables.source("texts")
    tables.add("training_use", checkpoint="v2", source_id=0, finished_at=at("2026-03-05"))
    assert rules(linted(as_of=date(2026, 9, 1))) == {"update_due"}


def test_without_new_training_no_update_falls_due(tables: Any, linted: Linted) -> None:
    tables.source("texts")
    tables.add("training_use", checkpoint="v1", source_id=0, finished_at=at("2026-02-05"))
    assert linted(as_of=date(2030, 1, 1)) == ()


@pytest.mark.parametrize("said", ["review_by: 2026-02-28", "2.3c: {value: Texts, review_by: 2026-02-28}"])
def test_reviews_overdue_are_found(linted: Linted, said: str) -> None:
    assert rules(linted(said)) == {"review_overdue"}


@pytest.mark.parametrize("said", ["review_by: 2026-03-01", "2.3c: {value: Texts, review_by: 2026-03-01}"])
def test_reviews_to_come_are_no_finding(linted: Linted, said: str) -> None:
    assert linted(said) == ()


@pytest.mark.parametrize(("day", "found"), [("28/02/2026", {"next_review_passed"}), ("01/03/2026", set())])
def test_the_published_day_of_the_next_review_is_watched(linted: Linted, day: str, found: set[str]) -> None:
    said = f"PHd: {{value: 'At the latest on {day}.'}}"
    assert rules(linted(said, form=load_form("copyright_policy"))) == found


@pytest.mark.parametrize(("day", "found"), [("2026-02-28", {"policy_overdue"}), ("2026-03-01", set())])
def test_the_review_of_the_policy_is_watched(tables: Any, linted: Linted, day: str, found: set[str]) -> None:
    tables.add("rules", rule="code", version="1", kind="policy", parameters=json.dumps({"review_by": day}))
    assert rules(linted()) == found


def test_without_a_day_the_completion_of_the_record_counts(make_record: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("2.3c: {value: Texts, on: 2026-03-02}", "utf-8")
    with open_record(make_record()) as record:
        assert rules(lint(record, FORM, load_answers(path, FORM))) == {"signed_in_the_future"}


# --- what the record says of claims ----------------------------------------------------------------------------------


def crawl_with_looks(tables: Any, *looks: dict[str, Any], fetched: str = "2024-06-02") -> None:
    """A crawled document of a.example with looks at its robots.txt."""
    tables.crawl("crawl", [{"registered_domain": "a.example", "fetched_at": at(fetched)}])
    tables.add(
        "rules", kind="parser", rule="robots", version="2", parameters='{"protocol":"robots","read_from":"robots"}'
    )
    for number, look in enumerate(looks):
        tables.add(
            "observations", observation_id=str(number), shard_id=0, protocol="robots", place="host",
            authority="www.a.example", **({"outcome": "ok", "grade": "third_party"} | look)
        )  # fmt: skip


CLAIM = "2.3d: {value: The crawler reads robots.txt.}"


def test_a_document_fetched_without_a_look_is_a_finding_where_robots_txt_is_said_to_be_followed(
    tables: Any, linted: Linted
) -> None:
    crawl_with_looks(tables, {"observed_at": at("2024-06-03")})
    assert reasons(linted(CLAIM), "fetched_without_look") == [
        "robots.txt is said to be followed, but 1 used document were fetched without a look at it on record"
    ]


def test_a_document_fetched_after_a_look_that_failed_is_a_finding(tables: Any, linted: Linted) -> None:
    crawl_with_looks(
        tables, {"observed_at": at("2024-05-01")}, {"observed_at": at("2024-06-01"), "outcome": "unreachable"}
    )
    assert "after a look that failed" in reasons(linted(CLAIM), "fetched_without_look")[0]


@pytest.mark.parametrize(
    "said", ["2.3d: {value: It avoids paywalls.}", "2.3d: {value: 'It reads robots.txt, but not for 1 document.'}"]
)
def test_who_claims_nothing_or_says_how_many_is_not_found(tables: Any, linted: Linted, said: str) -> None:
    crawl_with_looks(tables)
    assert reasons(linted(said), "fetched_without_look") == []


def test_a_look_before_the_fetch_is_no_finding(tables: Any, linted: Linted) -> None:
    crawl_with_looks(tables, {"observed_at": at("2024-06-01")})
    assert reasons(linted(CLAIM), "fetched_without_look") == []


@pytest.mark.parametrize(
    ("said", "selection", "field"),
    [
        ("2.1e: {value: The whole dataset was used.}", None, "2.1e"),
        ("{}", "the entire dataset", "2.1c"),
    ],
)
def test_a_whole_dataset_of_which_documents_were_left_out_is_a_finding(
    tables: Any, linted: Linted, said: str, selection: str | None, field: str
) -> None:
    tables.source("texts", [{}, {"decision": "duplicate"}], selection=selection)
    (finding,) = (f for f in linted(said) if f.rule == "dataset_cut")
    assert finding.field == field
    assert "1 of 2 documents of `texts` were left out" in finding.reason


def test_a_whole_dataset_that_is_whole_is_no_finding(tables: Any, linted: Linted) -> None:
    tables.source("texts", [{}, {}], selection="the whole dataset")
    assert linted() == ()


@pytest.mark.parametrize(("day", "found"), [("2026-02-09", True), ("2026-02-10", False), ("2026-02-11", False)])
def test_a_draft_confirmed_before_the_record_was_begun_is_a_finding(
    tables: Any, linted: Linted, day: str, found: bool
) -> None:
    tables.add("runs", run_id="1", generation=1, started_at=at("2026-02-11"))
    rule = {"confirmed_before_record"} if found else set()
    assert rules(linted(f"2.1d: {{confirm: 0123456789abcdef, on: {day}}}")) == rule


def test_a_first_version_after_the_placement_is_a_finding(linted: Linted) -> None:
    assert rules(linted("1.2c: {value: 'Model 1: 28/02/2026'}")) == {"first_version_after_placement"}


@pytest.mark.parametrize(
    "said",
    [
        "1.2c: {value: 'Model 1: 01/03/2026'}",
        "1.2c: {value: 'Model 1: 01/08/2025'}",
        f"{NOT_THE_FIRST}\n1.2c: {{value: 'Model 1: 28/02/2026'}}",
    ],
)
def test_placements_that_a_summary_came_in_time_for_are_no_finding(linted: Linted, said: str) -> None:
    assert linted(said) == ()


def test_checkpoints_of_different_content_are_to_be_named(tables: Any, linted: Linted) -> None:
    tables.source("texts")
    tables.source("chats")
    tables.add("training_use", checkpoint="small", source_id=0)
    tables.add("training_use", checkpoint="large", source_id=1)
    (finding,) = linted()
    assert (finding.rule, finding.field) == ("checkpoints_not_named", "1.2a")
    assert linted("checkpoints: [small, large]") == ()


def test_checkpoints_of_the_same_content_need_no_name(tables: Any, linted: Linted) -> None:
    tables.source("texts")
    for checkpoint in ("small", "large"):
        tables.add("training_use", checkpoint=checkpoint, source_id=0)
    assert linted() == ()
