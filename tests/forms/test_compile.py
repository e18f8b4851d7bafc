from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from colophon.errors import PartialRecordError
from colophon.forms.answers import Answers, load_answers
from colophon.forms.attestation import hash_of
from colophon.forms.compile import compile_summary
from colophon.forms.form import FieldFormat, Mode, load_form
from colophon.forms.summary import (
    VERSION_FIELD,
    Boxes,
    FieldState,
    GapKind,
    Listing,
    Status,
    Summary,
    SummaryField,
    TableContent,
    Text,
)
from colophon.forms.versions import PublishedVersions
from colophon.query.editions import Edition
from colophon.query.session import Record

FORM = load_form()
Compile = Callable[..., Summary]


@pytest.fixture
def compiled(tmp_path: Path, tables: Any, open_rows: Callable[..., Record]) -> Compile:
    """Writes the tables as a record and compiles the summary with the answers given as YAML."""

    def compile_(answers: str = "{}", *, partial: bool = False) -> Summary:
        path = tmp_path / "answers.yaml"
        path.write_text(answers, "utf-8")
        stated: Answers = load_answers(path, FORM)
        return compile_summary(open_rows(partial=partial, **tables.rows), FORM, stated)

    return compile_


def field(summary: Summary, id_: str) -> SummaryField:
    return next(f for f in summary.fields() if f.id == id_)


def text(summary: Summary, id_: str) -> str:
    content = field(summary, id_).content
    assert isinstance(content, Text)
    return " ".join(content.paragraphs)


def listing(summary: Summary, id_: str) -> tuple[str, ...]:
    content = field(summary, id_).content
    assert isinstance(content, Listing)
    return content.items


def table(summary: Summary, id_: str) -> tuple[tuple[str, ...], ...]:
    content = field(summary, id_).content
    assert isinstance(content, TableContent)
    return content.rows


def ticked(summary: Summary, id_: str) -> list[str]:
    content = field(summary, id_).content
    assert isinstance(content, Boxes)
    return [b.option for g in content.groups for b in g.boxes if b.ticked]


def confirming(summary: Summary, id_: str) -> str:
    """The answer that confirms the words of a draft."""
    content = field(summary, id_).content
    assert content is not None
    return f"{id_}: {{confirm: '{hash_of(content.lines())}', by: Ann, on: 2026-11-20}}"


def gaps(summary: Summary, id_: str) -> set[GapKind]:
    return {g.kind for g in field(summary, id_).gaps}


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


# --- open questions ------------------------------------------------------------------------------------------------


def test_without_answers_every_question_for_a_person_is_open(compiled: Compile) -> None:
    summary = compiled()
    open_ = {f.id for f in FORM.fields() if f.mode is not Mode.COMPUTED and not f.optional}
    assert open_ <= {g.field for g in summary.gaps}
    assert summary.status is Status.DRAFT


def test_an_empty_record_answers_no_question_with_no(compiled: Compile) -> None:
    summary = compiled()
    for asked in (f for f in FORM.fields() if f.format is FieldFormat.CHOICE):
        assert field(summary, asked.id).state is FieldState.UNANSWERED
        assert ticked(summary, asked.id) == []


def test_what_the_record_holds_stands_beside_the_open_question(tables: Any, compiled: Compile) -> None:
    tables.source("chats", acquisition="user_model_interaction")
    tables.source("tested on", acquisition="user_model_interaction", stage="evaluation")
    open_ = field(compiled(), "2.4a")
    assert open_.state is FieldState.UNANSWERED
    assert open_.evidence == "1 source of this kind in the record, 1 with used content."


def test_an_answer_closes_the_question(compiled: Compile) -> None:
    summary = compiled("2.4a: {value: yes, by: Ann, on: 2026-11-20}")
    assert (field(summary, "2.4a").state, ticked(summary, "2.4a")) == (FieldState.STATED, ["yes"])
    assert gaps(summary, "2.4a") == set()


def test_an_attestation_without_name_and_day_stays_open(compiled: Compile) -> None:
    assert gaps(compiled("2.4a: {value: yes}"), "2.4a") == {GapKind.UNSIGNED}


