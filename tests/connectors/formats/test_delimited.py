from __future__ import annotations

import csv
import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.config.corpus import Fields
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.formats import delimited
from colophon.connectors.formats.delimited import DelimitedFormat, DelimitedOptions
from colophon.connectors.formats.documents import has_visible_character
from colophon.errors import BadArgumentError


def write(path, rows, **dialect):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **dialect).writerows(rows)


def test_the_header_names_the_columns_and_is_no_row(reading, tmp_path):
    write(tmp_path / "a.csv", [["id", "text"], ["x", "eins"], ["y", 'zwei, "drei"\nvier']])
    outcome = reading.read("csv", "a.csv", fields=Fields(id="id"))
    assert [(r["position"], r["native_id"], r["text"]) for r in outcome.rows] == [
        (0, "x", "eins"),
        (1, "y", 'zwei, "drei"\nvier'),
    ]
    assert outcome.read.rows == 2


@pytest.mark.parametrize("name", ["a.tsv", "a.tab", "A.TSV.gz"])
def test_tab_is_the_delimiter_by_name(reading, tmp_path, name):
    content = b"text\tother\none, two\tx\n"
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert reading.read("csv", name).texts == ["one, two"]


def test_options_set_delimiter_quote_and_header(reading, tmp_path):
    (tmp_path / "a.csv").write_text('one;5" pipe\ntwo;x\n')
    options = {"delimiter": ";", "quote": "", "header": False}
    outcome = reading.read("csv", "a.csv", fields=Fields(text=("column1",), id="column0"), options=options)
    assert outcome.texts == ['5" pipe', "x"]


@pytest.mark.parametrize("options", [{"delimiter": ";;"}, {"delimiter": ""}, {"quote": "''"}])
def test_options_that_cannot_be_are_refused(reading, options):
    with pytest.raises(BadArgumentError):
        reading.connector("csv", ["a.csv"], options=options)


def test_bad_rows_are_rejects_and_the_rest_is_read(reading, tmp_path):
    rows = [b"id,text", b"1,one", b"2", b"3,\xff", b"4,four,4", b"", b'5,"a"b', b'6," "', b"7,seven"]
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(rows) + b"\r\n")
    outcome = reading.read("csv", "a.csv", fields=Fields(id="id"))
    assert outcome.texts == ["one", "seven"]
    assert outcome.reasons == [
        (1, "unparsable", "column_count"),
        (2, "encoding", "not_utf8"),
        (3, "unparsable", "column_count"),
        (5, "unparsable", "csv"),
        (6, "empty", "no_text"),
    ]
    assert outcome.read.skipped == 1
    assert [r["native_id"] for r in outcome.rows] == ["1", "7"]


def test_a_missing_text_column_rejects_every_row(reading, tmp_path):
    write(tmp_path / "a.csv", [["id"], ["1"], ["2"]])
    assert reading.read("csv", "a.csv").reasons == [(0, "field_missing", "missing"), (1, "field_missing", "missing")]


def test_a_quote_that_never_closes_is_one_reject(reading, tmp_path):
    (tmp_path / "a.csv").write_text('text\none\n"two\nthree\n')
    outcome = reading.read("csv", "a.csv")
    assert outcome.texts == ["one", "three"]
    assert outcome.reasons == [(1, "unparsable", "open_quote")]


@pytest.mark.parametrize("large", [b"x" * 3000, b'"' + b"x" * 3000 + b'"', b'"' + b"xx\n" * 1000 + b'"'])
def test_a_row_above_the_limit_is_passed_over(reading, tmp_path, monkeypatch, large):
    monkeypatch.setattr(delimited, "MAX_ROW_BYTES", 1000)
    (tmp_path / "a.csv").write_bytes(b"text\n" + large + b"\nafter\n")
    outcome = reading.read("csv", "a.csv")
    assert outcome.texts == ["after"]
    assert outcome.reasons == [(0, "too_large", "row")]


def test_of_a_cut_file_the_whole_rows_are_read(reading, tmp_path):
    stored = gzip.compress(b"text\n") + gzip.compress(b'"one\nline"\n') + gzip.compress(b"two\n" * 999)[:-4]
    (tmp_path / "a.csv.gz").write_bytes(stored)
    outcome = reading.read("csv", "a.csv.gz")
    assert outcome.texts[0] == "one\nline"
    assert [str(r.reason) for r in outcome.rejects] == ["truncated"]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXT.filter(has_visible_character), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    batch_rows=st.integers(1, 15),
)
def test_what_another_writer_wrote_comes_back(reading_in, tmp_path_factory, texts, end, delimiter, batch_rows):
    folder = tmp_path_factory.mktemp("csv")
    write(folder / "a.csv", [["n", "text"], *enumerate(texts)], lineterminator=end, delimiter=delimiter)
    outcome = reading_in(folder).read("csv", "a.csv", options={"delimiter": delimiter}, batch_rows=batch_rows)
    assert outcome.texts == texts
    assert [r["position"] for r in outcome.rows] == list(range(len(texts)))


