"""Personal data in a document: which types, how often, how surely. Never a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Annotated, ClassVar, Protocol, Self
from urllib.parse import unquote

import pyarrow as pa

from colophon.config.constraints import KeyMeaning, Share
from colophon.config.corpus import Source
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, quantised, schema_of
from colophon.urls import clean_url
from colophon.vocabulary import Entity

#: A text is looked at in cores of this many characters, each with a margin on both sides. A find belongs to the core
#: it starts in, so one of up to `MARGIN` characters is met whole and counted once wherever the cuts fall, and the
#: time for a text grows with its length alone, whatever it is made of.
CORE = 800
MARGIN = 200

_FINDING = pa.struct([
    pa.field("entity", pa.string(), nullable=False),
    pa.field("occurrences", pa.int32(), nullable=False),
    pa.field("max_score", pa.float32(), nullable=False),
])  # fmt: skip

_COLUMNS = pa.schema([
    pa.field("pii", pa.list_(pa.field("item", _FINDING, nullable=False)), nullable=False),
    *schema_of(DOCUMENTS.named("pii_count")),
    pa.field("url_has_personal_data", pa.bool_(), nullable=False),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class PiiOptions:
    """`false` switches the search for personal data off; a block sets it."""

    min_score: Annotated[Share, KeyMeaning("Least score of a finding that is counted.")] = 0.5
    entities: Annotated[tuple[Entity, ...], KeyMeaning("Types to look for; without the key, all of them.")] = ()


@dataclass(frozen=True)
class PersonalData:
    """Counts personal data in the text of each row, by type, and says whether the row's URL holds any.

    Presidio's recognisers decide; a find below `min_score` does not count, and words before it, up to five, may raise
    its score (`detectors`); what only looks alike is taken out (`look_alikes`). Of a URL, path and query are looked
    at, percent signs decoded; userinfo and fragment are never kept, and the authority is what such a URL is cut to.
    """

    options: ClassVar = PiiOptions
    columns: ClassVar = DOCUMENTS.named("pii_count")

    min_score: float = 0.5
    entities: tuple[Entity, ...] = tuple(Entity)

    @classmethod
    def of(cls, options: PiiOptions, _source: Source, _folder: str) -> Self:
        return cls(options.min_score, options.entities or tuple(Entity))

    @property
    def rule(self) -> Rule:
        parameters = {
            "core": CORE,
            "entities": sorted(self.entities),
            "margin": MARGIN,
            "min_score": self.min_score,
            "phonenumbers": version("phonenumbers"),
            "presidio-analyzer": version("presidio-analyzer"),
            "regex": version("regex"),
        }
        return Rule("pii", "2", parameters=json.dumps(parameters, sort_keys=True))

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        detection = _detection(self.min_score, self.entities)
        findings = [findings_in(text.as_py(), detection) for text in batch.column("text")]
        listed = [[(str(f.entity), f.occurrences, f.max_score) for f in of_text] for of_text in findings]
        counts = [sum(f.occurrences for f in of_text) for of_text in findings]
        urls = [url is not None and _url_holds_any(url, detection) for url in batch.column("url").to_pylist()]
        arrays = [
            pa.array(listed, _COLUMNS.field("pii").type),
            pa.array(counts, pa.int32()),
            pa.array(urls, pa.bool_()),
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=_COLUMNS)


@dataclass(frozen=True, slots=True)
class Find:
    """One find in a segment: where it starts, in characters, and how sure it is."""

    entity: Entity
    start: int
    score: float


@dataclass(frozen=True, slots=True)
class EntityFinding:
    """What was found of one type in a document."""

    entity: Entity
    occurrences: int
    max_score: float


class Detector(Protocol):
    """Finds one type of personal data in a segment of text."""

    def find(self, segment: str) -> Sequence[Find]: ...


class Prefilter(Protocol):
    """Names, by their places, the detectors that may find something; one that it does not name finds nothing."""

    def candidates(self, segment: str) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Detection:
    """The detectors of a configuration and the prefilter before them."""

    detectors: tuple[Detector, ...]
    prefilter: Prefilter


def findings_in(text: str, detection: Detection) -> list[EntityFinding]:
    """What is found in a text, by type, sorted by its name."""
    occurrences: dict[Entity, int] = {}
    scores: dict[Entity, float] = {}
    for find in _finds(text, detection):
        occurrences[find.entity] = occurrences.get(find.entity, 0) + 1
        scores[find.entity] = max(find.score, scores.get(find.entity, 0.0))
    return [EntityFinding(e, occurrences[e], quantised(scores[e])) for e in sorted(occurrences)]


def _finds(text: str, detection: Detection) -> Iterator[Find]:
    for core in range(0, len(text), CORE):
        begin = max(core - MARGIN, 0)
        segment = text[begin : core + CORE + MARGIN]
        for place in detection.prefilter.candidates(segment):
            for find in detection.detectors[place].find(segment):
                if core <= begin + find.start < core + CORE:
                    yield find


def _url_holds_any(url: str, detection: Detection) -> bool:
    address = clean_url(url)
    return address is not None and any(True for _ in _finds(unquote(address.path_and_query), detection))


@cache
def _detection(min_score: float, entities: tuple[Entity, ...]) -> Detection:
    # Presidio takes seconds to import; only the processes that scan pay for it.
    from colophon.analyzers.pii.detectors import detectors_for
    from colophon.analyzers.pii.prefilter import prefilter_for

    detectors = detectors_for(entities, min_score)
    return Detection(detectors, prefilter_for(detectors))
