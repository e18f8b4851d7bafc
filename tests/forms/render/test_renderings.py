"""The same summary in every format: complete, equal, escaped, and without what the public may not see."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import load_form
from colophon.forms.published import render_json
from colophon.forms.render.html import render_html
from colophon.forms.render.markdown import escaped, render_markdown
from colophon.forms.summary import VERSION_FIELD, Summary
from colophon.query.session import Record

FORM = load_form()
IDS = [f.id for f in FORM.fields()]
Render = Callable[[Summary], str]


def as_text(render: Callable[[Summary], bytes]) -> Render:
    return lambda summary: render(summary).decode()


HTML, MARKDOWN, JSON = (as_text(render) for render in (render_html, render_markdown, render_json))
RENDERERS = [HTML, MARKDOWN, JSON]
HOSTILE = "<script>alert(1)</script> | *bold* [x](javascript:y)"
STATED_BY = "Petra Person"
#: Names of licensors, of private and own sources, of the person who states, evidence, and exact sizes.
HIDDEN = [
    "Licensed Name", "Grantor Name", "Deed 12", "Private Name", "Private Origin", "Crawl Name", STATED_BY, "Memo 9",
    "12345678", "12,345,678", "1009",
]  # fmt: skip


@pytest.fixture
def compiled(tmp_path: Path, tables: Any, open_rows: Callable[..., Record]) -> Callable[[str], Summary]:
    tables.source("Named Set", [{"text_bytes": 12_345_678, "language": "fr"}], origin=HOSTILE)
    tables.source(
        "Licensed Name", acquisition="licensed_commercial", grantor="Grantor Name", license_evidence="Deed 12"
    )
    tables.source("Private Name", acquisition="private_third_party", publicly_known=False, origin="Private Origin")
    domains = [{"registered_domain": f"d{n}.example", "text_bytes": 1_000 + n} for n in range(10)]
    tables.crawl("Crawl Name", domains, collected_from="2024-01")

    def compile_(answers: str) -> Summary:
        path = tmp_path / "answers.yaml"
        path.write_text(answers, "utf-8")
        return compile_summary(open_rows(**tables.rows), FORM, load_answers(path, FORM))

    return compile_


@pytest.fixture
def draft(compiled: Callable[[str], Summary]) -> Summary:
    return compiled(f"1.1a: {{value: {json.dumps(HOSTILE)}, by: {STATED_BY}, on: 2026-11-20, evidence: Memo 9}}")


@pytest.fixture
def complete(compiled: Callable[[str], Summary]) -> Summary:
    asked = (f for f in FORM.fields() if f.takes_answer and f.id != VERSION_FIELD)
    return compiled(
        "profile: {value: standard, by: A, on: 2026-11-20}\n"
        + "".join(f"{f.id}: {{value: {'yes' if f.options else 'text'}, by: A, on: 2026-11-20}}\n" for f in asked)
    )


class Page(HTMLParser):
    """What a reader and a browser find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def json_fields(summary: Summary) -> list[dict[str, Any]]:
    return [field for section in json.loads(render_json(summary))["sections"] for field in section["fields"]]


def test_json_holds_every_field_in_order(draft: Summary) -> None:
    assert [f["id"] for f in json_fields(draft)] == IDS


def test_html_holds_every_field_in_order(draft: Summary) -> None:
    found = [a["id"] for tag, a in Page(HTML(draft)).tags if tag == "div" and str(a.get("id")).startswith("field-")]
    assert found == [f"field-{i}" for i in IDS]


def test_markdown_holds_every_field_in_order(draft: Summary) -> None:
    lines = [line for line in MARKDOWN(draft).splitlines() if line.startswith("**")]
    assert [line.split()[0].removeprefix("**") for line in lines if not line.startswith("**DRAFT")] == IDS


@pytest.mark.parametrize("render", RENDERERS)
def test_rendering_twice_gives_the_same_text(draft: Summary, render: Render) -> None:
    assert render(draft) == render(draft)


