from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colophon.errors import BadArgumentError, NotARecordError, QueryError, StatementRefusedError
from colophon.query.packaged import packaged_query, packaged_views
from colophon.query.session import open_record, views_sql
from colophon.record.manifest import read_manifest
from colophon.tables import TABLES


def test_every_table_is_read_as_its_schema_says(small_record: str) -> None:
    with open_record(small_record) as record:
        for table in TABLES.values():
            found = record.table(table.name)
            assert found.column_names == table.schema.names, table.name
            for field in table.schema:
                assert found.schema.field(field.name).type.equals(_as_duckdb_gives(field.type)), field.name


def _as_duckdb_gives(kind: pa.DataType) -> pa.DataType:
    """DuckDB names list items otherwise and knows no columns that may not be null."""
    if pa.types.is_list(kind):
        return pa.list_(pa.field("l", _as_duckdb_gives(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _as_duckdb_gives(field.type)) for field in kind])
    return kind


def test_every_view_can_be_read(small_record: str) -> None:
    with open_record(small_record) as record:
        for view in packaged_views():
            assert record.table(view.name).column_names == [c.name for c in view.columns]


def test_query_takes_parameters(small_record: str) -> None:
    with open_record(small_record) as record:
        found = record.sql("SELECT name FROM sources WHERE source_id = $number", {"number": 2})
    assert found.to_pylist() == [{"name": "wiki"}]


def test_packaged_query_names_its_text_and_the_record(small_record: str) -> None:
    with open_record(small_record) as record:
        found = record.query("report/sources")
        assert found.query_id == "report/sources"
        assert found.query_sha256 == packaged_query("report/sources").sha256
        assert found.root_hash == record.manifest.root_hash
        assert found.table.num_rows == 7


def test_times_are_utc_whatever_the_machine_says(small_record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with open_record(small_record) as record:
        found = record.sql("SELECT strftime(min(fetched_at), '%Y-%m-%d %H:%M') AS time FROM documents")
    assert found.to_pylist() == [{"time": "2026-02-10 00:00"}]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT * FROM read_text('s3://bucket/key')",
        "SELECT getenv('HOME')",
    ],
)
def test_nothing_outside_the_record_can_be_read(small_record: str, query: str) -> None:
    with open_record(small_record) as record, pytest.raises(QueryError):
        record.sql(query)


def test_the_folder_cannot_be_left_by_its_parent(small_record: str) -> None:
    outside = Path(small_record).parent / "outside.txt"
    outside.write_text("x")
    with open_record(small_record) as record, pytest.raises(QueryError):
        record.sql(f"SELECT * FROM read_text('{small_record}/../outside.txt')")


def test_files_of_the_record_can_be_read(small_record: str) -> None:
    with open_record(small_record) as record:
        found = record.sql(f"SELECT size > 0 AS filled FROM read_text('{Path(small_record).resolve()}/manifest.json')")
    assert found.to_pylist() == [{"filled": True}]


