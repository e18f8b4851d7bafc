from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.identity import IdKey
from colophon.config.load import load_corpus
from colophon.connectors.rows import rows_batch
from colophon.errors import ContractBrokenError
from colophon.extensions import installed
from colophon.pipeline.documents import analyze, exact_keys, hash_prefixes
from colophon.pipeline.sources import NumberedSource
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, PII, ROW_BITS, SKETCHES
from colophon.vocabulary import KEYED_ACQUISITIONS, Acquisition

KEY = IdKey(b"a key for tests")
TEXTS = ["one text", "another", "één"]


@dataclass(frozen=True)
class Found:
    """An analyzer that always finds the same."""

    schema: pa.Schema
    values: dict[str, list[object]]

    @property
    def columns(self):
        return tuple(c for c in DOCUMENTS.columns if c.name in self.schema.names)

    @property
    def rule(self):
        return Rule("found", "1")

    def analyze(self, _batch):
        return pa.RecordBatch.from_pydict(self.values, schema=self.schema)


ADDRESSES = Found(
    pa.schema([("authority", pa.string()), ("url", pa.string()), ("url_has_personal_data", pa.bool_())]),
    {
        "authority": ["a.example", "b.example", None],
        "url": ["https://a.example/x", "https://b.example/?mail=someone", None],
        "url_has_personal_data": [False, True, False],
    },
)
NOWHERE = Found(
    pa.schema([("authority", pa.string()), ("url", pa.string())]), {"authority": [None] * 3, "url": [None] * 3}
)
PERSONAL = pa.struct([("entity", pa.string()), ("occurrences", pa.int32()), ("max_score", pa.float32())])
PEOPLE = Found(
    pa.schema([("pii", pa.list_(PERSONAL)), ("pii_count", pa.int32())]),
    {
        "pii": [
            [{"entity": "EMAIL_ADDRESS", "occurrences": 2, "max_score": 0.5}],
            [],
            [
                {"entity": "IBAN_CODE", "occurrences": 1, "max_score": 1.0},
                {"entity": "IP_ADDRESS", "occurrences": 3, "max_score": 0.75},
            ],
        ],
        "pii_count": [2, 0, 4],
    },
)


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A function that gives source 5, acquired in some way."""
    monkeypatch.setenv("DOCUMENTS_KEY", "x")

    def make(acquisition="crawled_own"):
        (tmp_path / "a.jsonl").write_text("{}\n")
        file = tmp_path / "corpus.yaml"
        file.write_text(
            "colophon: 1\ncorpus: x\nid_key: ${DOCUMENTS_KEY}\nsources:\n"
            f"  - {{name: a, stage: pretraining, acquisition: {acquisition}, connector: jsonl, paths: [a.jsonl]}}\n"
        )
        return NumberedSource(5, 0, load_corpus(str(file), installed()).sources[0])

    return make


def batch(**more):
    rows = {"row": [0, 2, 7], "path": ["a.jsonl"] * 3, "position": [0, 11, 99], "text": TEXTS}
    return rows_batch(rows | more)


def column(analyzed, name):
    return analyzed.documents.column(name).to_pylist()


def sha256(text):
    return hashlib.sha256(text.encode()).digest()


def test_rows_have_exactly_the_schemas_of_their_tables(source):
    made = analyze(batch(), [ADDRESSES, PEOPLE], source(), 3, None)
    assert made.documents.schema.equals(DOCUMENTS.schema, check_metadata=True)
    assert made.sketches.schema.equals(SKETCHES.schema)
    assert made.pii.schema.equals(PII.schema)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"language": ["de"], "language_score": [1.0]}, "gave 1 rows for 3"),
        ({"language": ["de"] * 3}, "lacks its columns language_score"),
    ],
)
def test_an_analyzer_that_breaks_its_promise_is_named(source, values, problem):
    declared = [("language", pa.string()), ("language_score", pa.float32())]

    class Broken(Found):
        def analyze(self, _batch):
            return pa.RecordBatch.from_pydict(values)

    with pytest.raises(ContractBrokenError, match=f"^analyzer found {problem}; this is a defect of the analyzer"):
        analyze(batch(), [NOWHERE, Broken(pa.schema(declared), {})], source(), 3, None)


def test_a_doc_id_is_made_of_the_shard_and_the_row(source):
    made = analyze(batch(), [NOWHERE], source(), 3, None)
    assert column(made, "doc_id") == [3 << ROW_BITS | row for row in (0, 2, 7)]
    assert set(column(made, "shard_id")) == {3}
    assert set(column(made, "source_id")) == {5}


def test_sizes_are_bytes_not_characters(source):
    assert column(analyze(batch(), [NOWHERE], source(), 3, None), "text_bytes") == [len(t.encode()) for t in TEXTS]


def test_content_ids_of_public_sources_are_plain_even_where_there_is_a_key(source):
    for key in (None, KEY):
        made = analyze(batch(native_id=["i", None, "k"]), [NOWHERE], source(), 3, key)
        assert column(made, "content_id") == [sha256(t).hex() for t in TEXTS]
        assert column(made, "native_id") == ["i", None, "k"]


@pytest.mark.parametrize("acquisition", sorted(KEYED_ACQUISITIONS))
def test_ids_of_user_crowd_and_private_sources_are_kept_under_the_key(source, acquisition):
    made = analyze(batch(native_id=["i", None, "k"]), [NOWHERE], source(acquisition), 3, KEY)
    assert column(made, "content_id") == [KEY.keyed(sha256(t)).hex() for t in TEXTS]
    assert column(made, "native_id") == [KEY.keyed(b"i").hex(), None, KEY.keyed(b"k").hex()]


def test_user_crowd_and_private_sources_are_those_that_need_a_key():
    assert {
        Acquisition.USER_MODEL_INTERACTION,
        Acquisition.USER_OTHER_SERVICE,
        Acquisition.COMMISSIONED_HUMAN,
        Acquisition.PRIVATE_THIRD_PARTY,
    } == KEYED_ACQUISITIONS


def test_an_address_with_personal_data_is_cut_to_its_authority(source):
    made = analyze(batch(), [ADDRESSES], source(), 3, None)
    assert column(made, "url") == ["https://a.example/x", "b.example", None]


def test_every_type_of_personal_data_is_a_row_of_its_document(source):
    made = analyze(batch(), [NOWHERE, PEOPLE], source(), 3, None)
    base = 3 << ROW_BITS
    assert made.pii.to_pylist() == [
        {"doc_id": base, "entity": "EMAIL_ADDRESS", "occurrences": 2, "max_score": 0.5},
        {"doc_id": base | 7, "entity": "IBAN_CODE", "occurrences": 1, "max_score": 1.0},
        {"doc_id": base | 7, "entity": "IP_ADDRESS", "occurrences": 3, "max_score": 0.75},
    ]
    assert column(made, "pii_count") == [2, 0, 4]


def test_what_no_analyzer_looked_at_is_unknown(source):
    made = analyze(batch(), [NOWHERE], source(), 3, None)
    for name in ("url", "authority", "tokens", "license_observed", "fetched_at", "http_status"):
        assert column(made, name) == [None] * 3
    assert set(column(made, "language")) == {"und"}
    assert made.sketches.num_rows == made.pii.num_rows == 0


def test_no_text_is_in_any_row(source):
    made = analyze(batch(), [ADDRESSES, PEOPLE], source(), 3, None)
    kept = repr([made.documents.to_pylist(), made.sketches.to_pylist(), made.pii.to_pylist()])
    assert not [t for t in TEXTS if t in kept]


@given(st.lists(st.tuples(st.text(max_size=3), st.booleans()), min_size=1, max_size=10))
def test_equal_texts_have_equal_keys_whether_their_ids_are_plain_or_not(made):
    stored = [KEY.keyed(sha256(t)) if keyed else sha256(t) for t, keyed in made]
    documents = pa.table({"content_id": [s.hex() for s in stored]})
    keys = exact_keys(documents, [keyed for _, keyed in made], KEY).to_pylist()
    assert keys == [KEY.keyed(sha256(t)) for t, _ in made]


def test_without_a_key_the_plain_ids_are_compared():
    documents = pa.table({"content_id": [sha256(t).hex() for t in TEXTS]})
    assert exact_keys(documents, [False] * 3, None).to_pylist() == [sha256(t) for t in TEXTS]


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=8), st.integers(0, 7))
def test_a_prefix_is_the_first_eight_bytes_of_a_key(keys, begin):
    array = pa.array(keys, pa.binary(32))
    expected = [int.from_bytes(k[:8], "little") for k in keys[begin:]]
    assert hash_prefixes(array.slice(begin)).tolist() == expected
    assert hash_prefixes(array).dtype == np.uint64
