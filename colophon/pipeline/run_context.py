"""What every transform of a run must know; small, frozen and picklable."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from colophon.analyzers.identity import IdKey
from colophon.config.corpus import Corpus, Source
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import MissingKeyError
from colophon.record.storage import WORK, RecordStorage
from colophon.reservations.moment import JudgedSource
from colophon.reservations.policy import Policy
from colophon.vocabulary import KEYED_ACQUISITIONS, Stage

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


@dataclass(frozen=True)
class RunContext:
    """A run: the record, the corpus with numbered sources, and how it is read."""

    folder: RecordStorage
    corpus: Corpus
    sources: tuple[NumberedSource, ...]
    policy: Policy
    scheme: Scheme
    generation: int
    input_bytes: int
    batch_rows: int
    limit: int | None
    memory_bytes: int

    @cached_property
    def by_id(self) -> dict[int, NumberedSource]:
        return {s.source_id: s for s in self.sources}

    @property
    def judged_sources(self) -> tuple[JudgedSource, ...]:
        """What judging reservations needs to know of the sources."""
        return tuple(
            JudgedSource(s.source_id, s.source.acquisition, s.source.crawler.user_agents, s.source.obtained)
            for s in self.sources
        )

    @property
    def base(self) -> str:
        """Folder of the corpus file, to which paths are relative."""
        return str(Path(self.corpus.file).parent)

    @property
    def work(self) -> str:
        """Folder in the record for what the steps of this run hand to each other; deleted at the end."""
        return WORK


def id_key(corpus: Corpus) -> IdKey | None:
    """The key from the environment, or None where the corpus names none. Raises MissingKeyError."""
    if corpus.id_key_variable is None:
        return None
    secret = os.environ.get(corpus.id_key_variable, "")
    if not secret:
        keyed = tuple(s.name for s in corpus.sources if s.acquisition in KEYED_ACQUISITIONS)
        raise MissingKeyError(keyed, corpus.id_key_variable)
    return IdKey(secret.encode())
