"""The Word document as a lawyer and Word find it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from colophon.forms.render.docx import render_docx
from colophon.forms.summary import Boxes, Listing, Summary, TableContent

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def read(summary: Summary) -> Document:
    return docx.Document(io.BytesIO(render_docx(summary)))


def test_the_same_summary_gives_the_same_bytes(draft: Summary) -> None:
    assert render_docx(draft) == render_docx(draft)


def test_no_file_within_it_is_dated_by_the_clock(draft: Summary) -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(draft))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_dated_by_the_record_and_names_nobody(draft: Summary) -> None:
    properties = read(draft).core_properties
    completed = datetime.fromisoformat(draft.created_at).astimezone(UTC).replace(microsecond=0)
    assert properties.created == properties.modified == completed
    assert properties.author == properties.last_modified_by == ""


def test_its_properties_say_what_it_is(draft: Summary, complete: Summary) -> None:
    properties = read(complete).core_properties
    assert (properties.title, properties.language, properties.content_status) == (complete.title, "en", "")
    assert complete.root_hash in properties.identifier
    assert read(draft).core_properties.content_status == "DRAFT, incomplete"


def test_headings_are_those_of_the_form_below_the_title(complete: Summary) -> None:
    found = [(p.style.name, p.text) for p in read(complete).paragraphs if p.style.name.startswith("Heading")]
    assert found[:-1] == [(f"Heading {s.level - 1}", s.heading) for s in complete.sections]


def test_every_box_is_a_control_that_a_click_ticks(draft: Summary) -> None:
    controls = read(draft).element.body.findall(f".//{W14}checkbox")
    ticked = [control.find(f"{W14}checked").get(f"{W14}val") == "1" for control in controls]
    groups = (g for f in draft.fields() if isinstance(f.content, Boxes) for g in f.content.groups)
    assert ticked == [box.ticked for group in groups for box in group.boxes]


def test_controls_have_ids_of_their_own(draft: Summary) -> None:
    ids = [element.get(qn("w:val")) for element in read(draft).element.body.findall(f".//{qn('w:sdtPr')}/{qn('w:id')}")]
    assert ids
    assert len(ids) == len(set(ids))


def test_every_table_repeats_its_header(draft: Summary) -> None:
    tables = read(draft).tables
    assert len(tables) == 2 + sum(isinstance(f.content, TableContent) and bool(f.content.rows) for f in draft.fields())
    for table in tables:
        assert [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows] == [
            True,
            *[False] * (len(table.rows) - 1),
        ]


def test_columns_of_a_table_fill_the_page_and_no_more(draft: Summary) -> None:
    for table in read(draft).tables:
        widths = [int(column.width.twips) for column in table.columns]
        assert 9_300 < sum(widths) <= 9_412


def test_long_lists_stand_in_columns(complete: Summary) -> None:
    assert any(isinstance(f.content, Listing) and len(f.content.items) > 10 for f in complete.fields())
    columns = [s._sectPr.find(qn("w:cols")).get(qn("w:num"), "1") for s in read(complete).sections]
    assert columns == ["1", "3", "1"]


@pytest.mark.parametrize(("state", "mark"), [("draft", "DRAFT, incomplete"), ("complete", "")])
def test_the_head_of_every_page_says_draft_until_it_is_complete(
    state: str, mark: str, request: pytest.FixtureRequest
) -> None:
    summary = request.getfixturevalue(state)
    for section in read(summary).sections:
        assert section.header.paragraphs[0].text.split("\t") == [summary.title, mark, "public edition"]


def test_the_foot_of_every_page_has_version_page_and_root(complete: Summary) -> None:
    for section in read(complete).sections:
        line, root = section.footer.paragraphs
        counted = [field.get(qn("w:instr")) for field in line._p.findall(qn("w:fldSimple"))]
        assert line.text.startswith("Version 1\t\tPage ")
        assert counted == ["PAGE", "NUMPAGES"]
        assert complete.root_hash in root.text


def test_every_style_used_is_defined(draft: Summary) -> None:
    document = read(draft)
    defined = {style.style_id for style in document.styles}
    used = {
        element.get(qn("w:val"))
        for tag in ("pStyle", "rStyle", "tblStyle")
        for element in document.element.body.iter(qn(f"w:{tag}"))
    }
    assert used <= defined


def test_what_xml_cannot_carry_is_replaced(summarised: Callable[[str], Summary]) -> None:
    document = read(summarised('1.1a: {value: "a\\u0001b\\ud7ff", by: A, on: 2026-11-20}'))
    assert any(p.text == "a\ufffdb\ud7ff" for p in document.paragraphs)
