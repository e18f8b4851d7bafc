from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.audit.pages.charts import WIDTH, Amount, bar_chart, short_number

_VALUES = st.lists(st.lists(st.integers(0, 10**15), min_size=1, max_size=5), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10k"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_500_000_000, "1.5G"),
        (10**18, "1E"),
    ],
)
def test_numbers_are_written_short(value: int, shown: str) -> None:
    assert short_number(value) == shown


@given(_VALUES)
def test_bars_stay_in_the_picture_and_their_parts_lie_side_by_side(values) -> None:
    bars = [(f"bar {n}", [Amount("unknown", v, "x") for v in parts]) for n, parts in enumerate(values)]
    chart = bar_chart("c", "t", bars, "things", ["unknown"])
    if chart is None:
        assert not any(v for parts in values for v in parts)
        return
    for bar in chart.bars:
        ends = [segment.x + segment.width for segment in bar.segments]
        assert max(ends) <= WIDTH
        assert all(abs(end - s.x) < 0.2 for end, s in zip(ends, bar.segments[1:], strict=False))
        assert bar.y + chart.bar_height <= chart.height


def test_the_legend_has_the_kinds_that_occur_in_the_order_given() -> None:
    bars = [("a", [Amount("silent", 3, "silent"), Amount("error", 0, "error")]), ("b", [Amount("reserved", 1, "r")])]
    chart = bar_chart("c", "t", bars, "documents", ["reserved", "error", "silent"])
    assert chart is not None
    assert chart.kinds == ("reserved", "silent")


def test_the_description_holds_every_number() -> None:
    chart = bar_chart("c", "t", [("a.org", [Amount("silent", 12_345, "silent")])], "documents", ["silent"])
    assert chart is not None
    assert "a.org: 12,345 silent" in chart.description


def test_a_long_label_is_cut_and_the_tooltip_is_not() -> None:
    name = "a-very-long-name-of-a-host.example.org"
    chart = bar_chart("c", "t", [(name, [Amount("silent", 1, "silent")])], "documents", ["silent"])
    assert chart is not None
    assert chart.bars[0].label.endswith("…")
    assert name in chart.bars[0].segments[0].title


def test_a_shortened_label_stays_on_the_page() -> None:
    # On paper, what begins left of the chart is cut. The letters are those of the widest system font.
    chart = bar_chart("c", "t", [("n" * 90, [Amount("silent", 1, "silent")])], "documents", ["silent"])
    assert chart is not None
    assert len(chart.bars[0].label) * 8.5 <= 208
