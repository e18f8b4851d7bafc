from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colophon.errors import ConfigurationErrors, QueryError
from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.content import AttachedFiles
from colophon.forms.form import load_form
from colophon.forms.summary import FieldState, Listing, Summary, SummaryField, TableContent
from colophon.query.editions import Edition, EditionView, class_for, to_figures
from colophon.query.session import Record
from colophon.vocabulary import Disclosure

FORM = load_form()
REDACT = "redact: {ground: business secret, by: general counsel, on: 2026-05-04}"
Compile = Callable[..., Summary]


@pytest.fixture
def compiled(tmp_path: Path, tables: Any, open_rows: Callable[..., Record]) -> Compile:
    def compile_(edition: Edition, answers: str = "{}", files: AttachedFiles | None = None) -> Summary:
        path = tmp_path / "answers.yaml"
        path.write_text(answers, "utf-8")
        return compile_summary(open_rows(**tables.rows), FORM, load_answers(path, FORM), edition, files)

    return compile_


def field(summary: Summary, id_: str) -> SummaryField:
    return next(f for f in summary.fields() if f.id == id_)


@pytest.mark.parametrize(
    ("number", "figures", "printed"),
    [
        (1_234_567, 2, "about 1,200,000"),
        (1_234_567, 1, "about 1,000,000"),
        (96, 1, "about 100"),
        (1_234_567, None, "1,234,567"),
        (0, 1, "0"),
        (1.26, 2, "about 1.3"),
    ],
)
def test_numbers_are_rounded_to_significant_figures(number: float, figures: int | None, printed: str) -> None:
    assert to_figures(number, figures) == printed


def test_a_field_has_the_strictest_class_that_its_whole_audience_may_see() -> None:
    assert class_for([Edition.AI_OFFICE, Edition.DOWNSTREAM]) is Disclosure.DOWNSTREAM
    assert class_for([Edition.AI_OFFICE, Edition.AUTHORITY]) is Disclosure.AUTHORITY


def test_exact_sizes_are_for_authorities_and_licensors_for_the_house(tables: Any, compiled: Compile) -> None:
    tables.source("set", [{"text_bytes": 7_654_321}], acquisition="licensed_commercial", grantor="House")
    assert field(compiled(Edition.PUBLIC), "1.3a").details == ()
    (sizes,) = field(compiled(Edition.AUTHORITY), "1.3a").details
    assert isinstance(sizes.content, TableContent)
    assert "7,654,321" in sizes.content.rows[0]
    (seen,), (whole,) = (field(compiled(e), "2.2.1b").details for e in (Edition.AI_OFFICE, Edition.INTERNAL))
    assert isinstance(seen.content, TableContent)
    assert isinstance(whole.content, TableContent)
    assert ("Licensor" in seen.content.headings, "Licensor" in whole.content.headings) == (False, True)


def test_the_sources_behind_the_latest_date_are_named_for_authorities_alone(tables: Any, compiled: Compile) -> None:
    tables.source("older set", collected_to="2019", obtained_at="2020-02-03")
    tables.source("nobody knows", collected_to=None, collected_not_known="lost")
    assert [field(compiled(e), "1.3c").details for e in (Edition.PUBLIC, Edition.DOWNSTREAM)] == [(), ()]
    for edition in (Edition.AUTHORITY, Edition.AI_OFFICE, Edition.INTERNAL):
        (sources,) = field(compiled(edition), "1.3c").details
        assert isinstance(sources.content, TableContent)
        assert sources.content.rows == (
            ("older set", "02/2020", "2019", "2020-02-03", "none", "-"),
            ("nobody knows", "not known", "none", "none", "none", "lost"),
        )


def test_a_redacted_answer_is_a_placeholder_below_authorities(compiled: Compile) -> None:
    answers = f'"2.2.2c": {{value: Hidden archive, by: Ann, on: 2026-05-04, {REDACT}}}'
    public, authority = (field(compiled(e, answers), "2.2.2c") for e in (Edition.PUBLIC, Edition.AUTHORITY))
    assert (public.state, public.content, public.evidence) == (FieldState.REDACTED, None, None)
    assert public.redaction is not None
    assert (public.redaction.ground, public.redaction.role) == ("business secret", "general counsel")
    assert authority.state is FieldState.STATED


def test_a_redacted_no_is_not_betrayed_by_what_depends_on_it(compiled: Compile) -> None:
    summary = compiled(Edition.PUBLIC, f'"2.1a": {{value: no, by: Ann, on: 2026-05-04, {REDACT}}}')
    assert {field(summary, id_).state for id_ in ("2.1a", "2.1b", "2.1c", "2.1d")} == {FieldState.REDACTED}


@pytest.mark.parametrize("missing", ["ground", "by", "on"])
def test_a_redaction_says_why_who_and_when(compiled: Compile, missing: str) -> None:
    parts = {"ground": "secret", "by": "counsel", "on": "2026-05-04"}
    written = ", ".join(f"{key}: {value}" for key, value in parts.items() if key != missing)
    with pytest.raises(ConfigurationErrors, match=missing):
        compiled(Edition.PUBLIC, f'"2.1c": {{redact: {{{written}}}}}')


def test_a_list_too_long_for_the_page_goes_to_a_file(tables: Any, compiled: Compile) -> None:
    names = [f"site{n:05}.org" for n in range(10_010)]
    tables.crawl("web", [{"registered_domain": name, "text_bytes": 5} for name in names])
    files = AttachedFiles()
    content = field(compiled(Edition.PUBLIC, files=files), "2.3h").content
    assert isinstance(content, Listing)
    assert content.attachment is not None
    assert (content.items, content.attachment.entries) == ((), 1001)
    assert files.by_name["domains.csv"].decode().split() == ['"domain"', *(f'"{n}"' for n in names[:1001])]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT url FROM documents", "column url of documents is of class internal; the edition public hides it"),
        ("SELECT d.URL FROM documents AS d", "use --edition internal"),
        ("FROM evidence", "the edition public hides it: use --edition "),
        ("SELECT langage FROM documents", "the nearest column is language"),
    ],
)
def test_an_edition_says_what_it_hides(opened_small_record: Record, query: str, said: str) -> None:
    with EditionView(opened_small_record, Disclosure.PUBLIC) as view, pytest.raises(QueryError) as raised:
        view.sql(query)
    assert said in str(raised.value)
