"""The same rows give the same documents, and the same counts of fields, whatever the format they are written in."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.config.corpus import Fields, Source
from colophon.connectors import open_connector
from colophon.connectors.rows import Reject, ShardRead
from colophon.vocabulary import Acquisition, Stage

PART = pa.struct([("type", pa.string()), ("text", pa.string())])
SCHEMA = pa.schema([
    ("title", pa.string()),
    ("turns", pa.list_(pa.struct([("who", pa.string()), ("says", pa.string())]))),
    ("parts", pa.list_(PART)),
    ("meta", pa.struct([("url", pa.string()), ("at", pa.string()), ("ids", pa.list_(pa.int64()))])),
    ("licenses", pa.list_(pa.string())),
])  # fmt: skip
FIELDS = Fields(
    text=("title", "turns[].says", "parts?"),
    id="meta.ids",
    url="meta.url",
    fetched_at="meta.at",
    license="licenses",
)

words = st.none() | st.sampled_from(["", "a", "b c", "é"])
rows = st.lists(
    st.fixed_dictionaries({
        "title": st.none() | st.sampled_from(["", "a", "b c"]),
        "turns": st.none() | st.lists(st.fixed_dictionaries({"who": words, "says": words}), max_size=2),
        "parts": st.none()
        | st.lists(st.fixed_dictionaries({"type": st.sampled_from(["text", "image"]), "text": words}), max_size=2),
        "meta": st.none()
        | st.fixed_dictionaries({
            "url": st.none() | st.just("https://example.org/"),
            "at": st.sampled_from([None, "2024-05-01T12:00:00Z", "2024-05-01", "soon"]),
            "ids": st.none() | st.lists(st.integers(1, 9), max_size=2),
        }),
        "licenses": st.none() | st.lists(st.sampled_from(["MIT", "ISC"]), max_size=2),
    }),
    min_size=1,
    max_size=4,
)  # fmt: skip


def read(folder, connector, path, fields=FIELDS):
    """The documents by row, the rows that are rejects with their details, and what became of the fields."""
    source = Source("s", Stage.PRETRAINING, Acquisition.OTHER, connector, paths=(path,), fields=fields)
    opened = open_connector(source, str(folder))
    documents, rejects, counts = [], [], ()
    for item in opened.read(next(iter(opened.plan()))):
        match item:
            case Reject():
                rejects.append((item.reason, item.detail))
            case ShardRead():
                counts = item.fields
            case _:
                documents += [
                    {k: v for k, v in row.items() if k not in {"path", "position"}} for row in item.to_pylist()
                ]
    return documents, rejects, counts


@settings(deadline=None, max_examples=60)
@given(rows)
def test_nested_values_give_the_same_in_every_format(written):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in written))
        (folder / "a.json").write_text(json.dumps(written, indent=1))
        pq.write_table(pa.Table.from_pylist(written, SCHEMA), folder / "a.parquet")
        expected = read(folder, "jsonl", "a.jsonl")
        assert read(folder, "jsonl", "a.json") == expected
        assert read(folder, "parquet", "a.parquet") == expected


def test_json_text_in_cells_gives_what_the_objects_give(tmp_path):
    row = {
        "title": "a",
        "turns": [{"who": "b", "says": "c"}],
        "parts": None,
        "meta": {"url": "https://example.org/", "at": "2024-05-01", "ids": [7]},
        "licenses": ["MIT", "ISC"],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    cells = {key: value if isinstance(value, str) else json.dumps(value) for key, value in row.items()}
    fields = Fields(FIELDS.text[:2], None, FIELDS.url, FIELDS.fetched_at, FIELDS.license)
    with (tmp_path / "a.csv").open("w") as opened:
        table = csv.DictWriter(opened, list(cells))
        table.writeheader()
        table.writerow(cells)
    pq.write_table(pa.Table.from_pylist([cells]), tmp_path / "a.parquet")
    expected = read(tmp_path, "jsonl", "a.jsonl", fields)
    assert expected[0][0]["text"] == "a\nc"
    assert read(tmp_path, "csv", "a.csv", fields) == expected
    assert read(tmp_path, "parquet", "a.parquet", fields) == expected
