"""The PDF as a screen reader and an archive find it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pypdf
import pytest

from colophon.errors import GlyphsMissingError
from colophon.forms.render.pdf import render_pdf
from colophon.forms.summary import Summary, TableContent


def read(summary: Summary) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_pdf(summary)))


def kinds(element: Any) -> Iterator[str]:
    """Kinds of the elements of a structure tree, in order."""
    element = element.get_object()
    if isinstance(element, pypdf.generic.ArrayObject):
        for part in element:
            yield from kinds(part)
    elif isinstance(element, pypdf.generic.DictionaryObject):
        if "/S" in element:
            yield str(element["/S"])
        if "/K" in element:
            yield from kinds(element["/K"])


def test_the_same_summary_gives_the_same_bytes(draft: Summary) -> None:
    assert render_pdf(draft) == render_pdf(draft)


def test_it_is_dated_by_the_record(draft: Summary) -> None:
    assert read(draft).metadata.creation_date == datetime.fromisoformat(draft.created_at).replace(microsecond=0)


def test_it_claims_the_standard_for_accessible_documents(draft: Summary) -> None:
    catalog = read(draft).trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_object().get_data()
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]


def test_its_title_is_that_of_the_form(draft: Summary) -> None:
    assert read(draft).metadata.title == draft.title


def test_its_bookmarks_are_the_headings(complete: Summary) -> None:
    def titles(entries: list[Any]) -> Iterator[str]:
        for entry in entries:
            yield from titles(entry) if isinstance(entry, list) else [entry.title]

    assert set(titles(read(complete).outline)) >= {section.heading for section in complete.sections}


def test_headings_tables_and_lists_are_tagged_as_such(draft: Summary) -> None:
    tags = Counter(kinds(read(draft).trailer["/Root"]["/StructTreeRoot"]))
    tables = [f.content for f in draft.fields() if isinstance(f.content, TableContent) and f.content.rows]
    levels = Counter(section.level for section in draft.sections)
    assert tags["/Table"] == len(tables) + 2
    assert tags["/TH"] == sum(len(table.headings) for table in tables) + 6
    # Contents and two tables at the end have headings too.
    assert tags["/H2"] >= levels[3]
    assert tags["/LI"] > 20
    assert tags["/Link"] > 20


@pytest.mark.parametrize(("state", "said"), [("draft", True), ("complete", False)])
def test_every_page_says_draft_until_it_is_complete(state: str, said: bool, request: pytest.FixtureRequest) -> None:
    pages = read(request.getfixturevalue(state)).pages
    assert {"DRAFT, incomplete" in page.extract_text() for page in pages} == {said}


def test_markup_in_a_text_stays_text(summarised: Callable[[str], Summary]) -> None:
    summary = summarised('1.1a: {value: "#panic() $x$ *y* `z` // w @label", by: A, on: 2026-11-20}')
    assert "#panic() $x$ *y* `z` // w @label" in read(summary).pages[0].extract_text()


def test_characters_that_no_font_holds_are_named(summarised: Callable[[str], Summary]) -> None:
    with pytest.raises(GlyphsMissingError, match="100123"):
        render_pdf(summarised('1.1a: {value: "a \\U00100123 b", by: A, on: 2026-11-20}'))


def test_long_words_in_a_table_stay_in_their_columns(summarised: Callable[[str], Summary]) -> None:
    words = {"name": "a_name_without_any_place_to_cut_it_" * 3, "version": "12345678" * 8, "sha256": "0f" * 32}
    row = ", ".join(f"{key}: '{word}'" for key, word in words.items())
    pdf = read(summarised(f"guidelines: {{value: [{{{row}, stage: beside them}}], by: A, on: 2026-11-20}}"))
    text = "\n".join(page.extract_text(extraction_mode="layout") for page in pdf.pages)
    beginnings = [word[:20] for word in (*words.values(), "beside")]
    first = next(line for line in text.splitlines() if line.startswith(beginnings[0]))
    cells = first.split()
    assert len(cells) == len(beginnings)
    assert all(cell.startswith(beginning) for cell, beginning in zip(cells, beginnings, strict=True))