def test_no_against_the_record_is_a_contradiction_and_hides_nothing(tables: Any, compiled: Compile) -> None:
    tables.source("chats", acquisition="user_model_interaction")
    summary = compiled("2.4a: {value: no, by: A, on: 2026-01-01}\n2.4b: {value: no, by: A, on: 2026-01-01}")
    assert gaps(summary, "2.4a") == {GapKind.CONTRADICTED}
    assert ticked(summary, "2.4d") == ["text"]


def test_questions_fall_away_only_when_all_they_depend_on_is_no(compiled: Compile) -> None:
    one = compiled("2.4a: {value: no, by: A, on: 2026-01-01}")
    both = compiled("2.4a: {value: no, by: A, on: 2026-01-01}\n2.4b: {value: no, by: A, on: 2026-01-01}")
    assert field(one, "2.4c").state is FieldState.DRAFT
    assert field(both, "2.4c").state is FieldState.NOT_APPLICABLE
    assert field(both, "2.4c").reason == "2.4a and 2.4b are answered no"


def test_a_draft_is_open_until_confirmed_or_replaced(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    draft = compiled()
    confirmed = compiled(confirming(draft, "1.3b"))
    replaced = compiled("1.3b: {value: Novels.}")
    assert (field(draft, "1.3b").state, gaps(draft, "1.3b")) == (FieldState.DRAFT, {GapKind.UNCONFIRMED})
    assert (field(confirmed, "1.3b").state, gaps(confirmed, "1.3b")) == (FieldState.CONFIRMED, set())
    assert text(confirmed, "1.3b") == text(draft, "1.3b")
    assert (text(replaced, "1.3b"), field(replaced, "1.3b").provenance) == ("Novels.", None)


def test_words_that_changed_since_they_were_confirmed_are_open_again(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    answer = confirming(compiled(), "1.3b")
    tables.source("chats", acquisition="user_model_interaction")
    changed = field(compiled(answer), "1.3b")
    assert (changed.state, {g.kind for g in changed.gaps}) == (FieldState.DRAFT, {GapKind.REWORDED})


def test_words_kept_beside_their_hash_show_what_changed(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    words = text(compiled(), "1.3b")
    tables.source("chats", acquisition="user_model_interaction")
    answer = f"1.3b: {{confirm: '{hash_of([words])}', words: '{words}', by: Ann, on: 2026-11-20}}"
    (gap,) = field(compiled(answer), "1.3b").gaps
    assert "“datasets,” became “datasets and interactions of users with the model,”" in gap.message


def test_a_confirmation_that_names_no_words_says_which_it_would_be(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    hash_now = hash_of([text(compiled(), "1.3b")])
    (gap,) = field(compiled("1.3b: {confirm: true, by: Ann, on: 2026-11-20}"), "1.3b").gaps
    assert gap.kind is GapKind.UNCONFIRMED
    assert gap.message.startswith("`confirm: true` names no words")
    assert f"`confirm: {hash_now}`" in gap.message


def test_what_is_confirmed_holds_in_every_edition(
    tables: Any, open_rows: Callable[..., Record], tmp_path: Path
) -> None:
    tables.source("set", [{"text_bytes": 1234} for _ in range(1234)])
    record, form = open_rows(**tables.rows), load_form("model_documentation")
    path = tmp_path / "answers.yaml"
    drafts = {f.id: f.content for f in compile_summary(record, form, Answers(), Edition.INTERNAL).fields()}
    answers = "".join(
        f"{id_}: {{confirm: '{hash_of(content.lines())}', by: Ann, on: 2026-11-20}}\n"
        for id_ in ("M6b", "M6c", "M6g", "M6h")
        if (content := drafts[id_])
    )
    path.write_text(answers, "utf-8")
    for edition in (Edition.DOWNSTREAM, Edition.AI_OFFICE, Edition.INTERNAL):
        summary = compile_summary(record, form, load_answers(path, form), edition)
        reopened = {g.field for g in summary.gaps if g.kind in (GapKind.REWORDED, GapKind.UNCONFIRMED)}
        assert reopened.isdisjoint({"M6b", "M6c", "M6g", "M6h"})


def test_a_complete_set_of_answers_leaves_no_gap(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    answers = "profile: {value: standard, by: Ann, on: 2026-11-20}\n" + "".join(
        f"{f.id}: {{value: {'yes' if f.options else 'text'}, by: Ann, on: 2026-11-20}}\n"
        for f in FORM.fields()
        if f.takes_answer and f.id != VERSION_FIELD
    )
    summary = compiled(answers)
    assert (summary.gaps, summary.status) == ((), Status.COMPLETE)


def test_computed_values_name_query_and_root(tables: Any, compiled: Compile) -> None:
    tables.source("set")
    summary = compiled()
    for asked in (f for f in FORM.fields() if f.mode is Mode.COMPUTED):
        origin = field(summary, asked.id).provenance
        assert origin is not None
        assert asked.query is not None
        assert (origin.query, origin.root_hash) == (asked.query.name, summary.root_hash)
        assert len(origin.query_sha256) == 64


def test_partial_records_are_refused(compiled: Compile) -> None:
    with pytest.raises(PartialRecordError):
        compiled(partial=True)


# --- 1.3 sizes, dates, languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (999_999_999, "text_low"),
        (1_000_000_000, "text_middle"),
        (10_000_000_000_000, "text_middle"),
        (10_000_000_000_001, "text_high"),
    ],
)
def test_token_ranges_are_exact(tables: Any, compiled: Compile, tokens: int, expected: str) -> None:
    tables.source("set", [{"tokens": tokens - 1}, {"tokens": 1}])
    assert ticked(compiled(), "1.3a") == [expected]


@pytest.mark.parametrize(
    ("modality", "facts", "expected"),
    [
        ("image", {"media_items": 999_999}, "image_low"),
        ("image", {"media_items": 1_000_000}, "image_middle"),
        ("image", {"media_items": 1_000_000_000}, "image_middle"),
        ("image", {"media_items": 1_000_000_001}, "image_high"),
        ("audio", {"media_seconds": 35_999_999.9}, "audio_low"),
        ("audio", {"media_seconds": 36_000_000.0}, "audio_middle"),
        ("video", {"media_seconds": 3_600_000_000.0}, "video_middle"),
        ("video", {"media_seconds": 3_600_000_000.1}, "video_high"),
    ],
)
def test_media_ranges_are_exact(tables: Any, compiled: Compile, modality: str, facts: Any, expected: str) -> None:
    tables.source("set", [facts], modality=modality)
    assert ticked(compiled(), "1.3a") == [expected]


def test_without_tokens_no_box_is_ticked_and_bytes_are_rounded(tables: Any, compiled: Compile) -> None:
    tables.source("set", [{"text_bytes": 1_234_567, "tokens": 5}, {"text_bytes": 0, "tokens": None}])
    content = field(compiled(), "1.3a").content
    assert isinstance(content, Boxes)
    assert not any(b.ticked for g in content.groups for b in g.boxes)
    assert "1.2 MB" in content.groups[0].note


def test_only_kept_training_content_counts(tables: Any, compiled: Compile) -> None:
    tables.source("set", [{"tokens": 10}, {"tokens": 10**10, "decision": "duplicate"}])
    tables.source("benchmark", [{"tokens": 10**10}], stage="evaluation")
    tables.source("held out", [{"tokens": 10**10}], stage="validation")
    tables.source("looked up", [{"tokens": 10**10}], used_for_weight_update=False)
    assert ticked(compiled(), "1.3a") == ["text_low"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"collected_to": "2024-06-30"}, "06/2024"),
        ({"collected_to": "2024"}, "12/2024"),
        ({"collected_to": "2024-06", "obtained_at": "2025-02-01"}, "02/2025"),
    ],
)
def test_latest_acquisition_is_a_month(tables: Any, compiled: Compile, facts: Any, expected: str) -> None:
    tables.source("older", collected_to="2019-01")
    tables.source("set", **facts)
    summary = compiled("1.3c: {value: no}")
    assert (text(summary, "1.3c"), gaps(summary, "1.3c")) == (expected, set())


