"""What the tests of all connectors share: a source over a folder, and what comes out of it, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from colophon.config.corpus import Fields, SnapshotFiles, Source
from colophon.connectors import CONNECTORS, open_connector
from colophon.connectors.rows import ROWS, DamagedFile, InputFile, Reject, Shard, ShardRead
from colophon.connectors.signals.snapshots import open_signals
from colophon.reservations.observation import Observation, PageLook
from colophon.vocabulary import Acquisition, Stage


@dataclass
class Outcome:
    batches: list
    rejects: list
    observations: list
    read: ShardRead
    page_looks: list = field(default_factory=list)
    damaged_files: list = field(default_factory=list)

    @property
    def rows(self):
        return [row for batch in self.batches for row in batch.to_pylist()]

    @property
    def texts(self):
        return [row["text"] for row in self.rows]

    @property
    def reasons(self):
        return [(r.position, str(r.reason), r.detail) for r in self.rejects]

    def assert_conserved(self):
        documents = sum(batch.num_rows for batch in self.batches)
        told = documents + len(self.rejects) + len(self.observations) + self.read.skipped
        assert self.read.rows == told


def outcome_of(items: Iterable) -> Outcome:
    items = list(items)
    assert isinstance(items[-1], ShardRead)
    outcome = Outcome(
        [i for i in items if isinstance(i, pa.RecordBatch)],
        [i for i in items if isinstance(i, Reject)],
        [i for i in items if isinstance(i, Observation)],
        items[-1],
        [i for i in items if isinstance(i, PageLook)],
        [i for i in items if isinstance(i, DamagedFile)],
    )
    for batch in outcome.batches:
        assert batch.schema == ROWS
        batch.validate(full=True)
    outcome.assert_conserved()
    return outcome


def source_of(connector, paths, fields=None, options=None, signals=None):
    return Source(
        name="source",
        signals=signals or (),
        stage=Stage.PRETRAINING,
        acquisition=Acquisition.PUBLIC_DATASET,
        connector=connector,
        paths=tuple(paths),
        fields=fields or Fields(),
        options=CONNECTORS[connector].options(**options) if options else None,
    )


class Reading:
    """Opens connectors over one folder and reads all they plan, or one file or range."""

    def __init__(self, folder):
        self.folder = folder

    def connector(self, connector, paths, fields=None, options=None, batch_rows=8000):
        return open_connector(source_of(connector, paths, fields, options), str(self.folder), batch_rows)

    def read(self, connector, *paths, fields=None, options=None, batch_rows=8000):
        opened = self.connector(connector, paths, fields, options, batch_rows)
        (shard,) = opened.plan()
        return outcome_of(opened.read(shard))

    def signals(self, *paths, fetched_at=None, kept_by=None, protocol="robots"):
        key = "registries" if protocol == "registry" else protocol
        files = (SnapshotFiles(paths, fetched_at, kept_by, key=key),)
        return open_signals(source_of("text", [], signals=files), str(self.folder), protocol)

    def read_signals(self, *paths, **settings):
        opened = self.signals(*paths, **settings)
        (shard,) = opened.plan()
        return outcome_of(opened.read(shard))

    def read_range(self, connector, path, begin, end, fields=None):
        opened = self.connector(connector, [path], fields)
        shard = Shard((InputFile(path, (self.folder / path).stat().st_size, ""),), begin, end)
        return outcome_of(opened.read(shard))


@pytest.fixture
def reading(tmp_path):
    return Reading(tmp_path)


@pytest.fixture(scope="session")
def reading_in():
    """For property tests, which bring a folder of their own for each example."""
    return Reading
