from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from colophon.forms.render.printed import table_columns

WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=30)
ROWS = st.integers(1, 12).flatmap(lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=1, max_size=6))


def test_a_column_with_more_text_is_wider() -> None:
    short, long = table_columns(["A", "B"], [["x", "many words that say much more than the other"]]).shares
    assert long > 5 * short


def test_a_table_of_few_short_columns_is_not_dense() -> None:
    assert not table_columns(["Language", "Official", "Part"], [["German", "Yes", "a half"]]).dense


def test_many_columns_of_long_words_are_dense() -> None:
    assert table_columns(["Word"] * 10, [["commercially"] * 10]).dense


@given(ROWS)
def test_every_column_has_room_for_its_longest_word(rows: list[list[str]]) -> None:
    shares = table_columns(rows[0], rows[1:]).shares
    longest = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    assert all(share >= min(word, 20) for share, word in zip(shares, longest, strict=True))