def test_fetch_times_date_a_source(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"fetched_at": at("2025-03-31T23:59:59")}], collected_to=None)
    assert text(compiled(), "1.3c") == "03/2025"


@pytest.mark.parametrize("facts", [{}, {"obtained_at": "2024-01-01"}])
def test_a_used_source_without_end_or_reason_is_a_gap(tables: Any, compiled: Compile, facts: Any) -> None:
    tables.source("dated")
    tables.source("secret name", collected_to=None, **facts)
    summary = compiled("1.3c: {value: no}")
    assert gaps(summary, "1.3c") == {GapKind.UNDETERMINED}
    assert "secret name" not in str(summary.gaps)


def test_an_unused_source_needs_no_end(tables: Any, compiled: Compile) -> None:
    tables.source("dated")
    tables.source("dropped", [{"decision": "quality"}], collected_to=None)
    assert gaps(compiled("1.3c: {value: no}"), "1.3c") == set()


def test_the_reason_for_an_unknown_date_is_printed(tables: Any, compiled: Compile) -> None:
    tables.source("set", collected_to=None, collected_not_known="the archive does not say")
    summary = compiled("1.3c: {value: no}")
    assert gaps(summary, "1.3c") == set()
    assert "the archive does not say" in text(summary, "1.3c")


def test_languages_are_bands_with_official_ones_first(tables: Any, compiled: Compile) -> None:
    sizes = {"ja": 501, "de": 100, "pl": 99, "mt": 9, "und": 291}
    tables.source("set", [{"language": language, "text_bytes": size} for language, size in sizes.items()])
    assert table(compiled(), "1.3d") == (
        ("German", "Yes", "a tenth to a half"),
        ("Polish", "Yes", "a hundredth to a tenth"),
        ("Maltese", "Yes", "less than a hundredth"),
        ("Japanese", "No", "more than a half"),
        ("not determined", "", "a tenth to a half"),
    )


