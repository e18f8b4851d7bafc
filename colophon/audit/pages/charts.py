"""Bar charts as drawings of plain SVG: places and lengths are worked out here, a template writes the marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: The grid of a chart in its own units; the page scales it as a whole.
WIDTH = 960
_LABEL_WIDTH = 220
_TOTAL_WIDTH = 110
_BAR_HEIGHT = 30
_BAR_STEP = 42

#: Numbers below are written out.
_LONGEST_PLAIN = 10_000

#: Room that a letter of a label takes, from the widest system fonts.
_LETTER = 8.5


@dataclass(frozen=True, slots=True)
class Amount:
    """A part of a bar: its kind (a class of the style sheet), how much, and what it is called."""

    kind: str
    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A drawn part; `inside` is the number written in it, empty where there is no room."""

    kind: str
    x: float
    width: float
    inside: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn bar with its label before and its total behind it."""

    label: str
    y: int
    total_x: float
    total: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what somebody who does not see it is told; `kinds` are those that occur, for the legend."""

    name: str
    title: str
    description: str
    height: int
    bars: tuple[Bar, ...]
    kinds: tuple[str, ...]
    width: int = WIDTH
    bar_height: int = _BAR_HEIGHT


def bar_chart(
    name: str, title: str, bars: Iterable[tuple[str, Sequence[Amount]]], unit: str, order: Sequence[str]
) -> Chart | None:
    """A bar for each label, its parts side by side, all on one scale; None where there is nothing to draw.

    `unit` is what the values count, as in "documents"; `order` is that of the kinds in the legend.
    """
    given = [(label, [a for a in amounts if a.value]) for label, amounts in bars]
    given = [(label, amounts) for label, amounts in given if amounts]
    if not given:
        return None
    most = max(sum(a.value for a in amounts) for _, amounts in given)
    scale = (WIDTH - _LABEL_WIDTH - _TOTAL_WIDTH) / most
    drawn = tuple(_bar(label, amounts, scale, number * _BAR_STEP) for number, (label, amounts) in enumerate(given))
    kinds = tuple(kind for kind in order if any(a.kind == kind for _, amounts in given for a in amounts))
    amounts_said = "; ".join(
        f"{label}: " + ", ".join(f"{a.value:,} {a.label}" for a in amounts) for label, amounts in given
    )
    height = len(given) * _BAR_STEP - (_BAR_STEP - _BAR_HEIGHT)
    return Chart(name, title, f"Bars of {unit}. {amounts_said}.", height, drawn, kinds)


def _bar(label: str, amounts: Sequence[Amount], scale: float, y: int) -> Bar:
    segments = []
    x = float(_LABEL_WIDTH)
    for amount in amounts:
        width = amount.value * scale
        written = short_number(amount.value)
        fits = width > len(written) * _LETTER + 6
        title = f"{label}: {amount.value:,} {amount.label}"
        segments.append(Segment(amount.kind, round(x, 1), round(width, 1), written if fits else "", title))
        x += width
    total = short_number(sum(a.value for a in amounts))
    return Bar(_fitted(label), y, round(x + 8, 1), total, tuple(segments))


def short_number(value: int) -> str:
    """A number in at most four digits, with k, M, G and so on for thousands and more."""
    if value < _LONGEST_PLAIN:
        return f"{value:,}"
    amount, sign = float(value), ""
    for larger in "kMGTPE":
        # What would be rounded to a thousand is written with the next sign.
        if amount >= 999.5:  # noqa: PLR2004
            amount, sign = amount / 1000, larger
    return f"{amount:.3g}{sign}"


def _fitted(label: str) -> str:
    most = int((_LABEL_WIDTH - 12) / _LETTER)
    return label if len(label) <= most else label[: most - 1] + "…"
