"""The license of a document: what its row or page claims, and what is taken to apply."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, Self

import pyarrow as pa
from license_expression import ExpressionError, Licensing, get_spdx_licensing

from colophon.config.corpus import License, Source
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, schema_of
from colophon.vocabulary import LicenseScope

_COLUMNS = DOCUMENTS.named("license_observed", "license_effective", "license_scope", "grantor", "license_evidence")
_SCHEMA = schema_of(_COLUMNS)

_CLAIMS_FILE = Path(__file__).with_name("data") / "license_claims.csv"

#: A longer claim is a text about licenses, not the name of one.
MAX_CLAIM = 300

#: SPDX 2.3, clause 8.15: nobody determined the license; it was determined that there is none.
_NO_LICENSE = frozenset({"NOASSERTION", "NONE"})


@dataclass(frozen=True, slots=True)
class LicenseOptions:
    """`false` switches the reading of licence claims off."""


@dataclass(frozen=True)
class Licenses:
    """Reads the license claimed by each row and sets beside it what the source's configuration says.

    `license_observed` is the claim as an SPDX expression, null where there is none or it cannot be read.
    `license_effective` is the configured license of the content, else that of the collection, else the observed one;
    NOASSERTION and NONE are passed over. `grantor` is the configured one, null where the effective license is the
    observed one. `license_evidence` is the configured evidence of a configured license, else the place of the claim,
    which is kept for a claim that cannot be read, too.
    """

    options: ClassVar = LicenseOptions
    columns: ClassVar = _COLUMNS

    license: License = field(default_factory=License)

    @classmethod
    def of(cls, _options: LicenseOptions, source: Source, _folder: str) -> Self:
        return cls(source.license)

    @property
    def rule(self) -> Rule:
        parameters = {"license-expression": version("license-expression")}
        return Rule("license", "2", parameters=json.dumps(parameters, sort_keys=True), model_sha256=_claims_sha256())

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        claims = batch.column("license_claim").to_pylist()
        places = batch.column("license_place").to_pylist()
        resolved = [self._resolve(claim, place) for claim, place in zip(claims, places, strict=True)]
        columns = (
            [r.observed for r in resolved],
            [r.effective for r in resolved],
            [r.scope for r in resolved],
            [r.grantor for r in resolved],
            [r.evidence for r in resolved],
        )
        return pa.RecordBatch.from_arrays([pa.array(values, pa.string()) for values in columns], schema=_SCHEMA)

    def _resolve(self, claim: str | None, place: str | None) -> _Resolved:
        observed = None if claim is None else spdx_of_all(claim)
        configured = self._configured()
        if configured is not None:
            evidence = self.license.evidence or place
            return _Resolved(observed, configured.expression, configured.scope, self.license.grantor, evidence)
        if observed is not None and observed not in _NO_LICENSE:
            return _Resolved(observed, observed, LicenseScope.CONTENT, None, place)
        return _Resolved(observed, None, None, self.license.grantor, place or self.license.evidence)

    def _configured(self) -> _Configured | None:
        for expression, scope in (
            (self.license.content, LicenseScope.CONTENT),
            (self.license.spdx, LicenseScope.COLLECTION),
        ):
            if expression and expression not in _NO_LICENSE:
                return _Configured(expression, scope)
        return None


@dataclass(frozen=True, slots=True)
class _Configured:
    expression: str
    scope: LicenseScope


@dataclass(frozen=True, slots=True)
class _Resolved:
    observed: str | None
    effective: str | None
    scope: LicenseScope | None
    grantor: str | None
    evidence: str | None


@lru_cache(maxsize=4_096)
def spdx_of_all(claims: str) -> str | None:
    """The SPDX expression of claims on a line each, which all apply: nothing says that one of them may be chosen. None
    where one of them cannot be read."""
    read = [spdx_of(claim) for claim in claims.splitlines()]
    expressions = dict.fromkeys(expression for expression in read if expression is not None)
    if len(expressions) == 1 and None not in read:
        return next(iter(expressions))
    if not expressions or None in read:
        return None
    operands = (f"({expression})" if " OR " in expression else expression for expression in expressions)
    return " AND ".join(operands)


@lru_cache(maxsize=4_096)
def spdx_of(claim: str) -> str | None:
    """The SPDX expression a claim stands for, or None where it cannot be read.

    Read are SPDX expressions in any case, with deprecated ids in their present form; Creative Commons names and
    addresses, of national versions and ports too; names, tags and addresses of `data/license_claims.csv`. What is
    known but not listed by SPDX becomes a LicenseRef.
    """
    claim = claim.strip()
    if not claim or len(claim) > MAX_CLAIM:
        return None
    return _claims().get(_key(claim)) or _by_expression(claim) or _by_creative_commons(claim)


def _by_expression(claim: str) -> str | None:
    claim = _SPDX_ADDRESS.sub("", claim)
    if _LICENSE_REF.fullmatch(claim):
        return claim
    if _SEPARATORS.search(claim):
        # Brackets and operators of a sentence or an address are not those of an expression.
        return None
    try:
        parsed = _licensing().parse(claim, validate=True, strict=True)
    except (ExpressionError, ValueError):
        return None
    return None if parsed is None else str(parsed.render())


_LICENSE_REF = re.compile(r"LicenseRef-[A-Za-z0-9.\-]+")
_SPDX_ADDRESS = re.compile(r"\Ahttps?://(?:www\.)?spdx\.org/licenses/|\.(?:html|json|txt)\Z")
_SEPARATORS = re.compile(r"[:/?#,;]")


def _by_creative_commons(claim: str) -> str | None:
    if address := _CC_ADDRESS.match(claim):
        return _creative_commons(address["elements"], address["version"], address["port"])
    words = _key(claim)
    if words.startswith("creativecommons org "):
        path = words.removeprefix("creativecommons org ")
        return next((spdx for start, spdx in _CC_PUBLIC_DOMAIN.items() if path.startswith(start)), None)
    name = _CC_NAME.fullmatch(_in_short(words))
    return _creative_commons(name["elements"], name["version"], name["port"]) if name else None


_CC_ADDRESS = re.compile(
    r"(?:https?:)?//(?:www\.)?creativecommons\.org/licenses/(?P<elements>by[a-z\-]*|nc[a-z\-]*|nd[a-z\-]*|sa)"
    r"/(?P<version>[1-9]\.[0-9])(?:/(?P<port>[a-z]{2,6})(?![a-z.]))?",
    re.IGNORECASE,
)

_CC_PUBLIC_DOMAIN = {
    "publicdomain zero 1 0": "CC0-1.0",
    "publicdomain mark 1 0": "CC-PDM-1.0",
    "licenses publicdomain": "CC-PDDC",
}

_CC_NAME = re.compile(
    r"cc (?P<elements>by(?: (?:nc|nd|sa)){0,2})(?: v?(?P<version>[1-9] [0-9]))?"
    r"(?: (?:international|unported|generic|deed))*(?: (?P<port>[a-z]{2}|igo|scotland))?"
)

_CC_WORDS = (
    ("creative commons", "cc"),
    ("attribution", "by"),
    ("non commercial", "nc"),
    ("noncommercial", "nc"),
    ("no derivatives", "nd"),
    ("no derivs", "nd"),
    ("noderivatives", "nd"),
    ("noderivs", "nd"),
    ("share alike", "sa"),
    ("sharealike", "sa"),
)


def _in_short(words: str) -> str:
    words = f"cc {words}" if words.startswith("attribution") else words
    for word, short in _CC_WORDS:
        words = words.replace(word, short)
    words = re.sub(r" cc by .*", "", words) if words.startswith("cc by ") else words  # "... (CC BY 4.0)" says it twice
    return re.sub(r" version (?=\d)", " ", words)


def _creative_commons(elements: str, version_: str | None, port: str | None) -> str:
    # Before 2.0 some addresses name the elements in another order than SPDX does: by-nd-nc.
    named = sorted(re.split(r"[ \-]", elements.lower()), key=["by", "nc", "nd", "sa"].index)
    parts = ["CC", *(element.upper() for element in named)]
    if version_:
        parts.append(version_.replace(" ", "."))
    if port and not port.lower().startswith("deed"):
        parts.append(port.upper())
    license_id = "-".join(parts)
    return _by_expression(license_id) or f"LicenseRef-{license_id}"


def _key(claim: str) -> str:
    """The form in which the table keys claims; of an address, host and path only."""
    text = claim.casefold()
    if address := _ADDRESS.match(text):
        text = _ENDING.sub("", address[1])
    return " ".join(word for word in _BETWEEN_WORDS.split(text) if word and word not in _EMPTY_WORDS)


_ADDRESS = re.compile(r"(?:https?:)?//(?:www\.)?([^?#]*)")
_ENDING = re.compile(r"(?:\.(?:html?|txt|md|php|en|de|fr))*/*\Z")
_BETWEEN_WORDS = re.compile(r"[^\w+]+|_")
_EMPTY_WORDS = frozenset({"license", "licence", "the", "under"})


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@cache
def _claims() -> dict[str, str]:
    return {row["key"]: row["spdx"] for row in csv.DictReader(_table_lines())}


def _table_lines() -> Iterable[str]:
    return [line for line in _CLAIMS_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]


@cache
def _claims_sha256() -> str:
    return sha256(_CLAIMS_FILE.read_bytes()).hexdigest()
