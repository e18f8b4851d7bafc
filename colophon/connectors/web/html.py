"""Web pages: their visible text, and the license they claim for themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import ElementNode, HTMLTree

_MAX_CLAIM = 2_000
_MAX_JSON_DEPTH = 20
_RIGHTS_NAMES = frozenset({
    "dc.rights",
    "dc.rights.license",
    "dc.license",
    "dcterms.rights",
    "dcterms.license",
    "license",
})  # fmt: skip


class LicensePlace(StrEnum):
    """Where in a page a license was claimed, the most telling place first."""

    REL_LICENSE = "rel_license"
    JSON_LD = "json_ld"
    META = "meta"


@dataclass(frozen=True, slots=True)
class LicenseClaim:
    """A license as a page writes it: a URL or words."""

    claim: str
    place: LicensePlace


@dataclass(frozen=True, slots=True)
class HtmlPage:
    text: str
    license: LicenseClaim | None


def read_page(html: str, url: str | None) -> HtmlPage:
    """The text of a page without scripts, styles and mark-up, blocks on lines of their own, and its license claim."""
    tree = HTMLTree.parse(html)
    # Claims first: extraction may change the tree.
    claim = license_claim(tree, url)
    return HtmlPage(extract_plain_text(tree, preserve_formatting=True, alt_texts=False), claim)


def license_claim(tree: HTMLTree, url: str | None) -> LicenseClaim | None:
    """The first claim in the most telling place: a link of relation `license` (RFC 4946), the `license` of JSON-LD
    (schema.org), a `meta` of Dublin Core rights."""
    for place, claims in (
        (LicensePlace.REL_LICENSE, _rel_license(tree, url)),
        (LicensePlace.JSON_LD, _json_ld(tree)),
        (LicensePlace.META, _meta(tree)),
    ):
        for claim in claims:
            if claim.strip():
                return LicenseClaim(claim.strip()[:_MAX_CLAIM], place)
    return None


def _rel_license(tree: HTMLTree, url: str | None) -> Iterator[str]:
    for node in _all(tree, "link[rel], a[rel], area[rel]"):
        target = node.getattr("href")
        if target and "license" in (node.getattr("rel") or "").lower().split():
            yield _absolute(url, target)


def _absolute(url: str | None, target: str) -> str:
    try:
        return urljoin(url or "", target.strip())
    except ValueError:
        return target


def _json_ld(tree: HTMLTree) -> Iterator[str]:
    for node in _all(tree, "script[type]"):
        if (node.getattr("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            yield from _licenses(json.loads(node.text or ""), 0)
        except (ValueError, RecursionError):
            continue


def _licenses(value: object, depth: int) -> Iterator[str]:
    if depth > _MAX_JSON_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _licenses(item, depth + 1)
    elif isinstance(value, dict):
        yield from _license_values(value.get("license"))
        for key, item in value.items():
            if key != "license":
                yield from _licenses(item, depth + 1)


def _license_values(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _license_values(item)
    elif isinstance(value, dict):
        yield from (value[key] for key in ("@id", "url", "name") if isinstance(value.get(key), str))


def _meta(tree: HTMLTree) -> Iterator[str]:
    for node in _all(tree, "meta[name][content], meta[property][content]"):
        name = node.getattr("name") or node.getattr("property") or ""
        if name.strip().lower().replace(":", ".") in _RIGHTS_NAMES:
            yield node.getattr("content") or ""


def _all(tree: HTMLTree, selector: str) -> Iterator[ElementNode]:
    if tree.document is not None:
        # As a slice, since the list is walked from its beginning for every element that an iterator asks of it.
        yield from tree.document.query_selector_all(selector)[:]
