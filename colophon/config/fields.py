"""How the dataclasses of a configuration are written: keys, and the forms that text and numbers must have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from colophon.config.problems import UnfitError, shown
from colophon.config.spdx import normalized_expression


class Constraint(StrEnum):
    """What a value must look like, beyond its type."""

    NAME = "name"
    #: the name by which robots.txt calls a crawler
    PRODUCT_TOKEN = "product_token"  # noqa: S105  # no secret
    PARTIAL_DATE = "partial_date"
    DATE = "date"
    TIME = "time"
    URL = "url"
    LICENSE = "license"
    SHA256 = "sha256"
    #: a file that must exist, relative to the corpus file; `${VARIABLE}` is expanded
    FILE = "file"
    #: a path, glob or URL of data; `${VARIABLE}` is expanded
    LOCATION = "location"
    SHARE = "share"
    COUNT = "count"
    POSITIVE = "positive"
    #: a part of the file that is read on its own
    RAW = "raw"


Number = TypeVar("Number", int, float)

Name = Annotated[str, Constraint.NAME]
ProductToken = Annotated[str, Constraint.PRODUCT_TOKEN]
PartialDate = Annotated[str, Constraint.PARTIAL_DATE]
Date = Annotated[str, Constraint.DATE]
Time = Annotated[str, Constraint.TIME]
Url = Annotated[str, Constraint.URL]
LicenseText = Annotated[str, Constraint.LICENSE]
Sha256 = Annotated[str, Constraint.SHA256]
FilePath = Annotated[str, Constraint.FILE]
Location = Annotated[str, Constraint.LOCATION]
Share = Annotated[float, Constraint.SHARE]
Count = Annotated[int, Constraint.COUNT]
Positive = Annotated[int, Constraint.POSITIVE]


# Signs of a whole header `User-Agent`, and the products and comments that it is made of (RFC 9110, 10.1.5).
_OF_USER_AGENT = re.compile(r"[();,]|/.*\s|\s.*/|://")
_PRODUCT = re.compile(r"(?:(?:^|[\s;(])(?=[\w.-]+/\d)|[;(]\s*(?=[\w.-]+\s*[;)]))([A-Za-z][\w.-]*)", re.ASCII)
#: What such headers hold beside the name of a crawler.
_BROWSERS = frozenset(
    [
        "mozilla",
        "applewebkit",
        "khtml",
        "gecko",
        "chrome",
        "safari",
        "mobile",
        "version",
        "firefox",
        "edg",
        "opera",
        "compatible",
        "x11",
        "linux",
        "macintosh",
        "windows",
        "iphone",
        "android",
        "u",
    ]
)

_KEY = "key"
_INSIDE = "inside"
_WRITTEN = "written"
_PLACE = "place"


#: Metadata of a field that the generic reading of a file leaves at its default.
NOT_WRITTEN = {_WRITTEN: False}

#: Metadata of a field (of type `Place`) that takes the place where the block begins.
PLACE = {_WRITTEN: False, _PLACE: True}


def written_as(key: str) -> dict[str, str]:
    """Metadata of a field whose key is not its name (a word of Python, for one)."""
    return {_KEY: key}


def inside(key: str) -> dict[str, str]:
    """Metadata of a field that stands one level lower, under `key`."""
    return {_INSIDE: key}


@dataclass(frozen=True, slots=True)
class Key:
    """How a dataclass field stands in a file: its key, its type, and the key one level lower, if any."""

    field: Field[Any]
    name: str
    hint: Any
    inside: str | None

    @property
    def required(self) -> bool:
        return self.field.default is MISSING and self.field.default_factory is MISSING

    @property
    def constraint(self) -> Constraint | None:
        """What its value must look like, also where it may be null."""
        for hint in (self.hint, *get_args(self.hint)):
            if get_origin(hint) is Annotated:
                return next((c for c in get_args(hint) if isinstance(c, Constraint)), None)
        return None


def keys(kind: type) -> tuple[Key, ...]:
    """The keys that a block of the file may hold to become a `kind` (a dataclass), in its order."""
    hints = get_type_hints(kind, include_extras=True)
    written = (f for f in fields(kind) if f.metadata.get(_WRITTEN, True))
    return tuple(Key(f, f.metadata.get(_KEY, f.name), hints[f.name], f.metadata.get(_INSIDE)) for f in written)


def sole_key(kind: type) -> Key | None:
    """The key of a block that has no other and cannot do without it: the block is written as that key's value."""
    known = keys(kind)
    return known[0] if len(known) == 1 and known[0].required else None


def place_fields(kind: type) -> tuple[str, ...]:
    """Names of the fields that take the place of the block."""
    return tuple(f.name for f in fields(kind) if f.metadata.get(_PLACE, False))


def fitted_text(form: Constraint, text: str) -> str:
    """`text` in the spelling that is kept. Raises UnfitError."""
    check = _TEXT_CHECKS.get(form)
    return check(text) if check else text


def fitted_number(form: Constraint, number: Number) -> Number:
    """`number` as given. Raises UnfitError where it is outside the form's range."""
    if form is Constraint.SHARE and not 0 <= number <= 1:
        raise UnfitError(f"{number:g} is not a share", "expected a number from 0 to 1")
    if form is Constraint.COUNT and number < 0:
        raise UnfitError(f"{number:g} is less than nothing", "expected 0 or more")
    if form is Constraint.POSITIVE and number < 1:
        raise UnfitError(f"{number:g} is too small", "expected 1 or more")
    return number


def _name(text: str) -> str:
    if not text.strip() or text != text.strip() or not text.isprintable():
        raise UnfitError(f"{shown(text)} is not a name", "expected one line of text without space around it")
    return text


def _product_token(text: str) -> str:
    """A name with spaces or dots is deviant, but in use; a version behind a slash does no harm."""
    name = _name(text)
    if not _OF_USER_AGENT.search(name):
        return name
    products = [p for p in _PRODUCT.findall(name) if p.lower() not in _BROWSERS]
    token = f"`{products[0]}`" if products else "such as `CCBot`"
    raise UnfitError(
        f"{shown(text)} is the header of a request, not the name by which robots.txt calls a crawler",
        f"expected the product token, {token}",
    )


def _partial_date(text: str) -> str:
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) and _is_date(text + "-01-01"[len(text) - 4 :]):
        return text
    raise UnfitError(f"{shown(text)} is not a date", "expected YYYY, YYYY-MM or YYYY-MM-DD")


def _date(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and _is_date(text):
        return text
    raise UnfitError(f"{shown(text)} is not a day", "expected YYYY-MM-DD")


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = "expected RFC 3339 with its offset, such as 2024-06-01T12:00:00Z"
        raise UnfitError(f"{shown(text)} is not a time", expected)
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https", "ftp"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or re.search(r"\s", text):
        raise UnfitError(f"{shown(text)} is not a URL", "expected an address such as https://example.org/page")
    return text


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise UnfitError(f"{shown(text)} is not a SHA-256", "expected 64 hexadecimal digits")
    return text.lower()


def _path(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise UnfitError(f"{shown(text)} is not a path", "expected a path, a glob or a URL")
    return text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_TEXT_CHECKS: dict[Constraint, Callable[[str], str]] = {
    Constraint.NAME: _name,
    Constraint.PRODUCT_TOKEN: _product_token,
    Constraint.PARTIAL_DATE: _partial_date,
    Constraint.DATE: _date,
    Constraint.TIME: _time,
    Constraint.URL: _url,
    Constraint.LICENSE: normalized_expression,
    Constraint.SHA256: _sha256,
    Constraint.FILE: _path,
    Constraint.LOCATION: _path,
}
