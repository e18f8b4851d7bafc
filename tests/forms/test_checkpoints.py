from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from colophon.errors import BadArgumentError
from colophon.forms.checkpoints import limit_to_checkpoints
from colophon.query.session import Record, open_record


@pytest.fixture
def record(tables: Any, make_record: Callable[..., str]) -> Iterator[Record]:
    """A record of which two checkpoints used a source each, and one source in common by shard and document."""
    for name in ("news", "chats", "books"):
        tables.source(name, [{}, {}])
    tables.add("training_use", checkpoint="klein", source_id=0)
    tables.add("training_use", checkpoint="gross", source_id=1)
    tables.add("training_use", checkpoint="klein", source_id=2, shard_id=2)
    tables.add("training_use", checkpoint="gross", source_id=2, doc_id=2 << 36)
    with open_record(make_record(**tables.rows)) as opened:
        yield opened


def used(record: Record) -> dict[str, int]:
    rows = record.sql(
        "SELECT source, count(*) AS n FROM documents_training GROUP BY source ORDER BY source"
    ).to_pylist()
    return {row["source"]: row["n"] for row in rows}


@pytest.mark.parametrize(
    ("asked", "content"),
    [
        (("klein",), {"books": 2, "news": 2}),
        (("gross",), {"books": 1, "chats": 2}),
        (("gross", "klein"), {"books": 2, "chats": 2, "news": 2}),
        ((), {"books": 2, "chats": 2, "news": 2}),
    ],
)
def test_only_what_the_checkpoints_used_counts(record: Record, asked: tuple[str, ...], content: dict[str, int]) -> None:
    limit_to_checkpoints(record, asked, ())
    assert used(record) == content


def test_the_checkpoints_of_the_answers_hold_where_none_is_asked_for(record: Record) -> None:
    assert limit_to_checkpoints(record, (), ("klein",)) == ("klein",)
    assert used(record) == {"books": 2, "news": 2}


def test_a_checkpoint_nobody_imported_is_refused_with_the_nearest(record: Record) -> None:
    with pytest.raises(BadArgumentError, match="the nearest is `klein`"):
        limit_to_checkpoints(record, ("klien",), ())


def test_without_a_training_log_no_checkpoint_is_known(open_rows: Callable[..., Record]) -> None:
    with pytest.raises(BadArgumentError, match="training-use import"):
        limit_to_checkpoints(open_rows(), ("klein",), ())


def test_another_checkpoint_than_the_answers_are_about_is_refused(record: Record) -> None:
    with pytest.raises(BadArgumentError, match="model's file"):
        limit_to_checkpoints(record, ("gross",), ("klein",))
