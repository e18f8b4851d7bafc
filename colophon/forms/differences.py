"""What differs between two versions: of a published form field by field, of anything else item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from colophon.forms.read_back import Piece, PublishedSummary


def form_differences(old: PublishedSummary, new: PublishedSummary, leave_out: Iterable[str] = ()) -> list[Difference]:
    """The differences between two versions of a form in the order of the new one; fields to leave out by id."""
    out = set(leave_out)
    before = {f.id: f for f in old.fields if f.id not in out}
    after = {f.id: f for f in new.fields if f.id not in out}
    found: list[Difference] = []
    if (old.template, old.map_version) != (new.template, new.map_version):
        then, now = (f"{s.template}, field map {s.map_version}" for s in (old, new))
        found.append(Difference("template", "Template of the form", "", DifferenceKind.CHANGED, then, now))
    for id_ in dict.fromkeys([*after, *before]):
        label = (after.get(id_) or before[id_]).label
        pieces = [field.pieces if (field := fields.get(id_)) else () for fields in (before, after)]
        found += item_differences(id_, label, pieces[0], pieces[1])
    return found


def item_differences(part: str, label: str, old: Iterable[Piece], new: Iterable[Piece]) -> Iterator[Difference]:
    """Pieces that were added, removed or say something else, in the order of the new ones; removed ones last."""
    before = {piece.item: piece.text for piece in old}
    for piece in new:
        if piece.item not in before:
            yield Difference(part, label, piece.item, DifferenceKind.ADDED, "", piece.text)
        elif (then := before.pop(piece.item)) != piece.text:
            yield Difference(part, label, piece.item, DifferenceKind.CHANGED, then, piece.text)
    for item, text in before.items():
        yield Difference(part, label, item, DifferenceKind.REMOVED, text, "")


class DifferenceKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the field or part and its label, the item (empty: all of it), and what was said and is."""

    part: str
    label: str
    item: str
    kind: DifferenceKind
    before: str
    after: str
