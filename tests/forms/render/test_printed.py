from __future__ import annotations

from dataclasses import replace

import pytest

from colophon.forms.form import Mode, Section, load_forms
from colophon.forms.render.html import render_html
from colophon.forms.render.markdown import render_markdown
from colophon.forms.render.printed import PrintedLine, Tone, printed
from colophon.forms.summary import (
    Attachment,
    Box,
    Boxes,
    BoxGroup,
    Content,
    FieldState,
    Listing,
    Provenance,
    Status,
    Summary,
    SummaryDetail,
    SummaryField,
    TableContent,
    Text,
    WithheldField,
)
from colophon.query.editions import Edition, Redaction

FILE = Attachment("domains.csv", 12_345, "ab" * 32)
ORIGIN = Provenance("summary/sizes", "cd" * 32, "ef" * 32, {})


def summary_of(field: SummaryField) -> Summary:
    return Summary(
        form="eu_public_summary",
        stem="summary",
        map_version=1,
        template="Template",
        language="en",
        title="Title",
        subject="Subject",
        edition=Edition.AUTHORITY,
        status=Status.COMPLETE,
        version=2,
        generation=3,
        root_hash="ef" * 32,
        created_at="2026-05-04T10:11:12+00:00",
        sections=(Section("1", "Section", 2, "", (field,)),),
    )


def field_of(content: Content | None = None) -> SummaryField:
    return SummaryField("1a", "Label", Mode.COMPUTED, optional=False, state=FieldState.COMPUTED, content=content)


@pytest.mark.parametrize(
    "content", [Listing((), "nothing held", attachment=FILE), TableContent(("A",), (), "nothing held", attachment=FILE)]
)
def test_what_is_too_long_for_the_page_is_named_with_its_file(content: Content) -> None:
    summary = summary_of(field_of(content))
    page = render_html(summary).decode()
    told = f"12,345 entries in the file domains.csv beside this document (SHA-256 {FILE.sha256})"
    assert f'<a href="domains.csv">{told}</a>' in page
    assert told in render_markdown(summary).decode()
    assert "nothing held" not in page


def test_a_list_without_items_says_so() -> None:
    assert "nothing held" in render_html(summary_of(field_of(Listing((), "nothing held")))).decode()


def test_a_redaction_is_a_visible_line_with_ground_role_and_day() -> None:
    field = replace(field_of(), state=FieldState.REDACTED, redaction=Redaction("a secret", "counsel", "2026-05-04"))
    [part] = printed(summary_of(field)).parts["1a"]
    assert part.above == (PrintedLine(Tone.REDACTED, "Blacked out: a secret (counsel, 2026-05-04)"),)


def test_details_follow_with_their_own_origin() -> None:
    detail = SummaryDetail("Exact size", Text(("12 tokens",)), ORIGIN)
    sheet = printed(summary_of(replace(field_of(Text(("a range",))), provenance=ORIGIN, details=(detail,))))
    [asked, added] = sheet.parts["1a"]
    assert (asked.label, added.label) == ("", "Exact size")
    assert [row.anchor for row in sheet.annexes[-1].rows] == ["origin-1a", "origin-1a-1"]
    assert added.below[0].target == "origin-1a-1"


def test_the_official_text_is_named_where_it_is_not_that_of_the_form() -> None:
    def above(template: str) -> tuple[PrintedLine, ...]:
        return printed(summary_of(replace(field_of(), template=template))).parts["1a"][0].above

    assert above("Template") == above("") == ()
    assert above("Annex XI") == (PrintedLine(Tone.ABSENT, "From: Annex XI"),)


def test_fields_for_other_readers_are_listed_at_the_end() -> None:
    summary = replace(summary_of(field_of()), withheld=(WithheldField("9z", "Secret label"),))
    assert [annex.id for annex in printed(summary).annexes] == ["withheld", "origin"]
    assert "Secret label" in render_html(summary).decode()


def test_headings_of_groups_begin_with_a_capital_and_keep_the_others() -> None:
    groups = (BoxGroup("PDF files", (Box("a", "A", ticked=True),), ""), BoxGroup("other", (), ""))
    content = printed(summary_of(field_of(Boxes(groups)))).parts["1a"][0].content
    assert isinstance(content, Boxes)
    assert [group.heading for group in content.groups] == ["PDF files", "Other"]


@pytest.mark.parametrize("form", load_forms(), ids=lambda form: form.stem)
def test_the_language_of_every_form_has_its_phrases(form: object) -> None:
    summary = replace(summary_of(field_of()), language=form.language)
    assert all(printed(replace(summary, edition=edition)).edition for edition in Edition)
