"""What persons have blacked out: `redact` in an answers file, beside the answer or alone."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from colophon.publishing.editions import Edition, Redaction
from colophon.publishing.provider_status import is_day
from colophon.record.problems import Place, Problems, expected_word, shown
from colophon.record.vocabulary import Disclosure
from colophon.record.yaml_lines import Entry, Mapping, Scalar

REDACT = "redact"

_REQUIRED = ("ground", "by", "on")
_CLASS = "class"

#: What is public is not redacted.
_CLASSES = tuple(d for d in Disclosure if d is not Disclosure.PUBLIC)


@dataclass(frozen=True, slots=True)
class StatedRedaction:
    """A redaction that a person ordered, and the class of readers who still see what is behind it."""

    redaction: Redaction
    seen_by: Disclosure
    place: Place

    def hides_from(self, edition: Edition) -> bool:
        """Whether readers of an edition see the placeholder."""
        return not edition.sees(self.seen_by)


def read_redaction(entry: Entry, problems: Problems) -> StatedRedaction | None:
    """`{redact: {ground: TEXT, by: ROLE, on: DAY, class: authority}}` in the entry of a field, None where it has none.

    `class` is who still sees the answer; authorities and the house do where it is left out.
    """
    part = entry.node.get(REDACT) if isinstance(entry.node, Mapping) else None
    if part is None or (isinstance(part.node, Scalar) and part.node.value is None):
        return None
    before = len(problems.found)
    texts = _texts(entry.key, part, problems)
    for key in (key for key in _REQUIRED if not texts.get(key)):
        problems.add(
            part.place, f"the redaction of field {entry.key} has no `{key}`", "ground, by (a role) and on (a day)"
        )
    seen_by = texts.get(_CLASS) or Disclosure.AUTHORITY
    if seen_by not in _CLASSES:
        problems.add(part.place, f"unknown class {shown(seen_by)}", expected_word(seen_by, _CLASSES))
    if texts.get("on") and not is_day(texts["on"]):
        problems.add(part.place, f"field {entry.key}: on is {shown(texts['on'])}", "expected a day as YYYY-MM-DD")
    if len(problems.found) > before:
        return None
    return StatedRedaction(Redaction(texts["ground"], texts["by"], texts["on"]), Disclosure(seen_by), part.place)


def _texts(field: str, part: Entry, problems: Problems) -> MappingOf[str, str]:
    """The texts of the block by key."""
    keys = (*_REQUIRED, _CLASS)
    if not isinstance(part.node, Mapping):
        problems.add(part.place, f"the redaction of field {field} is not a mapping", _expected(keys))
        return {}
    texts = {}
    for entry in part.node.entries:
        if entry.key not in keys:
            problems.add(entry.place, f"unknown key {shown(entry.key)}", expected_word(entry.key, keys))
        elif isinstance(entry.node, Scalar) and entry.node.value is not None:
            texts[entry.key] = entry.node.text.strip()
    return texts


def _expected(keys: Iterable[str]) -> str:
    return f"expected a mapping such as {{{', '.join(f'{key}: …' for key in keys)}}}"
