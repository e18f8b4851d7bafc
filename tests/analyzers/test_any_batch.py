"""What holds for every analyzer of a document's facts."""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from colophon.analyzers.domains import Domains
from colophon.analyzers.language import Language
from colophon.analyzers.license import Licenses
from colophon.analyzers.pii.personal_data import PersonalData
from colophon.analyzers.tokens import Tokens
from colophon.config.corpus import License
from colophon.connectors.rows import rows_batch
from colophon.tables import DOCUMENTS, PII, schema_of

ANALYZERS = {
    "domains": Domains(),
    "language": Language(),
    "license": Licenses(License(spdx="ODC-By-1.0")),
    "pii": PersonalData(),
    "tokens": Tokens(),
}

#: The version of each rule: a change of what it answers raises it.
VERSIONS = {"domains": "1", "language": "1", "license": "2", "pii": "2", "tokens": "1"}

#: Columns that do not go to table `documents`.
FOR_OTHERS = {"pii": {"pii", "url_has_personal_data"}}

TEXTS = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
                "Все люди рождаются свободными и равными в своём достоинстве и правах.",
                "write to jane.doe@example.com or call my phone 212-555-0123",
                "1234 " * 400,
            ]
        ),
    ),
    min_size=1,
    max_size=12,
)

URLS = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(["https://example.org/a", "http://Ex.co.uk:80/?mail=jane@example.com", "mailto:a@example.com"]),
)


def columns_of(result, analyzer):
    return result.select([column.name for column in analyzer.columns])


@st.composite
def batches(draw):
    texts = draw(TEXTS)
    size = len(texts)
    return rows_batch(
        {
            "row": range(size),
            "path": ["f"] * size,
            "position": range(size),
            "text": texts,
            "url": draw(st.lists(URLS, min_size=size, max_size=size)),
            "license_claim": draw(st.lists(st.one_of(st.none(), st.text(max_size=30)), min_size=size, max_size=size)),
        }
    )


@pytest.mark.parametrize("name", ANALYZERS)
@settings(deadline=None, max_examples=30)
@given(batch=batches(), data=st.data())
def test_answers_do_not_depend_on_the_batch_or_the_order(name, batch, data):
    analyzer = ANALYZERS[name]
    whole = analyzer.analyze(batch).to_pylist()

    cut = data.draw(st.integers(0, batch.num_rows))
    parts = [analyzer.analyze(batch.slice(0, cut)), analyzer.analyze(batch.slice(cut))]
    assert [row for part in parts for row in part.to_pylist()] == whole

    order = data.draw(st.permutations(range(batch.num_rows)))
    assert analyzer.analyze(batch.take(pa.array(order))).to_pylist() == [whole[place] for place in order]


@pytest.mark.parametrize("name", ANALYZERS)
@settings(deadline=None, max_examples=20)
@given(batch=batches())
def test_the_columns_are_those_declared_one_row_for_each_row(name, batch):
    analyzer = ANALYZERS[name]
    result = analyzer.analyze(batch)
    result.validate(full=True)
    assert columns_of(result, analyzer).schema.equals(schema_of(analyzer.columns))
    assert set(result.schema.names) == {c.name for c in analyzer.columns} | FOR_OTHERS.get(name, set())
    assert result.num_rows == batch.num_rows


@pytest.mark.parametrize("name", ANALYZERS)
def test_an_empty_batch_gives_an_empty_batch(name):
    empty = rows_batch({"row": [], "path": [], "position": [], "text": []})
    result = ANALYZERS[name].analyze(empty)
    assert result.num_rows == 0
    assert columns_of(result, ANALYZERS[name]).schema.equals(schema_of(ANALYZERS[name].columns))


@pytest.mark.parametrize("name", ANALYZERS)
def test_an_analyzer_is_small_when_pickled_even_after_use(name):
    analyzer = ANALYZERS[name]
    analyzer.analyze(rows_batch({"row": [0], "path": ["f"], "position": [0], "text": ["Hello, world"]}))
    pickled = pickle.dumps(analyzer)
    assert len(pickled) < 4_000
    assert pickle.loads(pickled) == analyzer  # pickled two lines above


@pytest.mark.parametrize("name", ANALYZERS)
def test_the_columns_of_the_program_s_own_analyzers_are_those_of_the_contract(name):
    assert set(ANALYZERS[name].columns) <= set(DOCUMENTS.columns)


def test_a_finding_of_personal_data_has_the_columns_of_its_table():
    text = rows_batch({"row": [0], "path": ["f"], "position": [0], "text": ["write to jane.doe@example.com"]})
    finding = PersonalData().analyze(text).schema.field("pii").type.value_type
    for place in range(finding.num_fields):
        assert finding.field(place).type == PII.schema.field(finding.field(place).name).type


@pytest.mark.parametrize("name", ANALYZERS)
def test_the_rule_names_itself_and_is_the_same_each_time(name):
    rule = ANALYZERS[name].rule
    assert rule == ANALYZERS[name].rule
    assert (rule.name, rule.version) == (name, VERSIONS[name])


@pytest.mark.parametrize("name", ["domains", "language", "license"])
def test_the_rule_carries_the_hash_of_the_data_it_decides_by(name):
    assert len(ANALYZERS[name].rule.model_sha256) == 64


@settings(deadline=None, max_examples=25)
@given(texts=st.lists(st.text(alphabet="ab \n", max_size=40), min_size=1, max_size=8), data=st.data())
def test_token_counts_do_not_depend_on_the_batch(tmp_path_factory, texts, data):
    path = tmp_path_factory.getbasetemp() / "two-letters.json"
    if not path.exists():
        _two_letters(path)
    size = len(texts)
    batch = rows_batch({"row": range(size), "path": ["f"] * size, "position": range(size), "text": texts})
    cut = data.draw(st.integers(0, size))
    tokens = Tokens(path)
    parts = tokens.analyze(batch.slice(0, cut)).to_pylist() + tokens.analyze(batch.slice(cut)).to_pylist()
    assert parts == tokens.analyze(batch).to_pylist()
    assert parts == [{"tokens": len(text.split())} for text in texts]


def _two_letters(path: Path) -> None:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "a": 1, "b": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(path))
