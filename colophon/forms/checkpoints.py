"""Limits a record to what some checkpoints used, so that two models from one record each have a summary of their own.

Template C(2025) 8311, paragraph 30: one summary stands for several models only where their content is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.problems import nearest, shown
from colophon.errors import BadArgumentError
from colophon.query.session import Record
from colophon.tables import TRAINING_USE

_BATCH_ROWS = 100_000


def limit_to_checkpoints(record: Record, asked: Sequence[str], stated: Sequence[str]) -> tuple[str, ...]:
    """Let a session see the training use of some checkpoints alone; gives those it sees, none where it sees all.

    `asked` are those that a command names, `stated` those to which an answers file binds the models. Raises
    BadArgumentError for one that the record does not know, and where both name different ones.
    """
    if asked and stated and set(asked) != set(stated):
        expected = f"those of `checkpoints` in the model's file ({', '.join(stated)}), or a file for the other model"
        raise BadArgumentError("--checkpoint", ", ".join(asked), expected)
    wanted = dict.fromkeys(asked or stated)
    known = record.table("checkpoints").column("checkpoint").to_pylist()
    for name in wanted:
        if name not in known:
            raise BadArgumentError("checkpoint", name, _expected(name, known))
    if wanted:
        record.stand_in(TRAINING_USE.name, TRAINING_USE.schema, _use_by(record, wanted))
    return tuple(name for name in known if name in wanted)


def _use_by(record: Record, checkpoints: Collection[str]) -> Iterator[pa.RecordBatch]:
    wanted = pa.array(checkpoints, pa.string())
    for batch in record.batches("FROM training_use", _BATCH_ROWS):
        used = batch.filter(pc.is_in(batch.column("checkpoint"), wanted))
        yield used.select(TRAINING_USE.schema.names).cast(TRAINING_USE.schema)


def _expected(name: str, known: Sequence[str]) -> str:
    if not known:
        return "a checkpoint on record; there is none until `colophon training-use import` has brought a training log"
    near = nearest(name, known)
    return f"one of {', '.join(known)}{f'; the nearest is {shown(near)}' if near else ''}"
