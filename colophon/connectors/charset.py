"""Text of web pages and archived plain texts, whose encoding has to be found out."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

# Of the encodings of the web (WHATWG Encoding Standard), those that Python knows under a wider name.
_WIDER = {"big5": "big5hkscs", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
          "shift-jis": "cp932", "windows-874": "cp874"}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def text_of_bytes(content: bytes, declared: str | None, *, may_be_cut: bool) -> str | None:
    """The text, or None where no encoding fits.

    Tried are, in this order and each strictly: a byte order mark, the declared encoding, one named in the page, UTF-8,
    and the one that detection finds most likely. Where the archive says that the content was cut, half a character at
    the end is left out.
    """
    for encoding in _candidates(content, declared):
        try:
            decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
            return decoder.decode(content, final=not may_be_cut).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _candidates(content: bytes, declared: str | None) -> Iterator[str]:
    tried: set[str] = set()
    for name in _named(content, declared):
        encoding = None if name is None else map_encoding_to_html5(name, fallback_utf8=False)
        if encoding is None or encoding in tried:
            continue
        tried.add(encoding)
        yield _WIDER.get(encoding.lower(), encoding)


def _named(content: bytes, declared: str | None) -> Iterator[str | None]:
    yield next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    yield declared
    yield detect_encoding(content, from_html_meta=True)
    yield "utf-8"
    yield detect_encoding(content)
