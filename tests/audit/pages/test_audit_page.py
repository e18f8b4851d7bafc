"""The audit as a page: complete, self-contained, escaped, and true to the tables."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest

from colophon.audit.audit import audit_notes, audit_record
from colophon.audit.pages.audit_page import render_audit
from colophon.audit.totals import STATE_ORDER
from colophon.query.session import open_record
from colophon.reservations.moment import AT_FETCH, Moment
from colophon.reservations.policy import load_policy


class Page(HTMLParser):
    """What a page is made of: its tags with attributes, and its text without the style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def audit(small_record: str):
    with open_record(small_record) as record:
        return audit_record(record)


@pytest.fixture(scope="module")
def rendered(audit) -> str:
    return render_audit(audit)


@pytest.fixture(scope="module")
def page(rendered: str) -> Page:
    return Page(rendered)


def test_the_page_loads_nothing_and_runs_nothing(page: Page) -> None:
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    leading_out = [a for _, a in page.tags for key in ("href", "src") if a.get(key) and not a[key].startswith("#")]
    assert leading_out == []


def test_the_style_loads_nothing(rendered: str) -> None:
    assert "url(" not in rendered
    assert "@import" not in rendered


def test_the_page_is_styled_for_print_narrow_screens_and_the_dark(rendered: str) -> None:
    for kind in ("@media print", "@media screen and (max-width: 40rem)", "prefers-color-scheme: dark"):
        assert kind in rendered


def test_what_a_rule_dropped_is_not_said_to_train_the_model(page: Page) -> None:
    assert "18 documents were collected for training; kept are those that no rule drops" in page.text


def test_the_page_says_its_edition_and_how_times_are_known(page: Page) -> None:
    assert "internal edition" in page.text
    assert audit_notes().times in page.text
    assert audit_notes().at_fetch in page.text


def test_every_state_is_explained_with_its_documents(page: Page, audit) -> None:
    counts = {row["state"]: row["documents"] for row in audit.headline.to_pylist() if row["trains"]}
    assert [s for s in STATE_ORDER if f"{counts[s]} {s.replace('_', ' ')}" not in page.text] == []


def test_the_page_names_the_hashes_of_all_it_rests_on(page: Page, audit) -> None:
    assert audit.rows.root_hash in page.text
    assert audit.basis.policy_sha256 in page.text
    assert audit.basis.evaluators_sha256 in page.text
    assert [q.query_id for q in audit.queries if q.query_sha256 not in page.text] == []


def test_the_table_of_agents_is_named_where_the_record_names_it(make_record, rules) -> None:
    tabled = {"rule": "agents", "version": "2026-01-01", "kind": "agents", "model_sha256": "a5" * 32}
    with open_record(make_record(rules=[*rules(), tabled])) as record:
        assert "a5" * 32 in Page(render_audit(audit_record(record))).text


def test_every_chart_is_told_to_who_does_not_see_it(page: Page) -> None:
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    charts = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(charts) == 3
    assert [a for a in charts if not set(str(a["aria-labelledby"]).split()) <= ids] == []


def test_every_table_has_a_caption_and_headings(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") == tags.count("thead") > 5


def test_what_hosts_and_sources_are_called_is_escaped(make_record, source, document, rules) -> None:
    hostile = "<script>alert(1)</script>"
    rows = {"sources": [source(0, hostile)], "documents": [document(0, 0, "x.org/") | {"authority": hostile}]}
    with open_record(make_record(**rows, rules=rules())) as record:
        page = render_audit(audit_record(record))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_another_policy_and_a_partial_record_are_called_so(make_record, source, document, rules) -> None:
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules()}
    with open_record(make_record(**rows, partial=True)) as record:
        text = Page(render_audit(audit_record(record, AT_FETCH, load_policy("strict")))).text
    assert "Partial: the record was made from a sample" in text
    assert "This is not the policy of the record" in text


def test_changes_are_on_the_page_only_where_two_moments_are_compared(small_record: str, page: Page) -> None:
    assert "Then is" not in page.text
    with open_record(small_record) as record:
        compared = audit_record(record, AT_FETCH, against=Moment(None, date(2026, 2, 12)))
    assert "Then is the end of 2026-02-12 (UTC); now is the moment of each fetch." in Page(render_audit(compared)).text


def test_a_record_without_documents_gives_a_page_too(make_record) -> None:
    with open_record(make_record()) as record:
        text = Page(render_audit(audit_record(record))).text
    assert "0 documents were collected for training" in text
    assert "No document is in the state unknown." in text