def test_last_update_is_the_day_of_the_record(compiled: Compile) -> None:
    assert text(compiled(), "H2") == "01/03/26"


# --- 2.1 and 2.2 ---------------------------------------------------------------------------------------------------


def test_exactly_three_percent_is_not_large(tables: Any, compiled: Compile) -> None:
    tables.source("rest", [{"text_bytes": 97_000}])
    tables.source("at", [{"text_bytes": 3_000}])
    assert [row[0] for row in table(compiled(), "2.1c")] == ["rest"]


def test_a_dataset_is_measured_with_all_its_sources(tables: Any, compiled: Compile) -> None:
    tables.source("rest", [{"text_bytes": 96_999}])
    tables.source("part one", [{"text_bytes": 1_501}], dataset="split")
    tables.source("part two", [{"text_bytes": 1_500}], dataset="split", stage="finetuning")
    assert [row[0] for row in table(compiled(), "2.1c")] == ["rest", "split"]


def test_large_for_one_modality_is_large(tables: Any, compiled: Compile) -> None:
    tables.source("texts", [{"text_bytes": 10**6}])
    tables.source("pictures", [{"media_items": 3, "text_bytes": 1}], modality="image", homepage="https://p.example")
    rows = {row[0]: row for row in table(compiled(), "2.1c")}
    assert rows["pictures"] == ("pictures", "https://p.example", "images", "until 2024-06", "not stated")


def test_other_sections_do_not_count_against_public_datasets(tables: Any, compiled: Compile) -> None:
    tables.source("small", [{"text_bytes": 1}])
    tables.crawl("crawl", [{"text_bytes": 10**9, "registered_domain": "a.example"}])
    tables.source("benchmark", [{"text_bytes": 10**9}], stage="evaluation")
    assert [row[0] for row in table(compiled(), "2.1c")] == ["small"]


def test_third_party_crawls_are_not_in_the_domain_list(tables: Any, compiled: Compile) -> None:
    tables.source("web archive", [{"registered_domain": "archived.example"}])
    tables.crawl("crawl", [{"registered_domain": "fetched.example"}])
    assert listing(compiled(), "2.3h") == ("fetched.example",)


def test_private_names_appear_only_where_publicly_known(tables: Any, compiled: Compile) -> None:
    tables.source("known", acquisition="private_third_party", publicly_known=True)
    tables.source("silent", acquisition="private_third_party", publicly_known=None)
    tables.source("denied", acquisition="private_third_party", publicly_known=False)
    summary = compiled()
    assert field(summary, "2.2.2c").evidence == "Marked as publicly known in the corpus file: known."
    assert text(summary, "2.2.2d").startswith("2 datasets.")