def test_variables_of_the_calling_program_are_no_tables(small_record: str) -> None:
    secret = pa.table({"a": [1]})
    with open_record(small_record) as record, pytest.raises(QueryError, match="secret"):
        record.sql("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_writing_into_the_record_is_refused(small_record: str) -> None:
    target = Path(small_record) / "planted.csv"
    with open_record(small_record) as record:
        for query in (f"COPY sources TO '{target}'", f"WITH x AS (COPY sources TO '{target}') SELECT 1"):
            with pytest.raises((StatementRefusedError, QueryError)):
                record.sql(query)
    assert not target.exists()


def test_one_statement_at_a_time(small_record: str) -> None:
    with open_record(small_record) as record, pytest.raises(StatementRefusedError, match="2 statements"):
        record.sql("SELECT 1; SELECT 2")


def test_unknown_table_is_refused_with_the_known_ones(small_record: str) -> None:
    with open_record(small_record) as record, pytest.raises(BadArgumentError, match="documents_kept"):
        record.table("document")


def test_every_table_is_a_lazy_frame_of_the_same_rows(small_record: str) -> None:
    with open_record(small_record) as record:
        for name in TABLES:
            frame = record.frame(name)
            assert isinstance(frame, pl.LazyFrame)
            assert frame.collect().to_dicts() == record.table(name).to_pylist(), name


def test_a_frame_reads_the_live_files_alone(make_record) -> None:
    path = make_record(sources=[_source()])
    shutil.copy(Path(path) / "tables/sources/gen=0001/rows.parquet", Path(path) / "tables/sources/gen=0001/b.parquet")
    with open_record(path) as record:
        assert record.frame("sources").select("name").collect()["name"].to_list() == ["it's one"]
        assert record.frame("sources").collect_schema().names() == TABLES["sources"].schema.names


def test_a_table_without_live_files_is_an_empty_frame_with_its_columns(
    small_record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_record(small_record) as record:
        monkeypatch.setattr(type(record.manifest), "paths", lambda *_: ())
        frame = record.frame("documents")
    assert frame.collect_schema().names() == TABLES["documents"].schema.names
    assert frame.collect().height == 0


def test_a_view_is_no_frame(small_record: str) -> None:
    with open_record(small_record) as record, pytest.raises(BadArgumentError, match="a table: one of sources"):
        record.frame("documents_kept")


def test_error_of_duckdb_is_told(small_record: str) -> None:
    with open_record(small_record) as record, pytest.raises(QueryError, match="nothing_here"):
        record.sql("SELECT nothing_here FROM sources")


def test_only_live_files_are_read(make_record, tmp_path: Path) -> None:
    path = make_record(sources=[_source()])
    extra = Path(path) / "tables/sources/gen=0001/extra.parquet"
    shutil.copy(Path(path) / "tables/sources/gen=0001/rows.parquet", extra)
    with open_record(path) as record:
        assert record.table("sources").num_rows == 1
    assert tmp_path in extra.parents


def _source() -> dict[str, object]:
    return {"name": "it's one", "dataset": "d"}


def test_path_with_quote_and_space_is_read(make_record, tmp_path: Path) -> None:
    moved = tmp_path / "a record's place"
    shutil.move(make_record(sources=[_source()]), moved)
    with open_record(str(moved)) as record:
        assert record.table("sources")["name"].to_pylist() == ["it's one"]


def test_path_that_duckdb_takes_for_a_pattern_is_refused(make_record, tmp_path: Path) -> None:
    moved = tmp_path / "record[1]"
    shutil.move(make_record(), moved)
    with pytest.raises(BadArgumentError, match="patterns"):
        open_record(str(moved))


def test_relative_path_is_read(make_record, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(make_record(sources=[_source()]))
    monkeypatch.chdir(path.parent)
    with open_record(path.name) as record:
        assert record.table("sources").num_rows == 1


def test_folder_without_manifest_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(NotARecordError):
        open_record(str(tmp_path))


def test_missing_file_is_named(make_record) -> None:
    path = make_record()
    (Path(path) / "tables/pii/gen=0001/rows.parquet").unlink()
    with pytest.raises(NotARecordError, match=r"tables/pii/gen=0001/rows\.parquet"):
        open_record(path)


def test_damaged_file_is_told_without_traceback(make_record) -> None:
    path = make_record()
    (Path(path) / "tables/pii/gen=0001/rows.parquet").write_bytes(b"no parquet")
    with pytest.raises(NotARecordError, match="cannot be read"):
        open_record(path)


def test_remote_record_is_refused_in_plain_words() -> None:
    with pytest.raises(BadArgumentError, match="copy the record here first"):
        open_record("memory://record")


def test_views_sql_builds_the_same_views_in_plain_duckdb(small_record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_record)
    text = (Path(small_record) / "views.sql").read_text("utf-8")
    with duckdb.connect(":memory:") as plain, open_record(small_record) as record:
        plain.execute(text)
        for name in (*TABLES, *(view.name for view in packaged_views())):
            ours = record.sql(f"SELECT count(*) AS rows FROM {name}").to_pylist()[0]["rows"]
            assert plain.execute(f"SELECT count(*) FROM {name}").fetchall() == [(ours,)], name


def test_views_sql_reads_a_moved_record_from_any_folder(
    make_record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / 'it\'s "moved" here'
    shutil.move(make_record(sources=[]), moved)
    monkeypatch.chdir("/")
    text = (moved / "views.sql").read_text("utf-8")
    with duckdb.connect(":memory:") as plain:
        with pytest.raises(duckdb.Error, match="SET VARIABLE record"):
            plain.execute(text)
        plain.execute(f"SET VARIABLE record = '{str(moved).replace(chr(39), chr(39) * 2)}'")
        plain.execute(text)
        assert plain.execute("SELECT count(*) FROM documents_kept").fetchall() == [(0,)]


def test_views_sql_depends_on_the_manifest_alone(small_record: str) -> None:
    text = views_sql(read_manifest(small_record))
    assert small_record not in text
    assert text == views_sql(read_manifest(small_record))


def test_table_without_live_files_is_empty_with_its_columns(small_record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_record)
    manifest = read_manifest(small_record)
    bare = type(manifest)(
        **{f: getattr(manifest, f) for f in manifest.__slots__ if f != "files"},
        files=(),
    )
    with duckdb.connect(":memory:") as plain:
        plain.execute(views_sql(bare))
        for table in TABLES.values():
            found = plain.sql(f"SELECT * FROM {table.name}").to_arrow_table()
            assert (found.column_names, found.num_rows) == (table.schema.names, 0)


@pytest.fixture
def earlier_record(small_record: str, tmp_path: Path) -> str:
    """A record whose documents were written by a version that did not know their day of fetch."""
    folder = tmp_path / "earlier"
    shutil.copytree(small_record, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        del file["columns"]
        if file["table"] == "documents":
            part = folder / file["path"]
            pq.write_table(pq.read_table(part, partitioning=None).drop_columns("fetched_on"), part)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return str(folder)


def test_a_record_of_an_earlier_version_has_later_columns_as_null(earlier_record: str) -> None:
    with open_record(earlier_record) as record:
        documents = record.table("documents")
        assert documents.schema.names == TABLES["documents"].schema.names
        assert documents.column("fetched_on").null_count == documents.num_rows > 0
        for view in packaged_views():
            assert record.table(view.name).column_names == [c.name for c in view.columns]
        frame = record.frame("documents").collect()
        assert frame["fetched_on"].null_count() == documents.num_rows


def test_a_record_opens_by_every_way_of_naming_its_folder(
    small_record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a record").symlink_to(small_record)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "a record"
    for named in (place, str(place), "a record", "~/a record", place.as_uri(), f"file://localhost{place}"):
        with open_record(named) as record:
            assert record.table("sources").num_rows == 7, named


def test_a_record_opened_by_a_relative_path_outlives_a_change_of_folder(
    small_record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(small_record).parent)
    with open_record(Path(small_record).name) as record:
        monkeypatch.chdir("/")
        assert record.table("sources").num_rows == 7
        assert len(record.frame("sources").collect()) == 7


def test_a_record_is_asked_while_an_event_loop_runs(small_record: str) -> None:
    async def ask() -> int:
        with open_record(small_record) as record:
            return record.table("sources").num_rows

    assert asyncio.run(ask()) == 7


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT langage FROM documents", "the nearest column is language"),
        ("SELECT d.registered_domian FROM documents AS d", "the nearest column is registered_domain"),
        ("SELECT language FROM documents ORDER BY licens_scope", "the nearest column is license_scope"),
        ("FROM document_kept", "the nearest table or view is documents_kept"),
        ("FROM qqqqqq", "`.tables` lists"),
        ("SELECT rule FROM sources", "column rule is in "),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(opened_small_record, query: str, said: str) -> None:
    with pytest.raises(QueryError) as raised:
        opened_small_record.sql(query)
    assert said in str(raised.value)
    assert "pg_" not in str(raised.value)


def test_an_unknown_table_is_refused_with_the_nearest(opened_small_record) -> None:
    with pytest.raises(BadArgumentError, match="the nearest is documents"):
        opened_small_record.table("document")
