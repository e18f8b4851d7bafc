"""Types of the values of a configuration: text and numbers with the form they must have.

The check of a type raises UnfitError; its form in words is what the reference of keys prints.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from encodings.aliases import aliases
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema

from colophon.config.environment import expanded_text
from colophon.config.problems import UnfitError, nearest, shown
from colophon.config.spdx import normalized_expression


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a value may refer to: files relative to a folder, and variables of the environment."""

    folder: Path
    variables: Mapping[str, str]


#: Where nothing refers to another file or to the environment.
NO_SURROUNDINGS = Surroundings(Path(), {})


def name(text: str) -> str:
    """One line of text without space around it."""
    if not text.strip() or text != text.strip() or not text.isprintable():
        raise UnfitError(f"{shown(text)} is not a name", "expected one line of text without space around it")
    return text


# Signs of a whole header `User-Agent`, and the products and comments that it is made of (RFC 9110, 10.1.5).
_OF_USER_AGENT = re.compile(r"[();,]|/.*\s|\s.*/|://")
_PRODUCT = re.compile(r"(?:(?:^|[\s;(])(?=[\w.-]+/\d)|[;(]\s*(?=[\w.-]+\s*[;)]))([A-Za-z][\w.-]*)", re.ASCII)
#: What such headers hold beside the name of a crawler.
_BROWSERS = frozenset([
    "mozilla", "applewebkit", "khtml", "gecko", "chrome", "safari", "mobile", "version", "firefox", "edg", "opera",
    "compatible", "x11", "linux", "macintosh", "windows", "iphone", "android", "u",
])  # fmt: skip


def crawler_token(text: str) -> str:
    """The name by which robots.txt calls a crawler.

    A name with spaces or dots is deviant, but in use; a version behind a slash does no harm.
    """
    named = name(text)
    if not _OF_USER_AGENT.search(named):
        return named
    products = [p for p in _PRODUCT.findall(named) if p.lower() not in _BROWSERS]
    token = f"`{products[0]}`" if products else "such as `CCBot`"
    raise UnfitError(
        f"{shown(text)} is the header of a request, not the name by which robots.txt calls a crawler",
        f"expected the product token, {token}",
    )


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written YYYY-MM-DD."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII)) and _is_date(text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> str:
    if is_day(text):
        return text
    raise UnfitError(f"{shown(text)} is not a day", "expected a day as YYYY-MM-DD")


def _partial_date(text: str) -> str:
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text, re.ASCII) and _is_date(text + "-01-01"[len(text) - 4 :]):
        return text
    raise UnfitError(f"{shown(text)} is not a date", "expected YYYY, YYYY-MM or YYYY-MM-DD")


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


def _encoding(text: str) -> str:
    try:
        name: str = codecs.lookup(text).name
        # Codecs such as hex and zip give bytes: they are no encodings of text.
        "a".encode(name)
    except (LookupError, UnicodeError):
        near = nearest(text, set(aliases.values()))
        hint = f"did you mean `{near.replace('_', '-')}`? " if near else ""
        raise UnfitError(f"{shown(text)} is no encoding of text", f"{hint}expected a name such as utf-8") from None
    return name


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise UnfitError(f"{shown(text)} is not a SHA-256", "expected 64 hexadecimal digits")
    return text.lower()


def _location(text: str, info: ValidationInfo[Surroundings]) -> str:
    expanded = expanded_text(text, info.context.variables)
    if not expanded.strip() or "\0" in expanded:
        raise UnfitError(f"{shown(expanded)} is not a path", "expected a path, a glob or a URL")
    return expanded


def _file(text: str, info: ValidationInfo[Surroundings]) -> str:
    path = _location(text, info)
    if not (info.context.folder / path).is_file():
        raise UnfitError(f"there is no file {shown(text)}", "expected a file, relative to the corpus file")
    return path


def _evidence(text: str, info: ValidationInfo[Surroundings]) -> str:
    """An address as it is; a file by its path and hash, so that another file is other evidence."""
    if "://" in text:
        return _url(text)
    path = _file(text, info)
    try:
        with (info.context.folder / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnfitError(f"{shown(text)} cannot be read ({error.strerror})", "expected a file that can be") from None
    return f"{path} (SHA-256 {digest})"


def _share(number: float) -> float:
    if not 0 <= number <= 1:
        raise UnfitError(f"{number:g} is not a share", "expected a number from 0 to 1")
    return number


def _count(number: int) -> int:
    if number < 0:
        raise UnfitError(f"{number:g} is less than nothing", "expected 0 or more")
    return number


def _positive(number: int) -> int:
    if number < 1:
        raise UnfitError(f"{number:g} is too small", "expected 1 or more")
    return number


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """Annotation of a type: its check, which gives the value as it is kept, its form in words, and in JSON Schema."""

    check: Callable[..., Any]
    words: str
    schema: Mapping[str, Any] = field(default_factory=dict)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return AfterValidator(self.check).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | dict(self.schema)


@dataclass(frozen=True, slots=True)
class KeyMeaning:
    """What a key means, in the annotation of its field: the sentence that the documentation has for it."""

    text: str


def written_as(kind: Any, read: Callable[[Any], Any] = lambda value: value) -> BeforeValidator:
    """Annotation of a type whose value is written as another one, which `read` turns into it."""
    return BeforeValidator(read, json_schema_input_type=kind)


_DATE_WORDS = "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`"

Name = Annotated[str, Constraint(name, "name, one line", {"minLength": 1})]
ProductToken = Annotated[str, Constraint(crawler_token, "product token", {"pattern": "^[^();,]+$"})]
PartialDate = Annotated[str, Constraint(_partial_date, _DATE_WORDS, {"pattern": r"^\d{4}(-\d{2}){0,2}$"})]
Day = Annotated[str, Constraint(_day, "`YYYY-MM-DD`", {"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
Time = Annotated[str, Constraint(_time, "RFC 3339 time with its offset")]
Url = Annotated[str, Constraint(_url, "http, https or ftp address", {"pattern": "^(https?|ftp)://"})]
LicenseText = Annotated[str, Constraint(normalized_expression, "SPDX expression")]
#: an encoding of text by a name that Python knows; kept as the name of its codec
Encoding = Annotated[str, Constraint(_encoding, "encoding")]
Sha256 = Annotated[str, Constraint(_sha256, "64 hexadecimal digits", {"pattern": "^[0-9a-fA-F]{64}$"})]
#: a path, glob or URL of data; `${VARIABLE}` is expanded
Location = Annotated[str, Constraint(_location, "path, glob or URL, relative to the corpus file")]
FILE = Constraint(_file, "file, relative to the corpus file")
#: a file that must exist, relative to the corpus file; `${VARIABLE}` is expanded
FilePath = Annotated[str, FILE]
Evidence = Annotated[str, Constraint(_evidence, "address, or file relative to the corpus file", {"minLength": 1})]
Share = Annotated[float, Constraint(_share, "number from 0 to 1", {"minimum": 0, "maximum": 1})]
Count = Annotated[int, Constraint(_count, "whole number from 0", {"minimum": 0})]
Positive = Annotated[int, Constraint(_positive, "whole number from 1", {"minimum": 1})]
