"""The sources of a run with their numbers, and how workers read the shards of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from colophon.analyzers.identity import IdKey
from colophon.config.corpus import Corpus, Source
from colophon.connectors.readers import Reader, reader_of
from colophon.errors import UnsetKeyError
from colophon.pipeline.plan import PlannedShard
from colophon.reservations.moment import JudgedSource
from colophon.vocabulary import KEYED_ACQUISITIONS, DedupPart, Stage

#: Stages that are not training: they take no part in the search for duplicates and are never counted as training.
EVALUATION_STAGES = frozenset({Stage.EVALUATION, Stage.VALIDATION})


@dataclass(frozen=True, slots=True)
class NumberedSource:
    """A source of the corpus with the number it has for ever and its place in the configuration."""

    source_id: int
    position: int
    source: Source

    @property
    def evaluates(self) -> bool:
        """Whether its documents measure the model."""
        return self.source.stage in EVALUATION_STAGES

    @property
    def trains(self) -> bool:
        """Whether its documents may change the weights of the model."""
        return not self.evaluates and self.source.weight_update

    @property
    def is_compared(self) -> bool:
        """Whether its documents take part in the search for duplicates."""
        return self.trains and self.source.dedup is not DedupPart.OFF

    @property
    def is_keyed(self) -> bool:
        """Whether its ids are stored as keyed hashes."""
        return self.source.acquisition in KEYED_ACQUISITIONS


Sources = tuple[NumberedSource, ...]


def judged_sources_of(sources: Iterable[NumberedSource]) -> tuple[JudgedSource, ...]:
    """What judging reservations needs to know of sources."""
    return tuple(
        JudgedSource(s.source_id, s.source.acquisition, s.source.crawler.user_agents, s.source.obtained)
        for s in sources
    )


@dataclass(frozen=True)
class ShardReader:
    """How workers read shards: the sources, the folder that paths are relative to, the rows of a batch, and the
    variable of the environment that holds the key of ids, None where no source needs one."""

    sources: Sources
    base: str
    batch_rows: int
    key_variable: str | None

    @classmethod
    def of(cls, corpus: Corpus, sources: Sources, batch_rows: int) -> ShardReader:
        """The reader of a corpus, whose paths are relative to its file."""
        return cls(sources, str(Path(corpus.file).parent), batch_rows, corpus.id_key_variable)

    @cached_property
    def _by_id(self) -> dict[int, NumberedSource]:
        return {s.source_id: s for s in self.sources}

    def source(self, planned: PlannedShard) -> NumberedSource:
        """The source of a shard."""
        return self._by_id[planned.source_id]

    def reader(self, planned: PlannedShard) -> Reader:
        """What reads a shard."""
        return reader_of(self.source(planned).source, self.base, planned.shard, self.batch_rows)

    def in_batches_of(self, rows: int) -> ShardReader:
        """The same, but with batches of so many rows."""
        return replace(self, batch_rows=rows)

    def key(self) -> IdKey | None:
        """The key from the environment, None where no source needs one. Raises UnsetKeyError."""
        return _key(self.key_variable, (s.source for s in self.sources))


def id_key(corpus: Corpus) -> IdKey | None:
    """The key from the environment, or None where the corpus names none. Raises UnsetKeyError."""
    return _key(corpus.id_key_variable, corpus.sources)


def _key(variable: str | None, sources: Iterable[Source]) -> IdKey | None:
    if variable is None:
        return None
    secret = os.environ.get(variable, "")
    if not secret:
        keyed = tuple(s.name for s in sources if s.acquisition in KEYED_ACQUISITIONS)
        raise UnsetKeyError(keyed, variable)
    return IdKey(secret.encode())
