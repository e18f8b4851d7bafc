from __future__ import annotations

import sys
from types import SimpleNamespace

import pyarrow as pa
import pytest

from colophon.query.display import show_tables_in_notebook, table_as_html
from colophon.query.session import Record


def test_a_record_shows_its_tables_and_views(opened_small_record: Record) -> None:
    shown = repr(opened_small_record)
    assert shown.startswith("Record of small, generation 1, root hash ")
    assert "documents_kept" in shown
    assert max(map(len, shown.splitlines()[1:])) <= 100
    assert "<bdi>documents_kept</bdi>" in opened_small_record._repr_html_()


def test_values_of_strangers_are_escaped() -> None:
    html = table_as_html(pa.table({"<b>": ["<script>alert(1)</script>"]}))
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_the_view_of_a_table_is_bounded_and_says_so() -> None:
    table = pa.table({f"c{number}": ["x" * 100_000] * 1_000 for number in range(50)})
    html = table_as_html(table)
    assert len(html) < 150_000
    assert "20 of 1,000 rows, 20 of 50 columns" in html


def test_columns_of_one_name_are_all_shown() -> None:
    assert table_as_html(pa.Table.from_arrays([pa.array([1]), pa.array([None])], names=["a", "a"])).count("<td>") == 2


def test_a_notebook_shows_arrow_tables_as_html(monkeypatch: pytest.MonkeyPatch) -> None:
    shown_by = {}
    formatter = SimpleNamespace(for_type=shown_by.__setitem__)
    shell = SimpleNamespace(display_formatter=SimpleNamespace(formatters={"text/html": formatter}))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    show_tables_in_notebook()
    assert shown_by == {pa.Table: table_as_html}


def test_outside_a_notebook_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    show_tables_in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    show_tables_in_notebook()
