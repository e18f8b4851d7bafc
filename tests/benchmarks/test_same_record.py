"""What the comparison of two records says of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.same_record import Made, differences, read_record

HOSTS = "tables/hosts/gen=0001/part.parquet"
DOCUMENTS = "tables/documents/gen=0001/part.parquet"
RUNS = "tables/runs/gen=0001/part.parquet"


def made(
    folder: Path, files: Mapping[str, pa.Table], exit_codes: Sequence[int] = (0,), compression: str = "zstd"
) -> Made:
    """A record of files, as a run would leave it; its hashes cover what those of a run cover."""
    listed = []
    for path, rows in files.items():
        file = folder / "record" / path
        file.parent.mkdir(parents=True)
        pq.write_table(rows, file, compression=compression)
        listed.append(
            {
                "table": path.split("/")[1],
                "path": path,
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "content_sha256": hashlib.sha256(json.dumps(rows.to_pylist()).encode()).hexdigest(),
            }
        )
    covered = [f for f in listed if f["table"] != "runs"]
    root, content = (
        hashlib.sha256("".join(f["path"] + f[k] for f in covered).encode()) for k in ("sha256", "content_sha256")
    )
    manifest = {"root_hash": root.hexdigest(), "content_hash": content.hexdigest(), "files": listed}
    (folder / "record" / "manifest.json").write_text(json.dumps(manifest))
    (folder / "exit_codes.json").write_text(json.dumps(list(exit_codes)))
    return read_record(folder)


def table(*values: int) -> pa.Table:
    return pa.table({"value": list(values)})


def test_records_of_the_same_files_do_not_differ_whatever_their_runs_were(tmp_path: Path) -> None:
    old = made(tmp_path / "old", {HOSTS: table(1, 2), RUNS: table(10)})
    new = made(tmp_path / "new", {HOSTS: table(1, 2), RUNS: table(11)})
    assert differences(old, new) == ()


def test_rows_that_differ_are_counted_on_both_sides_of_their_table_alone(tmp_path: Path) -> None:
    old = made(tmp_path / "old", {HOSTS: table(1), DOCUMENTS: table(1, 2, 3, 3)})
    new = made(tmp_path / "new", {HOSTS: table(1), DOCUMENTS: table(1, 2, 4, 5, 5)})
    found = differences(old, new)
    assert found[0] == f"root hash: {old.root_hash} before, {new.root_hash} now"
    assert found[1].startswith("content hash: ")
    assert found[2:] == (
        f"documents: {DOCUMENTS} has other rows",
        "documents: 2 rows only before, 3 rows only now",
    )


def test_the_same_rows_in_other_bytes_differ_by_the_root_hash_alone(tmp_path: Path) -> None:
    rows = table(*range(1000))
    old = made(tmp_path / "old", {HOSTS: rows})
    new = made(tmp_path / "new", {HOSTS: rows}, compression="none")
    assert [line.partition(":")[0] for line in differences(old, new)] == ["root hash", "hosts", "hosts"]
    assert "same rows in other bytes" in differences(old, new)[1]


def test_a_row_that_stands_once_more_is_a_difference(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old", {HOSTS: table(1)}), made(tmp_path / "new", {HOSTS: table(1, 1)})
    assert differences(old, new)[-1] == "hosts: 0 rows only before, 1 rows only now"


def test_files_of_one_record_only_are_named(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old", {HOSTS: table(1)}), made(tmp_path / "new", {DOCUMENTS: table(1)})
    assert differences(old, new)[2:] == (
        f"documents: {DOCUMENTS} is there only now",
        "documents: a table of one record only",
        f"hosts: {HOSTS} is there only before",
        "hosts: a table of one record only",
    )


def test_columns_that_differ_are_shown(tmp_path: Path) -> None:
    old = made(tmp_path / "old", {HOSTS: table(1)})
    new = made(tmp_path / "new", {HOSTS: pa.table({"value": ["1"]})})
    assert differences(old, new)[-1] == "hosts: columns were value BIGINT, are value VARCHAR"


def test_another_exit_code_is_a_difference(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old", {HOSTS: table(1)}), made(tmp_path / "new", {HOSTS: table(1)}, exit_codes=(0, 1))
    assert differences(old, new) == ("exit codes: (0,) before, (0, 1) now",)
