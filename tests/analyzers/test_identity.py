from __future__ import annotations

import hashlib
import hmac
import pickle

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.identity import IdKey, content_digests

texts = st.lists(st.text(max_size=20), max_size=12)


@given(texts)
def test_a_digest_is_that_of_the_texts_bytes(values):
    found = content_digests(pa.array(values, pa.large_string()))
    assert found == [hashlib.sha256(v.encode()).digest() for v in values]


@given(texts, st.integers(0, 12), st.integers(0, 12))
def test_a_slice_has_the_digests_of_its_own_rows(values, begin, length):
    whole = pa.array(values, pa.large_string())
    assert content_digests(whole.slice(begin, length)) == content_digests(whole)[begin : begin + length]


@given(st.binary(min_size=1, max_size=80), st.binary(max_size=40))
def test_a_keyed_id_is_the_standards_hmac(secret, content):
    assert IdKey(secret).keyed(content) == hmac.new(secret, content, hashlib.sha256).digest()


@given(st.binary(min_size=1, max_size=20), st.binary(min_size=1, max_size=20))
def test_the_check_tells_keys_apart(one, other):
    # Up to its block size, HMAC fills a key with zeros: a zero at the end makes no other key.
    same = one.ljust(64, b"\0") == other.ljust(64, b"\0")
    assert (IdKey(one).check == IdKey(other).check) == same


def test_the_check_does_not_hold_the_secret():
    key = IdKey(b"a secret that nobody may read")
    assert key.secret.hex() not in key.check
    assert len(key.check) == 16


def test_a_key_is_not_shown():
    assert "secret" not in f"{IdKey(b'a secret')} {IdKey(b'a secret')!r}"


def test_a_key_travels_to_workers():
    assert pickle.loads(pickle.dumps(IdKey(b"a secret"))) == IdKey(b"a secret")
