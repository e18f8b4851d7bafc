"""What the answers files say of the provider as a whole: its profile, exemptions, and when to look through again."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, fields
from datetime import date

from colophon.publishing.form import Form, Owed, Profile
from colophon.record.problems import Place, Problems, expected_word, shown
from colophon.record.yaml_lines import Entry, Mapping, Scalar

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_status(root: Mapping, problems: Problems) -> ProviderStatus:
    """What one file says of the provider; keys without a value say nothing."""
    for entry in root.entries:
        if entry.key in STATUS_KEYS and not isinstance(entry.node, Scalar):
            problems.add(entry.place, f"{entry.key} is not a text", "expected one value")
    given = {e.key: e for e in root.entries if e.key in STATUS_KEYS and _text(e)}
    return ProviderStatus(
        profile=_profile(given.get("profile"), problems),
        open_source=_truth(given.get("open_source"), problems),
        systemic_risk=_truth(given.get("systemic_risk"), problems),
        research_organisation=_text(given.get("research_organisation")) or None,
        review_by=_day(given.get("review_by"), problems),
        original_summary=_text(given.get("original_summary")) or None,
        places={key: entry.place for key, entry in given.items()},
    )


def joined_status(first: ProviderStatus, second: ProviderStatus, problems: Problems) -> ProviderStatus:
    """Both files' words on the provider; of two days of review, the earlier."""
    for key in ("profile", "open_source", "systemic_risk", "research_organisation", "original_summary"):
        one, other = getattr(first, key), getattr(second, key)
        if one is not None and other is not None and one != other:
            problems.add(second.places[key], f"another {key} than in the other file", "name it once")
    later, sooner = sorted((first, second), key=lambda s: s.review_by or "9999", reverse=True)
    return ProviderStatus(
        profile=first.profile or second.profile,
        open_source=first.open_source if first.open_source is not None else second.open_source,
        systemic_risk=first.systemic_risk if first.systemic_risk is not None else second.systemic_risk,
        research_organisation=first.research_organisation or second.research_organisation,
        review_by=sooner.review_by,
        original_summary=first.original_summary or second.original_summary,
        places={**second.places, **first.places, **later.places, **sooner.places},
    )


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """The provider as a whole; None where nothing is said.

    `open_source`: the model is free and open source in the sense of Article 53(2); `systemic_risk`: it is a model with
    systemic risk. `research_organisation` names the body that Article 3 of Directive (EU) 2019/790 speaks of.
    `review_by` is a day as YYYY-MM-DD. `places` tells where each was said.
    `original_summary` is the address of the summary of the model that this one modifies.
    """

    profile: Profile | None = None
    open_source: bool | None = None
    systemic_risk: bool | None = None
    research_organisation: str | None = None
    review_by: str | None = None
    original_summary: str | None = None
    places: MappingOf[str, Place] = field(default_factory=dict)

    @property
    def owes_model_documentation(self) -> bool:
        """Article 53(2): free and open-source models are exempt, those with systemic risk are not.

        The public summary and the copyright policy are owed by all.
        """
        return not self.open_source or bool(self.systemic_risk)

    def owes(self, form: Form) -> bool:
        """Whether this provider owes a form."""
        return form.owed is Owed.ALWAYS or self.owes_model_documentation


#: Keys of an answers file that are no field ids.
STATUS_KEYS = tuple(f.name for f in fields(ProviderStatus) if f.name != "places")


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _profile(entry: Entry | None, problems: Problems) -> Profile | None:
    if entry is None:
        return None
    text = _text(entry)
    if text not in tuple(Profile):
        problems.add(entry.place, f"unknown profile {shown(text)}", expected_word(text, Profile))
        return None
    return Profile(text)


def _truth(entry: Entry | None, problems: Problems) -> bool | None:
    if entry is None:
        return None
    text = _text(entry)
    if text not in _TRUTHS:
        problems.add(entry.place, f"{entry.key} is {shown(text)}", "expected true or false")
        return None
    return _TRUTHS[text]


def _day(entry: Entry | None, problems: Problems) -> str | None:
    if entry is None:
        return None
    text = _text(entry)
    if not is_day(text):
        problems.add(entry.place, f"{entry.key} is {shown(text)}", "expected a day as YYYY-MM-DD")
        return None
    return text


def _text(entry: Entry | None) -> str:
    """What a key holds; nothing where it is no single value."""
    if entry is None or not isinstance(entry.node, Scalar) or entry.node.value is None:
        return ""
    return entry.node.text.strip()


_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