# --- 2.3 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domains", "profile", "listed"),
    [
        (1, "standard", 1), (10, "standard", 1), (11, "standard", 2), (999, "standard", 100),
        (10_000, "sme", 500), (30_000, "sme", 1_000), (30_000, "standard", 3_000),
    ],
)  # fmt: skip
def test_length_of_the_domain_list(tables: Any, compiled: Compile, domains: int, profile: str, listed: int) -> None:
    tables.crawl("crawl", [{"registered_domain": f"d{n}.example", "text_bytes": n} for n in range(domains)])
    summary = compiled(f"profile: {profile}")
    content = field(summary, "2.3h").content
    assert isinstance(content, Listing)
    assert (content.attachment.entries if content.attachment else len(content.items)) == listed
    left = domains - listed
    assert text(summary, "2.3i").startswith(f"{left:,} domain name")


def test_domains_are_the_largest_in_alphabetical_order(tables: Any, compiled: Compile) -> None:
    sizes = {"z.example": 900, "b.example": 800, **{f"small{n}.example": 1 for n in range(18)}}
    tables.crawl("crawl", [{"registered_domain": d, "text_bytes": s} for d, s in sizes.items()])
    assert listing(compiled(), "2.3h") == ("b.example", "z.example")


def test_equal_sizes_are_taken_by_name(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"registered_domain": f"{c}.example"} for c in "jihgfedcba"])
    assert listing(compiled(), "2.3h") == ("a.example",)


def test_each_modality_brings_its_own_largest_domains(tables: Any, compiled: Compile) -> None:
    tables.crawl("texts", [{"registered_domain": "words.example", "text_bytes": 10**9}])
    tables.crawl("films", [{"registered_domain": "films.example", "media_seconds": 1.0}], modality="video")
    assert listing(compiled(), "2.3h") == ("films.example", "words.example")


def test_the_cap_holds_for_all_modalities_together(tables: Any, compiled: Compile) -> None:
    for name, modality in (("t", "text"), ("i", "image")):
        rows = [{"registered_domain": f"{name}{n}.example", "text_bytes": 1, "media_items": 1} for n in range(12_000)]
        tables.crawl(name, rows, modality=modality)
    assert len(listing(compiled("profile: sme"), "2.3h")) == 1_000


def test_removed_content_brings_no_domain(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [
        {"registered_domain": "reserved.example", "text_bytes": 10**6, "decision": "reservation"},
        {"registered_domain": "kept.example"},
    ])  # fmt: skip
    assert listing(compiled(), "2.3h") == ("kept.example",)


def test_crawl_period_comes_from_fetch_times(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"fetched_at": at("2023-11-05")}, {"fetched_at": at("2024-02-01")}], collected_from="2001")
    summary = compiled()
    assert (text(summary, "2.3e"), gaps(summary, "2.3e")) == ("From 11/2023 to 02/2024", set())


def test_a_declared_period_stands_in_for_missing_fetch_times(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"fetched_at": at("2023-11-05")}, {}], collected_from="2023", collected_to="2024-05-03")
    assert text(compiled(), "2.3e") == "From 01/2023 to 05/2024"


def test_a_crawl_without_any_time_is_a_gap(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{}], collected_to=None)
    assert gaps(compiled(), "2.3e") == {GapKind.UNDETERMINED}


def test_crawlers_are_named_from_the_configuration(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{}])
    tables.crawl("by another", [{}], acquisition="crawled_on_behalf", config='{"crawler":{"user_agents":["HiredBot"]}}')
    tables.source("archive", config='{"crawler":{"name":"CCBot","user_agents":["CCBot"]}}')
    summary = compiled()
    assert text(summary, "2.3b") == "ColoBot (user agents: ColoBot); HiredBot (user agents: HiredBot)."
    assert field(summary, "2.3c").evidence == "The corpus file says: text for training."


# --- 2.4 to 3 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acquisition", "id_"),
    [
        ("public_dataset", "2.1b"), ("licensed_commercial", "2.2.1b"), ("private_third_party", "2.2.2b"),
        ("crawled_own", "2.3g"), ("crawled_on_behalf", "2.3g"), ("user_model_interaction", "2.4d"),
        ("user_other_service", "2.4d"), ("synthetic_own", "2.5b"), ("synthetic_on_behalf", "2.5b"),
    ],
)  # fmt: skip
def test_each_acquisition_shows_in_its_section_only(tables: Any, compiled: Compile, acquisition: str, id_: str) -> None:
    tables.source("set", acquisition=acquisition, modality="audio")
    summary = compiled()
    boxes = ("2.1b", "2.2.1b", "2.2.2b", "2.3g", "2.4d", "2.5b")
    assert {i: ticked(summary, i) for i in boxes} == {i: ["audio"] if i == id_ else [] for i in boxes}


