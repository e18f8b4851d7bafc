from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.config.problems import UnfitError
from colophon.config.spdx import normalized_expression


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("MIT OR Apache-2.0 WITH LLVM-exception", "MIT OR Apache-2.0 WITH LLVM-exception"),
        ("LicenseRef-Llama-3", "LicenseRef-Llama-3"),
        ("NOASSERTION", "NOASSERTION"),
        ("NONE", "NONE"),
    ],
)
def test_valid_expressions_are_kept_in_their_listed_spelling(written, kept):
    assert normalized_expression(written) == kept


@pytest.mark.parametrize(("written", "near"), [("CC-BY-4", "CC-BY-4.0"), ("CC BY 4.0", "CC-BY-4.0"), ("MTI", "MIT")])
def test_an_unknown_id_names_the_nearest_one(written, near):
    with pytest.raises(UnfitError) as caught:
        normalized_expression(written)
    assert f"`{near}`" in caught.value.expected


@pytest.mark.parametrize(
    "written", ["", "MIT AND", "(MIT", "NOASSERTION OR MIT", "MIT WITH Apache-2.0", "LLVM-exception", "MIT MIT", "AND"]
)
def test_what_is_no_expression_is_refused(written):
    with pytest.raises(UnfitError):
        normalized_expression(written)


@given(st.text(st.sampled_from("MIT ANDORWITH()+-LicenseRef.0"), max_size=30))
def test_any_text_is_an_expression_or_refused_and_normalising_twice_changes_nothing(text):
    try:
        kept = normalized_expression(text)
    except UnfitError:
        return
    assert normalized_expression(kept) == kept
