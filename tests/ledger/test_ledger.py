from __future__ import annotations

import multiprocessing
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.errors import BadArgumentError, LedgerBrokenError, LedgerChangedError, RecordLockedError
from colophon.ledger.chain import append, keep, read_ledger, verify_ledger
from colophon.ledger.deadlines import Duty, months_after, open_deadlines
from colophon.ledger.entries import (
    Correction,
    DataChange,
    Event,
    InformationRequest,
    ModelVersion,
    Publication,
    RequestAnswer,
    Requester,
)

FORM = "eu_public_summary"


def publication(version: int, on: date, edition: str = "public", files=()) -> Publication:
    return Publication(FORM, version, on, edition, "complete", ("https://a.example/",), ("M 1",), "T", 1, "0", 1, files)


def request(received: date, due: date | None) -> InformationRequest:
    return InformationRequest(Requester.DOWNSTREAM, "Ünal", "", "", "curation\nmethods", received, due, "as named")


def model(on: date, change: DataChange) -> ModelVersion:
    return ModelVersion("M 2", on, change, "more", "")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with every kind of entry, and one kept file."""
    path = tmp_path / "ledger.jsonl"
    page = tmp_path / "summary.json"
    page.write_bytes(b"{}")
    append(read_ledger(path), publication(1, date(2026, 5, 1), files=keep(read_ledger(path), [page])), [page])
    append(read_ledger(path), Correction(FORM, 1, date(2026, 5, 2), "w", "c", "t"))
    append(read_ledger(path), request(date(2026, 5, 3), date(2026, 5, 17)))
    append(read_ledger(path), RequestAnswer(3, date(2026, 5, 4), "downstream", "", ()))
    append(read_ledger(path), model(date(2026, 6, 1), DataChange.NEW_DATA))
    return path


def test_an_untouched_ledger_verifies(ledger: Path) -> None:
    assert len(verify_ledger(ledger).entries) == 5


def test_what_was_written_stays_as_it_is(ledger: Path) -> None:
    before = ledger.read_bytes()
    append(read_ledger(ledger), model(date(2026, 7, 1), DataChange.NONE))
    assert ledger.read_bytes().startswith(before)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_edit_is_found_once_the_last_hash_was_noted(ledger: Path, data: st.DataObject) -> None:
    original = ledger.read_bytes()
    noted = read_ledger(ledger).head
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 400)))
    edited = original[:start] + data.draw(st.binary(max_size=20)) + original[end:]
    try:
        ledger.write_bytes(edited)
        if edited == original:
            verify_ledger(ledger, noted)
        else:
            with pytest.raises(LedgerBrokenError):
                verify_ledger(ledger, noted)
    finally:
        ledger.write_bytes(original)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(5)))
def test_lines_in_another_order_are_found(ledger: Path, order: list[int]) -> None:
    lines = ledger.read_bytes().splitlines(keepends=True)
    other = ledger.with_name("other.jsonl")
    other.write_bytes(b"".join(lines[n] for n in order))
    if order == sorted(order):
        read_ledger(other)
    else:
        with pytest.raises(LedgerBrokenError):
            read_ledger(other)


def test_lines_cut_off_at_the_end_are_found_by_the_noted_hash(ledger: Path) -> None:
    noted = read_ledger(ledger).head
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    verify_ledger(ledger)
    with pytest.raises(LedgerBrokenError, match="cut off"):
        verify_ledger(ledger, noted)


def test_a_hash_noted_before_later_entries_still_holds(ledger: Path) -> None:
    noted = read_ledger(ledger).head
    append(read_ledger(ledger), model(date(2026, 7, 1), DataChange.NONE))
    verify_ledger(ledger, noted)


def test_a_changed_kept_file_is_found(ledger: Path) -> None:
    (ledger.parent / "kept" / "0001" / "summary.json").write_bytes(b"[]")
    with pytest.raises(LedgerBrokenError, match="not the file that was handed out"):
        verify_ledger(ledger)


def test_nothing_is_added_to_a_broken_ledger(ledger: Path) -> None:
    opened = read_ledger(ledger)
    ledger.write_bytes(ledger.read_bytes().replace(b"2026-05-02", b"2026-05-03", 1))
    with pytest.raises(LedgerBrokenError, match="line 2 was changed"):
        append(opened, model(date(2026, 7, 1), DataChange.NONE))


def test_an_entry_made_for_a_ledger_that_has_another_by_now_is_refused_and_overwrites_no_file(
    ledger: Path, tmp_path: Path
) -> None:
    page = tmp_path / "b" / "summary.json"
    page.parent.mkdir()
    opened = read_ledger(ledger)
    for content in (b"first", b"second"):
        page.write_bytes(content)
        event = publication(2, date(2026, 7, 1), files=keep(opened, [page]))
        if content == b"first":
            append(opened, event, [page])
        else:
            with pytest.raises(LedgerChangedError, match="at the same time"):
                append(opened, event, [page])
    assert len(verify_ledger(ledger).entries) == 6
    assert not (ledger.parent / "lock").exists()


def _append_some(ledger: Path, who: int) -> None:
    """Ten entries, each tried until it is noted; run by several processes at once."""
    for n in range(10):
        event = ModelVersion(f"M {who}.{n}", date(2026, 7, 1), DataChange.NONE, "same", "")
        while True:
            try:
                append(read_ledger(ledger), event)
                break
            except (LedgerChangedError, RecordLockedError):
                time.sleep(0.001)


def test_entries_that_processes_add_at_the_same_moment_are_all_there(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=_append_some, args=(ledger, who)) for who in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    noted = {event.model for event in verify_ledger(ledger).events(ModelVersion)}
    assert noted == {f"M {who}.{n}" for who in range(4) for n in range(10)}


def test_two_files_of_one_name_are_refused(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / "summary.json"
    other.write_bytes(b"1")
    with pytest.raises(BadArgumentError, match="names of their own"):
        keep(read_ledger(ledger), [tmp_path / "summary.json", other])


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([request(date(2026, 5, 3), None)], [(Duty.ANSWER, None)]),
        ([request(date(2026, 5, 3), date(2026, 5, 17))], [(Duty.ANSWER, date(2026, 5, 17))]),
        ([request(date(2026, 5, 3), None), RequestAnswer(1, date(2026, 5, 4), "", "said", ())], []),
        ([model(date(2026, 5, 3), DataChange.NONE)], [(Duty.PUBLISH, date(2026, 5, 3))]),
        ([publication(1, date(2026, 8, 31)), model(date(2026, 9, 1), DataChange.NONE)], []),
        (
            [publication(1, date(2026, 8, 31)), model(date(2026, 9, 1), DataChange.NEW_DATA)],
            [(Duty.UPDATE, date(2027, 2, 28))],
        ),
        (
            [publication(1, date(2025, 1, 1)), model(date(2026, 9, 1), DataChange.NEW_DATA)],
            [(Duty.UPDATE, date(2026, 9, 1))],
        ),
        (
            [publication(1, date(2026, 8, 31)), model(date(2026, 9, 1), DataChange.MATERIAL)],
            [(Duty.UPDATE, date(2026, 9, 1))],
        ),
        (
            [
                publication(1, date(2026, 8, 1)),
                model(date(2026, 9, 1), DataChange.MATERIAL),
                publication(2, date(2026, 9, 2), "authority"),
            ],
            [(Duty.UPDATE, date(2026, 9, 1))],
        ),
        (
            [
                publication(1, date(2026, 8, 1)),
                model(date(2026, 9, 1), DataChange.MATERIAL),
                publication(2, date(2026, 9, 2)),
            ],
            [],
        ),
    ],
)
def test_what_is_open(tmp_path: Path, events: list[Event], expected: list[tuple[Duty, date | None]]) -> None:
    path = tmp_path / "ledger.jsonl"
    for event in events:
        append(read_ledger(path), event)
    assert [(d.duty, d.due) for d in open_deadlines(read_ledger(path))] == expected


def test_a_deadline_is_overdue_from_the_day_after(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    append(read_ledger(path), request(date(2026, 5, 3), date(2026, 5, 17)))
    (deadline,) = open_deadlines(read_ledger(path))
    assert [deadline.is_overdue(date(2026, 5, day)) for day in (17, 18)] == [False, True]


def test_months_end_on_the_last_day_there_is() -> None:
    assert months_after(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_after(date(2026, 6, 30), 6) == date(2026, 12, 30)
