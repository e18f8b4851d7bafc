from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed, unpacked

PARTS = st.builds(
    PagePart,
    st.sampled_from(PagePartKind),
    st.sampled_from(["x-robots-tag", "meta", "xmp"]),
    st.binary(max_size=40),
    st.integers(0, 10**12),
)


@given(st.lists(PARTS))
def test_parts_come_back_as_they_were_packed(parts):
    assert unpacked(packed(parts)) == tuple(parts)


def test_evidence_can_be_read_by_a_person():
    part = PagePart(PagePartKind.HEADER, "x-robots-tag", b"noai", 3)
    assert packed([part]) == b"header x-robots-tag 3 4\nnoai\n"


@given(st.binary(max_size=200))
def test_any_bytes_give_parts_or_none(evidence):
    for part in unpacked(evidence):
        assert part.content in evidence


def test_a_cut_part_is_left_out():
    whole = packed(
        [PagePart(PagePartKind.MARKUP, "meta", b"<meta>", 0), PagePart(PagePartKind.MARKUP, "meta", b"<meta 2>", 9)]
    )
    assert [part.offset for part in unpacked(whole[:-4])] == [0]
