"""The report as a page: complete, self-contained, escaped, bounded, and honest about what was not looked for."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from colophon.audit.pages.report_page import MAX_BARS, render_report
from colophon.audit.report import report_record
from colophon.query.editions import Edition
from colophon.query.session import open_record


class Page(HTMLParser):
    """What a page is made of: its tags with attributes, and its text without the style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.in_style = self.in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _rendered(folder: str, edition: Edition = Edition.INTERNAL) -> str:
    with open_record(folder) as record:
        return render_report(report_record(record, edition))


@pytest.fixture(scope="module")
def rendered(small_record: str) -> str:
    return _rendered(small_record)


@pytest.fixture(scope="module")
def page(rendered: str) -> Page:
    return Page(rendered)


def test_the_page_loads_nothing_and_runs_nothing(page: Page, rendered: str) -> None:
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    leading_out = [a for _, a in page.tags for key in ("href", "src") if a.get(key) and not a[key].startswith("#")]
    assert leading_out == []
    assert "url(" not in rendered
    assert "@import" not in rendered


def test_the_page_is_styled_for_print_and_for_the_dark(rendered: str) -> None:
    assert "@media print" in rendered
    assert "prefers-color-scheme: dark" in rendered


def test_the_same_record_gives_the_same_bytes(small_record: str, rendered: str) -> None:
    assert _rendered(small_record) == rendered


def test_every_chart_is_told_and_has_a_table(page: Page) -> None:
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    charts = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    tables = [tag for tag, _ in page.tags if tag == "table"]
    assert len(charts) >= 5
    assert len(tables) > len(charts)
    assert [a for a in charts if not set(str(a["aria-labelledby"]).split()) <= ids] == []


def test_every_table_has_a_caption_and_headings(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") == tags.count("thead")


def test_ids_and_links_within_the_page_fit(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for tag, a in page.tags if tag == "a"} <= set(ids)


def test_totals_and_hashes_are_on_the_page(small_record: str, page: Page) -> None:
    with open_record(small_record) as record:
        report = report_record(record)
    assert "15 documents that train the model" in page.text
    assert "not counted tokens that train the model" in page.text
    assert report.root_hash in page.text
    assert [s.result.query_id for s in report.sections if s.result.query_sha256 not in page.text] == []


def test_what_was_not_looked_for_is_not_called_none(make_record, source, document) -> None:
    text = Page(_rendered(make_record(sources=[source(0, "s")], documents=[document(0, 0, "a.org/x")]))).text
    assert "No personal data was looked for" in text
    assert "Near duplicates were not looked for" in text
    assert "none was found" not in text


def test_what_was_looked_for_and_not_found_is_called_none(make_record, source, document) -> None:
    rules = [
        {"rule": name, "version": "1", "kind": kind, "parameters": "{}"}
        for name, kind in (("pii", "detector"), ("language", "detector"), ("near_duplicate", "filter"))
    ]
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules}
    text = Page(_rendered(make_record(**rows))).text
    assert "Personal data was looked for, and none was found." in text
    assert "Copies were looked for, and none was found." in text


def test_a_chart_is_bounded_and_the_others_are_counted_together(make_record, source, document) -> None:
    many = MAX_BARS + 5
    rows = {
        "sources": [source(number, f"source-{number:02}") for number in range(many)],
        "documents": [
            document(number, 0, f"site{number:02}.org/x") | {"registered_domain": f"site{number:02}.org"}
            for number in range(many)
        ],
    }
    folder = make_record(**rows)
    text = Page(_rendered(folder)).text
    assert text.count("others (5)") >= 2
    with open_record(folder) as record:
        section = next(s for s in report_record(record).sections if s.plan.name == "domains")
    domains = section.result.table.to_pylist()
    assert len(domains) == section.plan.most + 1
    assert (domains[-1]["domain"], domains[-1]["domains"]) == (None, 5)
    assert sum(row["documents"] for row in domains) == many


def test_other_readers_see_no_figure_that_is_not_for_them(small_record: str) -> None:
    rendered = _rendered(small_record, Edition.PUBLIC)
    assert "The figures are not for readers of this edition." in rendered
    assert "public edition" in rendered
    assert "secret-books" not in rendered


def test_what_sources_are_called_is_escaped(make_record, source, document) -> None:
    hostile = "<script>alert(1)</script>"
    page = _rendered(make_record(sources=[source(0, hostile)], documents=[document(0, 0, "x.org/")]))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_partial_record_is_called_so(make_record) -> None:
    assert "Partial: the record was made from a sample" in Page(_rendered(make_record(partial=True))).text


def test_an_empty_record_gives_a_page_too(make_record) -> None:
    text = Page(_rendered(make_record())).text
    assert "The record holds no source." in text
    assert "No document has an address." in text
