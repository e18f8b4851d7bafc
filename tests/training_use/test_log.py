"""Training logs in every form: what is read from them, and what is said of what does not fit."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import polars as pl
import pytest

from colophon.errors import ConfigurationErrors, InputUnreadableError, TrainingLogError
from colophon.training_use.log import Numbering, open_training_log, read_training_log


@pytest.fixture
def log_file(tmp_path):
    def write(name, content):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    return write


def rows(file, checkpoint=None):
    """The rows of a log, without the columns that are null in them."""
    batches = read_training_log(open_training_log(file), checkpoint)
    return [{k: v for k, v in row.items() if v is not None} for batch in batches for row in batch.to_pylist()]


def refusal(file, checkpoint="c"):
    with pytest.raises(TrainingLogError) as raised:
        rows(file, checkpoint)
    return raised.value.problems


def test_csv_gives_every_column_typed_with_its_line(log_file):
    file = log_file(
        "log.csv",
        "checkpoint,source,epochs,tokens,first_step,last_step,started_at,finished_at\n"
        "base,web,1.5,1000,0,99,2026-01-01T10:00:00+01:00,2026-01-02\n"
        "base,books,,,,,,\n",
    )
    assert rows(file) == [
        {
            "line": 2, "checkpoint": "base", "source": "web", "epochs": 1.5, "tokens": 1000, "first_step": 0,
            "last_step": 99, "started_at": datetime(2026, 1, 1, 9, tzinfo=UTC),
            "finished_at": datetime(2026, 1, 2, 23, 59, 59, 999999, tzinfo=UTC),
        },
        {"line": 3, "checkpoint": "base", "source": "books"},
    ]  # fmt: skip


def test_a_day_begins_a_use_at_its_beginning_and_ends_it_at_its_end(log_file):
    (row,) = rows(log_file("l.csv", "checkpoint,source,started_at,finished_at\nc,web,2026-01-01,2026-01-01\n"))
    assert (row["started_at"].hour, row["finished_at"].hour) == (0, 23)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.csv", b"\xef\xbb\xbfcheckpoint,source\r\nc,web\r\n"),
        ("l.csv", b'"checkpoint","source"\nc,"web"'),
        ("l.tsv", b"checkpoint\tsource\nc\tweb\n"),
        ("l.csv.gz", gzip.compress(b"checkpoint,source\nc,web\n")),
        ("l.yaml", b"checkpoint: c\n\nsources:\n  web:\n"),
    ],
    ids=["byte order mark", "quotes", "tabs", "gzip", "yaml"],
)
def test_each_way_of_writing_a_row_is_read_alike(log_file, name, content):
    (row,) = rows(log_file(name, content))
    assert (row["checkpoint"], row["source"]) == ("c", "web")


def test_parquet_is_read_in_the_types_that_another_program_wrote(tmp_path):
    file = tmp_path / "log.parquet"
    pl.DataFrame({
        "doc_id": [1, 2],
        "checkpoint": pl.Series(["a", "a"], dtype=pl.Categorical),
        "epochs": pl.Series([1, 2], dtype=pl.Int32),
        "tokens": [10.0, None],
        "started_at": [datetime(2026, 1, 1, 12), None],  # noqa: DTZ001  # a time without an offset is meant
        "finished_at": [date(2026, 1, 2), None],
    }).write_parquet(file)  # fmt: skip
    log = open_training_log(str(file))
    assert log.numbering is Numbering.ROW
    assert rows(str(file)) == [
        {
            "line": 1, "checkpoint": "a", "doc_id": 1, "epochs": 1.0, "tokens": 10,
            "started_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "finished_at": datetime(2026, 1, 2, 23, 59, 59, 999999, tzinfo=UTC),
        },
        {"line": 2, "checkpoint": "a", "doc_id": 2, "epochs": 2.0},
    ]  # fmt: skip


def test_yaml_lists_checkpoints_with_sources_and_shards_and_what_is_stated_once_holds_for_all(log_file):
    file = log_file(
        "mix.yaml",
        "- checkpoint: one\n  last_step: 100\n  started_at: 2026-01-01\n"
        "  sources:\n    web: {epochs: 1.5, tokens: 20}\n    books:\n      last_step: 50\n"
        "- checkpoint: two\n  shards:\n    data/a.jsonl: {source: web, epochs: 2}\n    7:\n",
    )
    assert [{k: v for k, v in row.items() if k != "started_at"} for row in rows(file)] == [
        {"line": 5, "checkpoint": "one", "source": "web", "epochs": 1.5, "tokens": 20, "last_step": 100},
        {"line": 6, "checkpoint": "one", "source": "books", "last_step": 50},
        {"line": 10, "checkpoint": "two", "source": "web", "shard": "data/a.jsonl", "epochs": 2.0},
        {"line": 11, "checkpoint": "two", "shard": "7"},
    ]


def test_the_checkpoint_given_beside_a_file_is_that_of_rows_that_name_none(log_file):
    file = log_file("l.csv", "checkpoint,source\n,web\nlater,books\n")
    assert [row["checkpoint"] for row in rows(file, "base")] == ["base", "later"]


def test_a_long_list_is_read_in_batches_whose_lines_go_on(log_file):
    lines = 3_000_000
    file = log_file("l.csv", "doc_id\n" + "".join(f"{n}\n" for n in range(lines)))
    batches = list(read_training_log(open_training_log(file), "c"))
    assert len(batches) > 1
    assert sum(b.num_rows for b in batches) == lines
    assert (batches[-1]["line"][-1].as_py(), batches[-1]["doc_id"][-1].as_py()) == (lines + 1, lines - 1)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("web,-1,,,,,", "line 2: epochs is not above 0; leave out what was not used"),
        ("web,0,,,,,", "line 2: epochs is not above 0; leave out what was not used"),
        ("web,,-5,,,,", "line 2: tokens is not above 0; leave out what was not used"),
        ("web,,,-1,,,", "line 2: first_step is below 0"),
        ("web,,,9,8,,", "line 2: last_step comes before first_step"),
        ("web,,,,,2026-02-01,2026-01-31", "line 2: finished_at comes before started_at"),
        ("web,many,,,,,", "line 2, epochs: `many` is not a number"),
        ("web,nan,,,,,", "line 2, epochs: `nan` is not a number"),
        ("web,,1.5,,,,", "line 2, tokens: `1.5` is not a whole number"),
        ("web,,99999999999999999999,,,,", "line 2, tokens: `99999999999999999999` is not a whole number"),
        ("web,,,,,spring,", "line 2, started_at: `spring` is not a time such as 2026-01-31T12:00:00Z, or a day"),
        (
            "web,,,,,2026-02-30,",
            "line 2, started_at: `2026-02-30` is not a time such as 2026-01-31T12:00:00Z, or a day",
        ),
        (",1,,,,,", "line 2: says not what was used; expected one of: source, shard, doc_id, content_id, native_id"),
        ("web,1", "line 2: has 2 fields, expected 7 as in the header"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(log_file, row, problem):
    header = "source,epochs,tokens,first_step,last_step,started_at,finished_at"
    assert refusal(log_file("l.csv", f"{header}\n{row}\n")) == (problem,)


def test_the_first_misfit_of_many_rows_is_named(log_file):
    values = [str(n) for n in range(1, 5001)]
    values[3210] = "x"
    values[4000] = "y"
    file = log_file("l.csv", "source,epochs\n" + "".join(f"web,{v}\n" for v in values))
    assert refusal(file) == ("line 3212, epochs: `x` is not a number",)


def test_a_row_without_a_checkpoint_is_refused_where_none_is_given(log_file):
    (problem,) = refusal(log_file("l.csv", "source\nweb\n"), checkpoint=None)
    assert problem == "line 2: names no checkpoint; give a column `checkpoint`, or --checkpoint NAME"


def test_rows_of_a_table_are_counted_as_rows(tmp_path):
    file = tmp_path / "l.parquet"
    pl.DataFrame({"source": ["a", "b"], "epochs": [1.0, -1.0]}).write_parquet(file)
    assert refusal(str(file)) == ("row 2: epochs is not above 0; leave out what was not used",)


def test_an_empty_line_is_a_row_that_says_nothing(log_file):
    (problem,) = refusal(log_file("l.csv", "doc_id\n1\n\n3\n"))
    assert problem.startswith("line 3: says not what was used")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("source,epoch", "unknown column `epoch`; did you mean `epochs`?"),
        ("shard_id", "unknown column `shard_id`; did you mean `shard`?"),
        ("source,line", "unknown column `line`; expected one of: checkpoint"),
        ("source,source", "column `source` is there twice"),
        ("epochs,tokens", "no column says what was used; expected one of: source, shard"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_with_the_nearest_name(log_file, header, problem):
    assert refusal(log_file("l.csv", f"{header}\n"))[0].startswith(problem)


def test_ids_of_a_source_are_never_repeated(log_file):
    file = log_file("l.csv", b"native_id,epochs\nsecret-\xff,1\n")
    assert "secret" not in str(refusal(file))


@pytest.mark.parametrize("name", ["l.txt", "l", "l.json"])
def test_a_form_that_nobody_knows_is_refused(log_file, name):
    assert "expected .csv, .tsv, .parquet or .yaml" in refusal(log_file(name, "x"))[0]


def test_a_file_that_only_has_the_name_of_parquet_is_refused(log_file):
    assert refusal(log_file("l.parquet", "source\n")) == ("is not a Parquet file",)


@pytest.mark.parametrize("name", ["l.csv", "l.parquet"])
def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path, name):
    with pytest.raises(InputUnreadableError, match="No such file"):
        rows(str(tmp_path / name))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("checkpoint: a\nsources: [web]\n", 2, "`sources`: a list stands where keys belong"),
        ("checkpoint: a\nsources: {web: 1.5}\n", 2, "source web: `1.5` stands where keys belong"),
        ("checkpoint: a\nsources:\n  web: {epoch: 1}\n", 3, "unknown key `epoch`"),
        ("checkpoint: a\nsource: {web: }\n", 2, "unknown key `source`"),
        ("checkpoint: [a]\nsources: {web: }\n", 1, "`checkpoint`: a list does not fit"),
        ("checkpoint: a\n", 1, "names nothing that was used"),
        ("checkpoint: a\nsources:\n  web:\n  web:\n", 4, "web"),
        ("just text\n", 1, "`just text` stands where keys belong"),
    ],
)
def test_a_mix_that_does_not_fit_is_refused_with_its_line(log_file, text, line, problem):
    with pytest.raises(ConfigurationErrors) as raised:
        rows(log_file("m.yml", text))
    assert any(e.line == line and problem in e.problem for e in raised.value.errors)
