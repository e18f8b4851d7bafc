from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.web import http_body
from colophon.connectors.web.http_body import UnpackedBody, unpacked_body

PAGE = b"".join(b"<p>Paragraph %d of a page with words of its own: %d.</p>\n" % (n, n * n % 9973) for n in range(400))
CHUNKED = {"transfer-encoding": "chunked"}


def chunks(body, *, size=700, line=b"%x\r\n", end=b"0\r\n\r\n"):
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(line % len(part) + part + b"\r\n" for part in parts) + end


@pytest.mark.parametrize(
    "stored",
    [
        chunks(PAGE),
        chunks(PAGE, line=b"%X\r\n"),
        chunks(PAGE, line=b"%06x  \r\n"),
        chunks(PAGE, line=b'%x;name=value;other="a b"\r\n'),
        chunks(PAGE, line=b"%x ; name\r\n"),
        chunks(PAGE, line=b"%x\n"),
        chunks(PAGE, end=b"0\r\nServer-Timing: x\r\nX-Sum: 1\r\n\r\n"),
        chunks(PAGE, end=b"000;last\r\n\r\n"),
        chunks(PAGE) + b"what follows the last chunk",
        chunks(PAGE, size=10**6),
    ],
    ids=range(10),
)
def test_chunks_are_put_together_whatever_stands_beside_their_sizes(stored):
    assert unpacked_body(stored, CHUNKED) == UnpackedBody(PAGE)


def test_an_empty_chunked_body_is_empty():
    assert unpacked_body(b"0\r\n\r\n", CHUNKED) == UnpackedBody(b"")


@given(st.integers(min_value=10, max_value=len(chunks(PAGE)) - 8))
def test_of_a_chunked_body_that_is_cut_the_page_is_read_up_to_there(cut):
    unpacked = unpacked_body(chunks(PAGE)[:cut], CHUNKED)
    assert unpacked.is_cut
    assert PAGE.startswith(unpacked.content)
    assert len(unpacked.content) > cut - 300


def test_where_a_later_chunk_has_no_size_the_page_ends_before_it():
    stored = chunks(PAGE[:1400], end=b"no size\r\n") + chunks(PAGE[1400:])
    assert unpacked_body(stored, CHUNKED) == UnpackedBody(PAGE[:1400], is_cut=True)


@pytest.mark.parametrize(
    "body",
    [PAGE, b"", b"5\r\nhello world", b"add\r\n" + PAGE, b"\r\n5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello", b"0x5\r\nhello",
     b"1_0\r\nhello", b"face the facts\r\n", b"12 months\r\nof it", b"f" * 40 + b"\r\nhello"],
    ids=range(11),
)  # fmt: skip
def test_a_body_that_is_not_chunked_is_taken_as_it_is_whatever_its_header_says(body):
    assert unpacked_body(body, CHUNKED) == UnpackedBody(body)


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": lambda body: b"".join(map(zstandard.compress, (body[:20_000], body[20_000:]))),
}


@pytest.mark.parametrize("name", PACKERS)
def test_a_body_is_unpacked(name):
    assert unpacked_body(PACKERS[name](PAGE), {"content-encoding": name}) == UnpackedBody(PAGE)


@pytest.mark.parametrize("name", PACKERS)
def test_of_a_packed_body_that_is_cut_the_beginning_is_read(name):
    packed = PACKERS[name](random.Random(1).randbytes(20_000).hex().encode() + PAGE)
    unpacked = unpacked_body(packed[:-100], {"content-encoding": name})
    assert unpacked.is_cut
    assert len(unpacked.content) >= 20_000


@pytest.mark.parametrize("name", ["gzip", "deflate", "Deflate", "br"])
def test_of_a_packed_body_with_a_wrong_byte_what_comes_before_is_read(name):
    body = random.Random(1).randbytes(20_000).hex().encode()
    packed = bytearray(PACKERS[name](body))
    packed[len(packed) // 2 :] = b"\xff" * 200
    unpacked = unpacked_body(bytes(packed), {"content-encoding": name})
    assert unpacked.is_cut
    assert unpacked.content[:15_000] == body[:15_000]


def test_a_wrong_checksum_takes_nothing_of_the_body():
    packed = gzip.compress(PAGE)
    assert unpacked_body(packed[:-8] + bytes(8), {"content-encoding": "gzip"}) == UnpackedBody(PAGE, is_cut=True)


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("body", [PAGE, "<p>Größe</p>".encode(), b"x^2 + y^2 = z^2", b"", b"{}"], ids=range(5))
def test_a_body_that_is_not_packed_is_taken_as_it_is_whatever_its_header_says(name, body):
    assert unpacked_body(body, {"content-encoding": name}) == UnpackedBody(body)


def test_encodings_of_content_and_transfer_are_undone_from_the_outermost_inwards():
    headers = {"content-encoding": "br, gzip", "transfer-encoding": "gzip, chunked"}
    stored = chunks(gzip.compress(gzip.compress(brotli.compress(PAGE))))
    assert unpacked_body(stored, headers) == UnpackedBody(PAGE)


def test_a_packed_body_of_which_nothing_can_be_read_is_none():
    assert unpacked_body(b"\x1f\x8b\x08broken", {"content-encoding": "gzip"}) is None


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_no_more_is_unpacked_than_a_row_may_hold(name, monkeypatch):
    monkeypatch.setattr(http_body, "MAX_ROW_BYTES", 10_000)
    assert len(unpacked_body(PACKERS[name](bytes(10**6)), {"content-encoding": name}).content) == 10_001


def test_many_small_members_are_unpacked_in_linear_time():
    member = gzip.compress(b"x")
    assert unpacked_body(member * 20_000, {"content-encoding": "gzip"}) == UnpackedBody(b"x" * 20_000)