@pytest.mark.parametrize("acquisition", ["commissioned_human", "offline_digitised", "other"])
def test_other_sources_are_described_in_their_section(tables: Any, compiled: Compile, acquisition: str) -> None:
    tables.source("set", [{"language": "sv"}], acquisition=acquisition, stage="preference")
    assert "used in preference training; languages: Swedish" in text(compiled(), "2.6b")


def test_only_generators_on_the_market_are_named(tables: Any, compiled: Compile) -> None:
    generators = [{"model": "Open-1", "link": "https://o.example", "on_market": True}, {"model": "inhouse-7"}]
    tables.source("set", acquisition="synthetic_own", config=json.dumps({"synthetic": {"generators": generators}}))
    summary = compiled()
    assert text(summary, "2.5c") == "Open-1 (https://o.example)."
    assert "1 generating model" in str(field(summary, "2.5d").evidence)
    assert "inhouse-7" not in str(summary)


def test_reservation_measures_come_from_policy_and_looks(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"decision": "reservation"}, {}])
    tables.source("benchmark", [{"decision": "reservation"}], stage="evaluation")
    policy = {"required": ["robots"], "honoured": ["tdmrep"]}
    tables.add("rules", rule="code", version="1", kind="policy", parameters=json.dumps(policy))
    for host in ("a.example", "b.example"):
        look = {"observation_id": host, "authority": host, "observed_at": at("2024-05-01"), "place": "host"}
        look["outcome"] = "ok"
        tables.add("observations", shard_id=0, protocol="robots", **look)
    draft = text(compiled(), "3.1b")
    assert "Protocols the policy names: robots.txt (RFC 9309) and TDM Reservation Protocol." in draft
    assert draft.endswith("No look is recorded for: TDM Reservation Protocol.")
    assert "Removed from training for a reservation: 1 document." in draft
    assert "looked at 2 hosts from 05/2024 to 05/2024" in draft


def test_one_fetch_is_one_look_and_claims_no_protocol_of_a_later_time(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{}])
    policy = {"required": ["robots"], "honoured": ["content_signal"]}
    tables.add("rules", rule="code", version="1", kind="policy", parameters=json.dumps(policy))
    signal = {"protocol": "content_signal", "specification": "Content Signals Policy"}
    signal |= {"specification_date": "2025-09-24", "read_from": "robots"}
    parsers = {"robots": {"protocol": "robots", "specification": "RFC 9309"}, "content_signal": signal}
    for name, parameters in parsers.items():
        tables.add("rules", rule=name, version="2", kind="parser", parameters=json.dumps(parameters))
    for number, outcome in enumerate(["ok", "server_error"]):
        for protocol in parsers:
            identity = {"observation_id": f"{protocol}{number}", "authority": "a.example", "protocol": protocol}
            seen = {"requested_url": "https://a.example/robots.txt", "observed_at": at(f"2024-05-0{number + 1}")}
            tables.add("observations", shard_id=0, place="host", outcome=outcome, **identity, **seen)
    summary = compiled()
    assert field(summary, "2.3d").evidence == (
        "robots.txt (RFC 9309): 1 look and 1 failed look at 1 host from 05/2024 to 05/2024; the files of that time "
        "were read under Content Signals Policy of 2025-09-24, version 2 of its reader; RFC 9309, version 2 of its "
        "reader."
    )
    assert "Content-Signal: looked at" not in text(summary, "3.1b")
    assert "looked at 1 host from 05/2024 to 05/2024; 1 look of 2 failed." in text(summary, "3.1b")


def test_only_filters_for_legal_or_safety_reasons_are_measures(tables: Any, compiled: Compile) -> None:
    tables.source("set", [{}, {"decision": "block list"}])
    for rule, kind, reason in (("block list", "domains", "legal_or_safety"), ("short", "length", "quality")):
        parameters = json.dumps({"kind": kind, "reason": reason})
        tables.add("rules", rule=rule, version="1", kind="filter", parameters=parameters)
        tables.add("filters", source_id=0, rule=rule, reason=kind, upstream=False)
    draft = text(compiled(), "3.2a")
    assert draft.startswith("1 filter rule for legal or safety reasons")
    assert "some was removed" in draft