@pytest.mark.parametrize("render", RENDERERS)
def test_the_public_edition_leaks_nothing(draft: Summary, render: Render) -> None:
    rendered = render(draft)
    assert [hidden for hidden in HIDDEN if hidden in rendered] == []


@pytest.mark.parametrize("render", RENDERERS)
def test_every_computed_value_shows_its_query_and_the_root(draft: Summary, render: Render) -> None:
    rendered = render(draft).replace("\\_", "_")
    assert draft.root_hash in rendered
    for field in draft.fields():
        if field.provenance:
            assert field.provenance.query in rendered
            assert field.provenance.query_sha256 in rendered


@pytest.mark.parametrize("render", [HTML, MARKDOWN])
def test_a_draft_says_so_and_lists_what_is_open(draft: Summary, render: Render) -> None:
    rendered = html.unescape(render(draft)).replace("\\", "")
    assert "DRAFT, incomplete" in rendered
    assert all(gap.label in rendered and gap.message in rendered for gap in draft.gaps)


def test_a_draft_says_so_on_every_printed_page(draft: Summary) -> None:
    assert '@top-center { content: "DRAFT, incomplete"' in HTML(draft)


@pytest.mark.parametrize("render", RENDERERS)
def test_a_complete_summary_speaks_of_no_draft(complete: Summary, render: Render) -> None:
    assert not complete.gaps
    assert "DRAFT" not in render(complete)


def test_json_says_draft_or_complete(draft: Summary, complete: Summary) -> None:
    assert [json.loads(render_json(s))["status"] for s in (draft, complete)] == ["draft", "complete"]


def test_html_escapes_what_comes_from_outside(draft: Summary) -> None:
    page = Page(HTML(draft))
    assert "script" not in {tag for tag, _ in page.tags}
    assert any(HOSTILE in text for text in page.texts)


def test_html_needs_no_script_and_no_other_file(draft: Summary) -> None:
    tags = Page(HTML(draft)).tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") or name == "src" for _, attributes in tags for name in attributes)


def test_html_is_navigable(draft: Summary) -> None:
    tags = Page(HTML(draft)).tags
    levels = [int(tag[1]) for tag, _ in tags if tag in {"h1", "h2", "h3", "h4", "h5"}]
    targets = {str(a["id"]) for _, a in tags if "id" in a}
    inner = {str(a["href"])[1:] for tag, a in tags if tag == "a" and str(a.get("href")).startswith("#")}
    assert ("html", {"lang": "en"}) in tags
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert inner <= targets
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")


def test_html_and_markdown_print_what_json_holds(draft: Summary) -> None:
    words = Page(HTML(draft)).texts
    markdown = MARKDOWN(draft)
    for field in json_fields(draft):
        content = field["content"] or {"kind": "text", "paragraphs": []}
        if content["kind"] == "list":
            assert set(content["items"]) <= set(words)
            assert all(f"- {item}\n" in markdown for item in content["items"])
        if content["kind"] == "boxes":
            for box in (box for group in content["groups"] for box in group["boxes"]):
                assert f"- [{'x' if box['ticked'] else ' '}] {box['label']}\n" in markdown
                assert box["label"] in words


@given(st.text(max_size=40))
def test_escaped_markdown_stays_on_one_line_without_open_markup(text: str) -> None:
    out = escaped(text)
    assert len(out.splitlines()) <= 1
    assert "<script" not in out.replace("\\<", "")
    assert "|" not in out.replace("\\|", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. not a list", "1\\. not a list"),
        ("- not a list", "\\- not a list"),
        ("01/2025. As it is", "01/2025. As it is"),
        ("a_b *c*", "a\\_b \\*c\\*"),
        ("see https://a.example/x_y.", "see <https://a.example/x_y>."),
        ("<b>", "\\<b\\>"),
    ],
)
def test_markdown_escapes_markup_and_links_addresses(text: str, expected: str) -> None:
    assert escaped(text) == expected
