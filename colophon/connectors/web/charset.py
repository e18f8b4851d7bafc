"""The characters of a page, as browsers read them (WHATWG Encoding Standard).

A byte order mark counts before the header, the header before the page's own tag. Bytes that are no character become
U+FFFD. Browsers believe any label; here one that most of the characters beyond ASCII contradict is passed over.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5


@dataclass(frozen=True, slots=True)
class DecodedText:
    """`replaced` counts the places where U+FFFD stands for bytes that are no character."""

    text: str
    replaced: int


def decoded(content: bytes, declared: str | None, *, may_be_cut: bool) -> DecodedText | None:
    """The text, or None where the bytes are no text.

    Where the archive says that the content was cut, half a character at the end is left out.
    """
    for candidate in _candidates(content, declared):
        decoder = codecs.getincrementaldecoder(candidate.codec)(errors=_MARKING)
        text = decoder.decode(content, final=not may_be_cut).removeprefix("\ufeff")
        if _MARK not in text:
            return None if _is_binary(content, candidate.codec) else DecodedText(text, 0)
        places = len(_MARKS.findall(text))
        if candidate.trust.accepts(places, sum(map(len, _BEYOND_ASCII.findall(text)))):
            replaced = DecodedText(text.replace(_MARK, "\ufffd"), places)
            return None if _is_binary(content, candidate.codec) else replaced
    return None


class _Trust(Enum):
    """How much speaks for an encoding before anything is decoded."""

    MARK = "mark"
    LABEL = "label"
    GUESS = "guess"

    def accepts(self, places: int, characters: int) -> bool:
        """Whether a text with as many undecodable places and characters beyond ASCII may be in the encoding."""
        match self:
            case _Trust.MARK:
                return True
            case _Trust.LABEL:
                return places <= max(_FEW_PLACES, characters)
            case _Trust.GUESS:
                return _GUESS_FACTOR * places <= characters


_FEW_PLACES = 2
_GUESS_FACTOR = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    codec: str
    trust: _Trust


# Encodings that Python knows under another name, or in a narrower form than browsers.
_WIDER = {"big5": "big5hkscs", "euc_kr": "cp949", "gbk": "gb18030", "iso8859-11": "cp874", "shift_jis": "cp932"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Bytes in which a page must name its encoding.
_PRESCAN_BYTES = 1024
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_LABEL_OF_PAGE = re.compile(
    rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([^\s\"'/>;]+)|\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"']+)",
    re.IGNORECASE,
)


def _candidates(content: bytes, declared: str | None) -> Iterator[_Candidate]:
    for mark, marked in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            yield _Candidate(marked, _Trust.MARK)
    tried: set[str] = set()
    for label in (declared, _label_of_page(content)):
        codec = _codec(label or "")
        if codec is not None and codec not in tried:
            tried.add(codec)
            yield _Candidate(codec, _Trust.LABEL)
    yield _Candidate("utf-8", _Trust.GUESS)
    detected = _codec(detect_encoding(content) or "")
    if detected is not None:
        yield _Candidate(detected, _Trust.GUESS)
    # What browsers take in most countries; it knows every byte.
    yield _Candidate("cp1252", _Trust.LABEL)


def _codec(label: str) -> str | None:
    encoding = map_encoding_to_html5(label.strip(" \t\r\n\"'"), fallback_utf8=False)
    return None if encoding is None else _WIDER.get(encoding, encoding)


def _label_of_page(content: bytes) -> str | None:
    found = _LABEL_OF_PAGE.search(_COMMENT.sub(b"", content[:_PRESCAN_BYTES]))
    if found is None:
        return None
    label = (found[1] or found[2]).decode("ascii", "replace")
    # A tag that could be read is not in UTF-16, whatever it says.
    return "utf-8" if (_codec(label) or "").startswith("utf-16") else label


# No decoder that is used here gives this half of a pair.
_MARK = "\udcff"
_MARKS = re.compile(f"{_MARK}+")
_BEYOND_ASCII = re.compile(f"[^\\x00-\\x7f{_MARK}]+")
_MARKING = "colophon.mark_undecodable"


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    # Where a single-byte encoding has no character for these, browsers take the control character of that number.
    if error.encoding == "charmap" and 0x80 <= byte < 0xA0:  # noqa: PLR2004  # C1 of ISO 6429
        return chr(byte), error.start + 1
    return _MARK, error.end


codecs.register_error(_MARKING, _mark_undecodable)

_SAMPLE_BYTES = 4096
_MAX_CONTROLS = 1 / 16


def _is_binary(content: bytes, codec: str) -> bool:
    """Whether so many control characters are among the first bytes that it is no text."""
    sample = content[:_SAMPLE_BYTES]
    return controls_in(sample) > 1 + _MAX_CONTROLS * len(sample) and not codec.startswith(("utf-16", "iso2022"))


_CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32)})


def controls_in(sample: bytes) -> int:
    """How many bytes are control characters that texts do not have."""
    return len(sample) - len(sample.translate(None, _CONTROLS))
