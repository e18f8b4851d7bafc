from __future__ import annotations

import csv

import pyarrow as pa

from colophon.forms.content import AttachedFiles


def test_no_cell_of_a_file_beside_a_summary_is_a_formula() -> None:
    files = AttachedFiles()
    files.attach("list.csv", pa.table({"domain": ["a.example", "=1+1"], "hosts": [["-x", "b"], ["c"]], "n": [-1, 2]}))
    rows = list(csv.reader(files.by_name["list.csv"].decode().splitlines()))
    assert rows == [["domain", "hosts", "n"], ["a.example", "'-x; b", "-1"], ["'=1+1", "c", "2"]]
