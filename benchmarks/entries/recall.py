"""What the sketches and the run find, and what they remove, against true similarities from plain Python.

Half of the documents are copies of others, many of them near the threshold. The truth of every pair that is counted
comes from sets of shingles in plain Python, not from the generator, which must agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.arguments import arguments
from benchmarks.corpus import Corpus, Plan, corpus
from benchmarks.measuring import Value, report, require
from benchmarks.python_shingles import jaccard
from benchmarks.whole_run import Job, check_answers, removals
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import SLOT_BITS, Scheme
from colophon.dedup.sketch.sketches import sketch

_SCHEME = Scheme()
_THRESHOLD, _SLACK = 0.8, 0.02
_SIMILAR, _CURVE, _AROUND = 0.9, 0.8, 0.005
_EDGE = 0.905
_SIMILARITIES = (1.0, 0.97, 0.95, 0.92, 0.91, 0.905, 0.9, 0.85, 0.82, 0.8, 0.8, 0.79, 0.78, 0.77, 0.75, 0.7, 0.6)

#: The generator's similarities hold but for shingles that stand twice in a document.
_DISAGREEING, _ROUNDING = 0.001, 1e-9

#: Fewer pairs than this say nothing about a share of one in a thousand.
_MIN_PAIRS = 1_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Planted pairs by number, with their true similarity."""

    numbers: npt.NDArray[np.int64]
    originals: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float64]


def main() -> None:
    """Band in memory, run the program, compare both with the truth, report."""
    given = arguments()
    data = corpus(
        Plan(given.documents, seed=7, copied=0.5, similarities=_SIMILARITIES, file_documents=20_000), given.data
    )
    texts = data.texts(data.text_bytes)
    lines = texts.to_pylist()
    pairs = _true_pairs(data, lines)
    keys = band_keys(sketch(texts, _SCHEME).slots, _SCHEME)
    together = (keys[pairs.numbers] == keys[pairs.originals]).any(axis=1)
    similar = (pairs.similarities >= _SIMILAR) & (pairs.similarities < 1)
    on_curve = np.abs(pairs.similarities - _CURVE) <= _AROUND
    require(min(similar.sum(), on_curve.sum()) >= _MIN_PAIRS, "too few planted pairs to tell")
    expected = _share_banded(pairs.similarities[on_curve]).mean()
    job = Job(data, given.scratch("recall"), given.cores)
    job.run()
    check_answers(job)
    report(
        [
            Value("band_recall", together[similar].mean()),
            Value("band_recall_edge", together[similar & (pairs.similarities < _EDGE)].mean()),
            Value("pairs_similar", similar.sum()),
            Value("banded_at_curve", together[on_curve].mean()),
            Value("s_curve", expected),
            Value("pairs_on_curve", on_curve.sum()),
            Value("s_curve_distance", 100 * abs(together[on_curve].mean() - expected)),
            *_run_values(job, pairs, lines),
        ]
    )


def _true_pairs(data: Corpus, lines: list[str]) -> Pairs:
    truth = data.truth()
    numbers, originals = truth.column("number").to_numpy(), truth.column("original").to_numpy()
    similarities = np.array([jaccard(lines[a], lines[b]) for a, b in zip(numbers, originals, strict=True)])
    differing = float((np.abs(similarities - truth.column("jaccard").to_numpy()) > _ROUNDING).mean())
    require(differing <= _DISAGREEING, f"{differing:.4f} of the planted similarities are not true")
    return Pairs(numbers, originals, similarities)


def _share_banded(similarities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The S-curve 1 - (1 - p^rows)^bands; p is the similarity, and what differing slots agree in by accident."""
    p = similarities + (1 - similarities) / 2**SLOT_BITS
    shares: npt.NDArray[np.float64] = 1 - (1 - p**_SCHEME.rows) ** _SCHEME.bands
    return shares


def _run_values(job: Job, pairs: Pairs, lines: list[str]) -> list[Value]:
    """What the run removed: of the similar pairs one each, and nothing unlike."""
    found = removals(job.record)
    removed = np.zeros(len(lines), bool)
    removed[found.numbers.to_numpy()] = True
    similar = pairs.similarities >= _SIMILAR
    one_of_two = removed[pairs.numbers] | removed[pairs.originals]
    rows = zip(found.numbers.to_pylist(), found.kept.to_pylist(), strict=True)
    true = np.array([jaccard(lines[a], lines[b]) for a, b in rows])
    wrong = true < _THRESHOLD - _SLACK
    exact = np.array([method == "exact" for method in found.methods.to_pylist()])
    return [
        Value("found", one_of_two[similar].mean()),
        Value("removals_exact", exact.sum()),
        Value("removals_estimate", (~exact).sum()),
        Value("wrong_exact", (wrong & exact).sum()),
        Value("wrong_estimate", (wrong & ~exact).sum() / max(1, (~exact).sum())),
        Value("least_similarity_exact", true[exact].min()),
        Value("least_similarity_estimate", true[~exact].min() if (~exact).any() else 1.0),
    ]


if __name__ == "__main__":
    main()