def documents_of(reading, tmp_path, content, **options):
    (tmp_path / "odd.csv").write_bytes(content)
    return reading.read("csv", "odd.csv", options=options or None)


def test_rows_that_end_with_cr_alone_are_rows(reading, tmp_path):
    outcome = documents_of(reading, tmp_path, b'id,text\r1,one\r2,"two\rlines"\r3,three\r')
    assert (outcome.texts, outcome.rejects) == (["one", "two\rlines", "three"], [])


def test_a_bare_cr_inside_a_quoted_cell_ends_no_row(reading, tmp_path):
    assert documents_of(reading, tmp_path, b'id,text\n1,"a\rb"\n').texts == ["a\rb"]


def test_the_line_that_tells_excel_the_delimiter_is_no_header(reading, tmp_path):
    assert documents_of(reading, tmp_path, b"\xef\xbb\xbfsep=;\r\nid;text\r\n1;one, and more\r\n").texts == [
        "one, and more"
    ]
    assert documents_of(reading, tmp_path, b"sep=|\nid|text\n1|one\n").texts == ["one"]


def test_a_header_in_another_encoding_names_its_other_columns(reading, tmp_path):
    outcome = documents_of(reading, tmp_path, b"id,r\xe9sum\xe9,text\n1,x,one\n2,x,two\n")
    assert (outcome.texts, outcome.rejects) == (["one", "two"], [])


def test_a_header_with_an_open_quote_is_damage_of_the_file(reading, tmp_path):
    outcome = documents_of(reading, tmp_path, b'id,"text\n1,one\n')
    assert outcome.reasons == [(0, "unparsable", "csv_header")]
    assert [d.detail for d in outcome.damaged_files] == ["csv_header"]


def test_behind_an_open_quote_the_next_rows_are_read_and_the_file_is_damaged(reading, tmp_path):
    outcome = documents_of(reading, tmp_path, b'id,text\n1,one\n2,"open\n3,three\n4,"four"\n5,five')
    assert outcome.texts == ["one", "three", "four", "five"]
    assert [(d.position, d.rows_read, d.detail) for d in outcome.damaged_files] == [(1, 4, "open_quote")]


def test_an_escape_takes_the_meaning_from_a_quote(reading, tmp_path):
    assert documents_of(reading, tmp_path, b'id,text\n1,"say \\"so\\", please"\n', escape="\\").texts == [
        'say "so", please'
    ]


def test_a_row_that_is_no_csv_does_not_end_a_file_of_rows_with_cr_alone(reading, tmp_path):
    outcome = documents_of(reading, tmp_path, b'id,text\r1,"a"b\r2,two\r')
    assert (outcome.texts, outcome.reasons) == (["two"], [(0, "unparsable", "csv")])


def test_a_declared_field_that_has_two_columns_is_a_reject_of_the_file(reading, tmp_path):
    (tmp_path / "a.csv").write_text("text,n,n\na,1,2\n")
    assert reading.read("csv", "a.csv").texts == ["a"]
    outcome = reading.read("csv", "a.csv", fields=Fields(id="n"))
    assert outcome.reasons == [(0, "unparsable", "column_twice")]


def test_the_first_rows_of_a_file_whose_declared_column_stands_twice_are_refused_as_all_are(tmp_path):
    (tmp_path / "a.csv").write_text("text,n,n\na,1,2\n")
    format_ = DelimitedFormat.of(Fields(id="n"), DelimitedOptions())
    with (
        SourceFiles.under("web", str(tmp_path), ("a.csv",)).open("a.csv") as file,
        pytest.raises(StreamDamagedError, match="column_twice"),
    ):
        next(format_.first_rows(file))


def test_rows_that_end_with_cr_among_others_are_rows(reading, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,one\r2,two\r3,three\r\n4,four\n")
    outcome = reading.read("csv", "a.csv")
    assert (outcome.texts, outcome.rejects) == (["one", "two", "three", "four"], [])


def test_a_cr_within_quotes_is_text(reading, tmp_path):
    (tmp_path / "a.csv").write_bytes(b'id,text\n1,"one\rand a half"\n2,two\n')
    assert reading.read("csv", "a.csv").texts == ["one\rand a half", "two"]
