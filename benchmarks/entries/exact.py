"""Exact duplicates by content id, beside DuckDB doing the same over the same Parquet; both write the groups they find.

Timed for the program: its connector reads the files, its content ids are made and grouped, and the members of groups
are written as Parquet. Timed for DuckDB: one COPY of a query that groups sha256(text). One thread each, in turns.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.arguments import arguments
from benchmarks.corpus import Corpus, Plan, corpus
from benchmarks.measuring import Value, alternately, ratio, report, require, timed
from benchmarks.whole_run import Job
from colophon.analyzers.identity import DIGEST_BYTES, content_digests
from colophon.config.load import load_corpus
from colophon.connectors import open_connector
from colophon.dedup.clusters import exact_groups
from colophon.extensions import installed


def main() -> None:
    """Time in turns, compare the groups with each other and with what was planted, report."""
    given = arguments()
    data = corpus(Plan(given.documents), given.data)
    scratch = given.scratch("exact")
    scratch.mkdir(parents=True, exist_ok=True)
    ours, theirs = scratch / "ours.parquet", scratch / "duckdb.parquet"
    job = Job(data, scratch, 1)
    job.write_corpus_file()
    mine, rival = alternately(
        given.repeats,
        lambda: timed(lambda: _find_exact(job, ours)),
        lambda: timed(lambda: _find_with_duckdb(data, theirs, given.cores)),
    )
    _check(ours, theirs, data)
    report(
        [
            *ratio("duckdb", rival, mine),
            Value("megabytes_per_second", data.text_bytes / mine.seconds / 1e6),
            Value("duckdb_megabytes_per_second", data.text_bytes / rival.seconds / 1e6),
        ]
    )


def _find_exact(job: Job, out: Path) -> None:
    source = load_corpus(str(job.corpus_file), installed()).sources[0]
    connector = open_connector(source, str(job.folder))
    keys: list[pa.Array] = []
    numbers: list[pa.Array] = []
    for shard in connector.plan():
        for item in connector.read(shard):
            if isinstance(item, pa.RecordBatch):
                keys.append(pa.array(content_digests(item.column("text")), pa.binary(DIGEST_BYTES)))
                numbers.append(item.column("native_id").cast(pa.int64()))
    pq.write_table(exact_groups(pa.table({"key": pa.chunked_array(keys), "doc_id": pa.chunked_array(numbers)})), out)


def _find_with_duckdb(data: Corpus, out: Path, threads: int) -> None:
    files = ", ".join(f"'{file}'" for file in data.files)
    with duckdb.connect(config={"threads": threads}) as database:
        database.execute(f"""
            COPY (
                SELECT min(number) AS group_id, list(number) AS members
                FROM (SELECT CAST(id AS BIGINT) AS number, sha256(text) AS digest FROM read_parquet([{files}]))
                GROUP BY digest HAVING count(*) > 1
            ) TO '{out}' (FORMAT parquet)
        """)


def _check(ours: Path, theirs: Path, data: Corpus) -> None:
    """Both found the same groups, and in them what was planted."""
    mine = pq.read_table(ours)
    rival = pq.read_table(theirs)
    members = rival.column("members").combine_chunks()
    flat = pa.table({
        "doc_id": members.flatten(),
        "group_id": rival.column("group_id").combine_chunks().take(pc.list_parent_indices(members)),
    })  # fmt: skip
    require(mine.sort_by("doc_id").equals(flat.sort_by("doc_id")), "the groups are not those of DuckDB")
    removed = mine.num_rows - len(mine.column("group_id").unique())
    planted = data.truth().filter(pc.field("jaccard") == 1.0).num_rows
    require(removed == planted, f"{removed} exact duplicates found, {planted} planted")


if __name__ == "__main__":
    main()
