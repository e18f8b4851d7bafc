from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pyarrow as pa

from colophon.analyzers import Analyzer
from colophon.analyzers.sketches import Sketches
from colophon.connectors.rows import rows_batch
from colophon.dedup.sketch import reference
from colophon.dedup.sketch.scheme import Scheme
from colophon.tables import SKETCHES
from colophon.vocabulary import DedupPart

TEXTS = ["One two three four five six.", "漢字", "one"]


def _batch(texts: list[str]) -> pa.RecordBatch:
    count = len(texts)
    return rows_batch({"row": range(count), "path": ["a.txt"] * count, "position": range(count), "text": texts})


def test_columns_are_those_of_the_sketches_table() -> None:
    analyzer: Analyzer = Sketches(Scheme())
    added = analyzer.analyze(_batch(TEXTS))
    assert added.schema == pa.schema([SKETCHES.schema.field(name) for name in ("scheme", "shingles", "slots")])
    assert [SKETCHES.schema.field(f.name).type for f in added.schema] == added.schema.types
    added.validate(full=True)
    assert added.column("scheme").to_pylist() == [Scheme().id] * 3
    assert added.column("shingles").to_pylist() == [2, 1, 1]


def test_slots_are_little_endian_numbers() -> None:
    texts = [" ".join(f"{text}{number}" for number in range(50)) for text in TEXTS]
    slots = Sketches(Scheme()).analyze(_batch(texts)).column("slots").to_pylist()
    assert [np.frombuffer(s, "<u2").tolist() for s in slots] == [reference.sketch(t.encode(), Scheme()) for t in texts]


def test_a_source_that_takes_part_exactly_has_sketches_of_its_own() -> None:
    texts = ["one text", "ONE TEXT"]
    near, exact = (Sketches(Scheme(), part).analyze(_batch(texts)) for part in (DedupPart.NEAR, DedupPart.EXACT))
    assert near.column("shingles").equals(exact.column("shingles"))
    assert not set(near.column("slots").to_pylist()) & set(exact.column("slots").to_pylist())


def test_an_empty_batch_and_a_slice() -> None:
    analyzer = Sketches(Scheme())
    assert analyzer.analyze(_batch([])).num_rows == 0
    assert analyzer.analyze(_batch(TEXTS)[1:]).equals(analyzer.analyze(_batch(TEXTS[1:])))


def test_rule_names_scheme_and_tables() -> None:
    rule = Sketches(Scheme(4, 10, 10)).rule
    assert json.loads(rule.parameters) == {"scheme": Scheme(4, 10, 10).id, "shingle": 4, "slots": 100}
    assert rule.model_sha256 is not None
    assert rule.model_sha256.startswith(Scheme().id[-8:])


def test_the_analyzer_is_small_enough_to_pickle() -> None:
    assert len(pickle.dumps(Sketches(Scheme()))) < 500


def test_importing_the_analyzer_does_not_import_numba() -> None:
    code = "import sys, colophon.analyzers.sketches; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
