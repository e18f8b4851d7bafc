"""Generated pages are as the code would write them now."""

from __future__ import annotations

from pathlib import Path

from docs.generators.data_dictionary import data_dictionary

ROOT = Path(__file__).parents[2]


def test_the_data_dictionary_is_up_to_date() -> None:
    written = (ROOT / "docs" / "reference" / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run `make docs-reference`"
