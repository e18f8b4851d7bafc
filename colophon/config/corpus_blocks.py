"""Makes the values of `dedup`, `contamination`, `analysis` and `filters` from their blocks, and checks what a single
key cannot show."""

from __future__ import annotations

import re
from typing import Any

from colophon.config.band_choice import Bands, best_bands
from colophon.config.corpus import MIN_COMPARED_WORDS, AnalyzerSettings, Contamination, Dedup, Filter, Option
from colophon.config.corpus_file import AnalysisBlock, ContaminationBlock, DedupBlock, FilterBlock
from colophon.config.extensions import Extensions
from colophon.config.fields import sole_key
from colophon.config.problems import Problems, UnfitError, shown
from colophon.config.spdx import normalized_expression
from colophon.vocabulary import FilterKind, PublicReason

_MAX_SLOTS = 1_024
_DEFAULT_ROWS = 8
_MAX_COMPARED_WORDS = 50
_MIN_DETECTION = 0.1

#: Which keys a filter takes beside rule, kind and reason; one of them at least.
_FILTER_KEYS = {
    FilterKind.LANGUAGE: ("keep",),
    FilterKind.LICENSE: ("keep",),
    FilterKind.PII: ("max_count",),
    FilterKind.LENGTH: ("min_bytes", "max_bytes"),
    FilterKind.DOMAINS: ("drop",),
}
_ALL_FILTER_KEYS = ("keep", "drop", "max_count", "min_bytes", "max_bytes")


def dedup_of(block: DedupBlock, problems: Problems) -> Dedup:
    """The search as set; `bands: auto` becomes the bands and rows of `best_bands`."""
    if block.threshold == 0:
        problems.add(block.place, "`threshold` 0 makes every pair a duplicate", "expected more than 0, at most 1")
    if block.bands == "auto":
        if block.rows is not None:
            problems.add(block.place, "`rows` is given beside `bands: auto`", "auto chooses both: remove `rows`")
        chosen = best_bands(block.threshold)
    else:
        chosen = Bands(block.bands, block.rows or _DEFAULT_ROWS)
        _check_bands(chosen, block, problems)
    return Dedup(block.shingle, chosen.bands, chosen.rows, block.threshold)


def _check_bands(chosen: Bands, block: DedupBlock, problems: Problems) -> None:
    if chosen.bands * chosen.rows > _MAX_SLOTS:
        problem = f"{chosen.bands} bands of {chosen.rows} rows are more than {_MAX_SLOTS} slots"
        problems.add(block.place, problem, "expected fewer bands or rows, or `bands: auto`")
    elif block.threshold and chosen.detection(block.threshold) < _MIN_DETECTION:
        problem = (
            f"{chosen.bands} bands of {chosen.rows} rows find fewer than one in ten pairs "
            f"of similarity {block.threshold}"
        )
        problems.add(block.place, problem, "expected more bands, fewer rows, or `bands: auto`")


def contamination_of(block: ContaminationBlock, problems: Problems) -> Contamination:
    """The search as set."""
    if not MIN_COMPARED_WORDS <= block.words <= _MAX_COMPARED_WORDS:
        problem = f"n-grams of {block.words} words tell no copy from chance, or miss what was cut"
        problems.add(block.place, problem, f"expected `words` from {MIN_COMPARED_WORDS} to {_MAX_COMPARED_WORDS}")
    if block.threshold == 0:
        problems.add(block.place, "`threshold` 0 makes every pair a finding", "expected more than 0, at most 1")
    return Contamination(block.words, block.threshold)


def analysis_of(block: AnalysisBlock, extensions: Extensions) -> tuple[AnalyzerSettings, ...]:
    """The analyzers with their options, in the order of the registry."""
    analyzers = tuple(
        AnalyzerSettings(name, kind, _analyzer_options(kind, getattr(block, name)))
        for name, kind in extensions.analyzers.items()
    )
    return tuple(a for a in analyzers if a.options is not None or a.name not in extensions.on_request)


def _analyzer_options(kind: type, written: Any) -> Any:
    """The options that the value of an analyzer's key stands for; None where it does not run."""
    if written is None or written is False:
        return None
    if written is True:
        return kind()
    return kind(written) if sole_key(kind) is not None else written


def filters_of(blocks: tuple[FilterBlock, ...], problems: Problems) -> tuple[Filter, ...]:
    """The filters in their order; names are unique and each kind takes its own keys."""
    seen: dict[str, FilterBlock] = {}
    for block in blocks:
        if block.rule in seen:
            line = seen[block.rule].place.line
            problems.add(block.place, f"filter rule {shown(block.rule)} is given twice", f"line {line} has it already")
        seen[block.rule] = block
    return tuple(_filter(b, problems) for b in blocks)


def _filter(block: FilterBlock, problems: Problems) -> Filter:
    takes = _FILTER_KEYS[block.kind]
    given = [k for k in _ALL_FILTER_KEYS if getattr(block, k) not in {None, ()}]
    expected = f"a filter of kind {block.kind} takes {' and '.join(takes)}"
    for key in given:
        if key not in takes:
            problems.add(block.place, f"filter {shown(block.rule)}: `{key}` does not belong to it", expected)
    if not set(given) & set(takes):
        problems.add(block.place, f"filter {shown(block.rule)} has nothing to go by", expected)
    if block.min_bytes is not None and block.max_bytes is not None and block.min_bytes > block.max_bytes:
        problems.add(block.place, "`min_bytes` is more than `max_bytes`", "expected the smaller one first")
    values = []
    for value in (*block.keep, *block.drop):
        try:
            values.append(_filter_value(block.kind, value))
        except UnfitError as e:
            problems.add(block.place, e.problem, e.expected)
    numbers = tuple(Option(k, getattr(block, k)) for k in given if k in takes and k not in {"keep", "drop"})
    return Filter(block.rule, block.kind, PublicReason(block.reason), numbers, tuple(values))


def _filter_value(kind: FilterKind, value: str) -> str:
    if kind is FilterKind.LICENSE:
        return normalized_expression(value)
    if kind is FilterKind.LANGUAGE and not re.fullmatch(r"[a-z]{2,3}", value):
        raise UnfitError(f"{shown(value)} is not a language code", "expected ISO 639, such as en, or und")
    if kind is FilterKind.DOMAINS:
        return _domain(value)
    return value


def _domain(value: str) -> str:
    try:
        # Addresses in the record are in this form.
        domain = value.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", domain):
        raise UnfitError(f"{shown(value)} is not a domain", "expected a name such as example.org")
    return domain
