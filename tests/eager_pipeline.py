"""A pipeline that runs at once and in memory, so that tests of transforms read like those of functions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import apache_beam as beam

from colophon.pipeline.engines.beam import Engine, run_pipeline

#: What pipelines of this process have put out, by pipeline and output. One worker runs them, in this process.
_OUTPUTS: dict[tuple[int, str], list[Any]] = defaultdict(list)
_NUMBERS = count()


@dataclass(frozen=True)
class Outcome:
    """The elements of each output of a transform, in any order, and its counters."""

    outputs: dict[str, list[Any]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)


def apply(transform, elements=None, *, kind=None, outputs=()):
    """What a transform makes of elements; of nothing where it begins a pipeline. `kind` is their type hint for Beam.

    The errors of this program arrive as those of a run do.
    """
    number = next(_NUMBERS)

    def build(pipeline):
        begin = pipeline
        if elements is not None:
            create = beam.Create(list(elements))
            begin = pipeline | "Elements" >> (create if kind is None else create.with_output_types(kind))
        applied = begin | "Applied" >> transform
        for name in outputs or ("",):
            collection = applied[name] if outputs else applied
            _ = collection | f"Keep {name}" >> beam.ParDo(_Keep(number, name))

    counters = run_pipeline(Engine(), build)
    kept = {name: _OUTPUTS.pop((number, name), []) for name in outputs or ("",)}
    return Outcome(kept, {f"{c.transform}.{c.name}": c.value for c in counters})


def eager(transform, elements=None, *, kind=None):
    """The elements that a transform with one output makes of others, in any order."""
    (made,) = apply(transform, elements, kind=kind).outputs.values()
    return made


class _Keep(beam.DoFn):
    def __init__(self, number, name):
        super().__init__()
        self._at = number, name

    def process(self, element):
        _OUTPUTS[self._at].append(element)
        yield from ()