def test_a_failed_look_at_reservations_is_no_measure_against_illegal_content(tables: Any, compiled: Compile) -> None:
    tables.source("set", [{}, {"decision": "legal_or_safety"}])
    tables.add("filters", source_id=0, rule="legal_or_safety", reason="reservations", upstream=False)
    assert text(compiled(), "3.2a") == "The record shows no filter rule of the provider for legal or safety reasons."


# --- facts of the configuration, and tables that a person fills in ---------------------------------------------------


def test_services_of_users_are_drafted_from_the_configuration(tables: Any, compiled: Compile) -> None:
    users = {"users": {"product": "Helper", "from": "2025-06", "to": "2025-12"}}
    tables.source("chats", acquisition="user_model_interaction", config=json.dumps(users))
    draft = text(compiled(), "2.4c")
    assert draft.startswith("Helper: ")
    assert draft.endswith(", from 2025-06 to 2025-12.")


def test_contributors_are_drafted_from_the_configuration(tables: Any, compiled: Compile) -> None:
    people = {"contributors": {"who": "40 people", "recruited": "by post", "pay": "by the hour"}}
    tables.source("answers", acquisition="commissioned_human", config=json.dumps(people))
    assert "contributors: 40 people, recruited by post, paid by the hour." in text(compiled(), "2.6b")


def test_a_table_that_a_person_fills_in_has_the_columns_of_the_form(compiled: Compile) -> None:
    stated = "guidelines: {value: [{name: Tone, version: '2', stage: preference}], by: A, on: 2026-01-01}"
    assert table(compiled(stated), "guidelines") == (("Tone", "2", "", "preference"),)


def test_an_optional_table_is_left_out_where_nobody_fills_it_in(compiled: Compile) -> None:
    assert field(compiled(), "guidelines").state is FieldState.LEFT_OUT


# --- the list of domain names and its rule ---------------------------------------------------------------------------


def test_the_page_says_by_which_rule_the_list_is_as_long_as_it_is(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"registered_domain": "a.example"}])
    stated = field(compiled("profile: {value: sme, by: Ann Other, on: 2026-11-20}"), "2.3h")
    assert stated.statement is not None
    assert "top 5 %" in stated.statement.paragraphs[0]
    assert "stated by the provider on 2026-11-20" in stated.statement.paragraphs[0]
    assert not stated.gaps


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ("{}", GapKind.UNANSWERED),
        ("profile: sme", GapKind.UNSIGNED),
        ("profile: {value: sme, by: Ann}", GapKind.UNSIGNED),
        ("profile: {value: sme, by: '-', on: 2026-11-20}", GapKind.UNSIGNED),
    ],
)
def test_a_rule_that_nobody_signed_is_open(tables: Any, compiled: Compile, answers: str, kind: GapKind) -> None:
    tables.crawl("crawl", [{"registered_domain": "a.example"}])
    assert gaps(compiled(answers), "2.3h") == {kind}


# --- version and last update -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("", "Version 1"),
        ("H1: {not_applicable: it is the first}", "Version 1"),
        ("H1: {value: 'Version 1 (01/02/26): https://a.example/1'}", "Version 2"),
        ("H1: {value: [https://a.example/1, https://a.example/2]}", "Version 3"),
        ("H1: {value: 'https://a.example/version/1 and again https://a.example/version/1'}", "Version 2"),
        ("H1: {value: 'version 4 replaces version 3'}", "Version 5"),
    ],
)
def test_the_version_follows_those_before_whatever_the_generation(compiled: Compile, answer: str, version: str) -> None:
    summary = compiled(answer or "{}")
    assert (text(summary, "H1"), gaps(summary, "H1")) == (version, set())
    assert f"Version {summary.version}" == version


@pytest.mark.parametrize("answer", ["H1: {value: some were published}", "H1: {not_known: the log is lost}"])
def test_earlier_versions_that_nobody_counts_are_a_gap(compiled: Compile, answer: str) -> None:
    summary = compiled(answer)
    assert (text(summary, "H1"), gaps(summary, "H1")) == ("Version not known", {GapKind.UNDETERMINED})


def test_a_ledger_knows_the_version_and_its_day(tables: Any, open_rows: Callable[..., Record]) -> None:
    published = PublishedVersions(2, date(2027, 3, 4))
    summary = compile_summary(open_rows(**tables.rows), FORM, Answers(), published=published)
    assert (text(summary, "H1"), text(summary, "H2"), summary.version) == ("Version 3", "04/03/27", 3)


