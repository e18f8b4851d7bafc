"""RSL documents: which assets their licences are for, and what each means for training.

Read as RSL 1.0 says (RSL-SPEC-1.0, 10 December 2025, with errata to 7 August 2026), of which only parts could be had.
A licence prohibits training, or permits it for free, or permits it under conditions; a list of permitted uses without
training permits it not (3.5). Every condition counts as not met, since nobody has accepted it: any payment but *free*,
a licensing process or a price (3.7), a licence server (3.3), a report (3.12), a restriction to some users or countries
(3.5, 3.6). Such content is reserved, but licensable.

Words of the drafts of 2025 for training are understood, so are lists with commas. A document that breaks the rules of
the namespace (3), or does not say what it is for (3.3), permits nothing; nor does a content of a feed or a file without
the address of an asset (4.7, 4.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from xml.etree.ElementTree import Element

from colophon.analyzers.reservations.untrusted_xml import xml_root
from colophon.record.vocabulary import VerdictState

NAMESPACE = "https://rslstandard.org/rsl"
_NAMESPACE_OF_ANY_VERSION = re.compile(r"https?://(?:www\.)?rslstandard\.org/rsl(?:/|$)", re.IGNORECASE)

# `train-ai` is the word of the first draft for `ai-train`.
_TRAINING = frozenset({"all", "ai-all", "ai-train", "train-ai"})
_ALSO_RESERVING = frozenset({"train-genai", "ai-training"})
_BETWEEN_WORDS = re.compile(r"[\s,]+")
_FREE = "free"
_ASKING = frozenset({"custom", "amount", "accepts"})
_ADDRESSES = ("standard", "custom")

#: Elements of the namespace (3, Appendix A).
_KNOWN = frozenset({
    "rsl",
    "content",
    "license",
    "permits",
    "prohibits",
    "payment",
    "standard",
    "custom",
    "amount",
    "accepts",
    "reporting",
    "legal",
    "alternate",
    "schema",
    "copyright",
    "terms",
})  # fmt: skip


class Grant(StrEnum):
    """What a licence means for training, the strictest first."""

    PROHIBITED = "prohibited"
    CONDITIONAL = "conditional"
    FREE = "free"
    NOT_LISTED = "not_listed"
    NOTHING_SAID = "nothing_said"

    @property
    def state(self) -> VerdictState:
        """What the licence means taken alone."""
        if self is Grant.FREE:
            return VerdictState.ALLOWED
        return VerdictState.SILENT if self is Grant.NOTHING_SAID else VerdictState.RESERVED


@dataclass(frozen=True, slots=True)
class RslLicense:
    """One licence. `content` and `place` count from 1 in the document and in its content; `url` is the content's.

    `value` names the uses and conditions, with the addresses at which a licence may be had.
    """

    content: int
    place: int
    url: str
    grant: Grant
    value: str


def rsl_licenses(document: bytes) -> tuple[RslLicense, ...] | None:
    """The licences of an RSL document, or of a feed or package in which contents stand; None for other XML or none.

    A content without a licence says nothing.
    """
    root = xml_root(document)
    if root is None:
        return None
    namespace, _, name = root.tag.removeprefix("{").rpartition("}")
    is_rsl = name == "rsl" and (not namespace or is_rsl_namespace(namespace))
    contents = list(_contents(root, namespace if is_rsl else NAMESPACE))
    if not contents and not is_rsl:
        return None
    licenses = tuple(
        _license(number, place, url, content, license_)
        for number, (url, content) in enumerate(contents, 1)
        for place, license_ in enumerate(_children(content, "license"), 1)
    )
    name_assets = all("url" in content.attrib for _, content in contents)
    may_permit = (namespace == NAMESPACE or not is_rsl) and name_assets and _only_known(root)
    return tuple(
        each if each.grant is not Grant.FREE or (may_permit and (is_rsl or each.url)) else _permitting_nothing(each)
        for each in licenses
    )


def _permitting_nothing(license_: RslLicense) -> RslLicense:
    return replace(license_, grant=Grant.NOTHING_SAID)


def is_rsl_namespace(namespace: str) -> bool:
    """Whether a namespace is that of RSL, of whatever version."""
    return _NAMESPACE_OF_ANY_VERSION.match(namespace) is not None


def _contents(root: Element, namespace: str) -> Iterator[tuple[str, Element]]:
    """Contents with their addresses; that of a feed's item stands for an empty one (4.7)."""
    tag = f"{{{namespace}}}content" if namespace else "content"
    of_items = {id(content): item.findtext("link", "") for item in root.iter("item") for content in item.iter(tag)}
    for content in root.iter(tag):
        url = content.get("url", "").strip()
        yield url or of_items.get(id(content), "").strip(), content


def _only_known(root: Element) -> bool:
    prefix = f"{{{NAMESPACE}}}"
    return all(e.tag.removeprefix(prefix) in _KNOWN for e in root.iter() if e.tag.startswith(prefix))


def _license(number: int, place: int, url: str, content: Element, license_: Element) -> RslLicense:
    permitted = _words(license_, "permits", "usage")
    prohibited = _words(license_, "prohibits", "usage")
    conditions = (*_server(content), *_server(license_), *_conditions(license_))
    if set(prohibited) & (_TRAINING | _ALSO_RESERVING):
        grant = Grant.PROHIBITED
    elif permitted and not set(permitted) & _TRAINING:
        grant = Grant.NOT_LISTED
    elif conditions:
        grant = Grant.CONDITIONAL
    else:
        grant = Grant.FREE if permitted else Grant.NOTHING_SAID
    said = (
        *(f"prohibits {' '.join(words)}" for words in (prohibited,) if words),
        *(f"permits {' '.join(words)}" for words in (permitted,) if words),
        *conditions,
    )
    return RslLicense(number, place, url, grant, "; ".join(said) or "no use named")


def _words(license_: Element, element: str, kind: str) -> tuple[str, ...]:
    """The words of all elements of a kind; without one, they are about usage."""
    found = (
        word
        for written in _children(license_, element)
        if written.get("type", "usage").strip().lower() == kind
        for word in _BETWEEN_WORDS.split("".join(written.itertext()).lower())
        if word
    )
    return tuple(dict.fromkeys(found))


def _server(element: Element) -> Iterator[str]:
    if "server" in element.attrib:
        yield f"server={element.get('server', '').strip()}"
    elif element.get("encrypted", "").strip().lower() == "true":
        yield "encrypted"


def _conditions(license_: Element) -> Iterator[str]:
    for kind in ("user", "geo"):
        for element in ("permits", "prohibits"):
            if words := _words(license_, element, kind):
                yield f"{element} {kind} {' '.join(words)}"
    for payment in _children(license_, "payment"):
        kind = payment.get("type", "").strip().lower()
        asks = [child for name in _ASKING for child in _children(payment, name)]
        asks += [] if kind else _children(payment, "standard")
        if asks or kind not in {"", _FREE}:
            yield f"payment={kind or 'custom'}"
            for child in (c for name in _ADDRESSES for c in _children(payment, name)):
                yield f"license={_address(child)}"
    for reporting in _children(license_, "reporting"):
        yield f"reporting={reporting.get('profile', '').strip()}"


def _address(element: Element) -> str:
    """An address as written; a mailbox may be that of a person."""
    written = "".join(element.itertext()).strip()
    return "by mail" if written.lower().startswith("mailto:") or "@" in written.partition("/")[0] else written


def _children(parent: Element, name: str) -> list[Element]:
    """Children of the parent's own namespace."""
    prefix, brace, _ = parent.tag.rpartition("}")
    return parent.findall(f"{prefix}{brace}{name}")
