"""The address of a document as columns: the URL as it is stored, its authority, its registered domain and its site."""

from __future__ import annotations

import contextlib
import gc
import json
import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import tldextract

from colophon.errors import ConfigurationError, InputUnreadableError
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, schema_of
from colophon.urls import clean_url

#: The Public Suffix List that travels with the program (data/public_suffix_list.ORIGIN.md).
PINNED_LIST = Path(__file__).with_name("data") / "public_suffix_list.dat"

_COLUMNS = DOCUMENTS.named("url", "authority", "registered_domain", "site_domain")
_SCHEMA = schema_of(_COLUMNS)

_PORT = re.compile(r":[0-9]*\Z")


@dataclass(frozen=True)
class Domains:
    """Cleans the URL of each row and names its authority, its registered domain and its site.

    `registered_domain` follows the ICANN part of the Public Suffix List, `site_domain` the whole list. Both are null
    for IP addresses, single labels and public suffixes themselves. A last label unknown to the list
    is a suffix.

    `psl` is another list than the pinned one.

    Raises InputUnreadableError for a list that cannot be read, ConfigurationError for a file that is none.
    """

    columns: ClassVar = _COLUMNS

    psl: Path | None = None

    @property
    def rule(self) -> Rule:
        parameters = {"idna": version("idna"), "tldextract": version("tldextract")}
        return Rule(
            "domains",
            "1",
            parameters=json.dumps(parameters, sort_keys=True),
            model_sha256=_digest(self.psl or PINNED_LIST),
        )

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        urls = batch.column("url")
        if urls.null_count == len(urls):
            return pa.RecordBatch.from_arrays([pa.nulls(len(urls), f.type) for f in _SCHEMA], schema=_SCHEMA)
        addresses = [None if url is None else clean_url(url) for url in urls.to_pylist()]
        authorities = [None if a is None else a.authority for a in addresses]
        columns = (
            [None if a is None else a.url for a in addresses],
            authorities,
            [None if a is None else registered_domain(a, self.psl) for a in authorities],
            [None if a is None else site_domain(a, self.psl) for a in authorities],
        )
        arrays = [pa.array(values, pa.string()) for values in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


@lru_cache(maxsize=65_536)
def registered_domain(authority: str, psl: Path | None = None) -> str | None:
    """The domain somebody registered: one label below a suffix of the list's ICANN part, or None."""
    return _below_suffix(_extractor(psl or PINNED_LIST)(_host(authority), include_psl_private_domains=False))


@lru_cache(maxsize=65_536)
def site_domain(authority: str, psl: Path | None = None) -> str | None:
    """The domain of one site: one label below a suffix of the whole list, private suffixes included, or None."""
    return _below_suffix(_extractor(psl or PINNED_LIST)(_host(authority), include_psl_private_domains=True))


def has_listed_suffix(host: str) -> bool:
    """Whether a host name lies under a suffix that the pinned list names, as names in use do."""
    return bool(_extractor(PINNED_LIST)(host, include_psl_private_domains=False).top_domain_under_public_suffix)


def _below_suffix(parts: tldextract.ExtractResult) -> str | None:
    if parts.suffix or not parts.subdomain:
        return parts.top_domain_under_public_suffix or None
    # Where no rule matches, the list's algorithm takes the last label for a suffix (rule "*").
    return f"{parts.subdomain.rpartition('.')[2]}.{parts.domain}"


def _host(authority: str) -> str:
    return _PORT.sub("", authority)


@cache
def _extractor(psl: Path) -> tldextract.TLDExtract:
    extract = tldextract.TLDExtract(
        cache_dir=None,
        suffix_list_urls=(psl.resolve().as_uri(),),
        fallback_to_snapshot=False,
    )
    _digest(psl)  # names the file in its error; the library would speak of a failed download
    with warnings.catch_warnings(), contextlib.suppress(ValueError):  # raised for a file without any suffix
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves the file to the garbage collector
        known = "com" in extract.tlds
        gc.collect()  # so that the file is closed here, and not where a warning would show
        if known:
            return extract
    raise ConfigurationError(
        str(psl), 0, "no Public Suffix List", "expected the text of publicsuffix.org/list/public_suffix_list.dat"
    )


@cache
def _digest(psl: Path) -> str:
    try:
        return sha256(psl.read_bytes()).hexdigest()
    except OSError as error:
        raise InputUnreadableError(str(psl), error.strerror or "unreadable") from error
