from __future__ import annotations

import pickle

import pytest

from colophon.dedup.sketch.characters import character_tables
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import BadArgumentError, SchemeMismatchError


def test_id_names_version_shingle_slots_and_tables() -> None:
    assert Scheme().id == "fss2-w5-112x16-3f6c16aa"
    assert Scheme(3, 26, 11).id == f"fss2-w3-286x16-{character_tables().sha256[:8]}"


def test_another_scheme_is_refused() -> None:
    Scheme().require(Scheme(5, 28, 4).id)  # the same slots, cut otherwise
    with pytest.raises(SchemeMismatchError, match="fss2-w5-112x16"):
        Scheme().require(Scheme(shingle=4).id)


@pytest.mark.parametrize(("shingle", "bands", "rows"), [(0, 1, 1), (5, 0, 8), (5, 8, 0), (5, 4097, 1), (2000, 1, 1)])
def test_values_that_make_no_sketch_are_refused(shingle: int, bands: int, rows: int) -> None:
    with pytest.raises(BadArgumentError):
        Scheme(shingle, bands, rows)


def test_a_scheme_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Scheme(4, 10, 10))) == Scheme(4, 10, 10)