def test_the_last_update_is_that_of_the_latest_answer(compiled: Compile) -> None:
    record_day = text(compiled(), "H2")
    assert text(compiled("2.3c: {value: Texts, on: 2020-01-01}"), "H2") == record_day
    assert text(compiled("2.3c: {value: Texts, on: 2099-12-31}"), "H2") == "31/12/99"


# --- what cannot be waved away ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["not_applicable", "not_known"])
@pytest.mark.parametrize("id_", ["2.1a", "2.1d", "1.3b"])
def test_content_on_record_cannot_be_waved_away(tables: Any, compiled: Compile, id_: str, kind: str) -> None:
    tables.source("large", [{"text_bytes": 10_000}])
    tables.source("small", [{"text_bytes": 10}])
    assert gaps(compiled(f"{id_}: {{{kind}: none, by: Ann, on: 2026-11-20}}"), id_) == {GapKind.CONTRADICTED}


def test_a_question_below_one_with_content_cannot_be_waved_away(tables: Any, compiled: Compile) -> None:
    tables.crawl("crawl", [{"registered_domain": "a.example"}])
    assert gaps(compiled("2.3c: {not_applicable: no crawl}"), "2.3c") == {GapKind.CONTRADICTED}


@pytest.mark.parametrize("id_", ["2.2.2c", "2.5c", "2.5d"])
def test_a_narrower_question_without_content_may_not_apply(tables: Any, compiled: Compile, id_: str) -> None:
    tables.source("sold", acquisition="private_third_party")
    tables.source("made", acquisition="synthetic_own")
    assert gaps(compiled(f"{id_}: {{not_applicable: there is none, by: Ann, on: 2026-11-20}}"), id_) == set()


def test_without_content_a_question_may_not_apply(compiled: Compile) -> None:
    assert gaps(compiled("2.1a: {not_applicable: none, by: Ann, on: 2026-11-20}"), "2.1a") == set()


# --- what was not counted --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modality", "column"), [("image", "media_items"), ("audio", "media_seconds"), ("video", "media_seconds")]
)
def test_media_that_were_not_counted_tick_no_box(tables: Any, compiled: Compile, modality: str, column: str) -> None:
    tables.source("media", [{column: 5}, {column: 0}], modality=modality)
    summary = compiled()
    assert [option for option in ticked(summary, "1.3a") if option.startswith(modality)] == []
    assert gaps(summary, "1.3a") == {GapKind.UNDETERMINED}


def test_a_public_dataset_of_unknown_volume_is_a_gap_and_not_among_the_others(tables: Any, compiled: Compile) -> None:
    tables.source("counted", [{"media_items": 1_000}], modality="image")
    tables.source("pictures", [{"media_items": 0}], modality="image")
    summary = compiled()
    assert [row[:1] + row[2:3] for row in table(summary, "2.1c")] == [
        ("counted", "images"),
        ("pictures", "volume not known"),
    ]
    assert gaps(summary, "2.1c") == {GapKind.UNDETERMINED}
    assert "no used dataset" in text(summary, "2.1d")


# --- what was looked for ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ran", "found", "said"),
    [
        (True, 1, "Automatic detection found signs of personal data."),
        (True, 0, "Automatic detection found no sign of personal data."),
        (False, 0, "Automatic detection of personal data was not run."),
    ],
)
def test_whether_personal_data_were_looked_for_is_said(
    tables: Any, compiled: Compile, ran: bool, found: int, said: str
) -> None:
    tables.source("large", [{"text_bytes": 10_000}])
    tables.source("small", [{"text_bytes": 10, "pii_count": found}])
    if ran:
        tables.add("rules", kind="detector", rule="pii", version="2", parameters="{}")
    assert said in text(compiled(), "2.1d")


def test_the_end_of_user_data_is_an_end_of_collection(tables: Any, compiled: Compile) -> None:
    users = {"users": {"product": "Chat", "from": "2025-01", "to": "2025-09"}}
    tables.source("chats", acquisition="user_model_interaction", collected_to=None, config=json.dumps(users))
    summary = compiled()
    assert (text(summary, "1.3c"), gaps(summary, "1.3c")) == ("09/2025", {GapKind.UNANSWERED})
