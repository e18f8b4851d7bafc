"""JSON values that follow each other in a file that is not JSON Lines: the elements of one array, or values that are
written over several lines.

They are decoded one after the other, so that the memory taken is that of the largest and not that of the file.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedReader

from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.rows import MAX_ROW_BYTES
from colophon.vocabulary import RejectReason

#: Octets by which the layout of a file is told.
LAYOUT_BYTES = 2**16

_READ_BYTES = 2**20
_SPACE = " \t\r\n"
#: Characters of the longest word or escape that may be cut by the end of what was read.
_LONGEST_WORD = 16
#: An array of objects, or an object that goes on below: a line that begins so is followed by no object on a line.
_LAID_OUT = re.compile(r"\[\s*\{|\{\s*\n\s*\"")


def is_json_lines(beginning: bytes) -> bool:
    """Whether the first `LAYOUT_BYTES` of a file may begin JSON Lines; not, if they begin an array of objects, or an
    object that goes on over several lines or is followed by another one on its line."""
    text = beginning.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").lstrip(_SPACE)
    line, _, rest = text.partition("\n")
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        if _LAID_OUT.match(text):
            return _is_object(rest.partition("\n")[0])
        return text[:1] not in {"{", "["} or not _is_value_not_line(text, rest)
    # Lines of which each is an array are no array of lines.
    is_array = isinstance(first, list) and not rest.strip(_SPACE)
    return not is_array or (bool(first) and not any(isinstance(item, dict) for item in first))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_value_not_line(text: str, rest: str) -> bool:
    """Whether a value begins the text that is no line; a damaged line is none, whatever comes below."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos >= len(text) - _LONGEST_WORD
        return is_cut and (bool(rest) or text[:1] == "[")
    except RecursionError:
        return False
    return bool(rest) or text[end:].lstrip(_SPACE + ",")[:1] == "{"


def json_values(stream: BufferedReader) -> Iterator[object]:
    """The elements of the array that a stream holds, or its values.

    Raises StreamDamagedError where the rest cannot be read.
    """
    text = _Text(stream)
    if not text.take("["):
        while not text.is_over():
            yield text.value()
            text.take(",")
        return
    yield from _elements(text)
    # Files that were put together hold several arrays.
    while text.take("["):
        yield from _elements(text)
    if not text.is_over():
        raise StreamDamagedError(RejectReason.UNPARSABLE, "behind_json_array")


def _elements(text: _Text) -> Iterator[object]:
    """What stands in an array behind its opening bracket."""
    while not text.take("]"):
        yield text.value()
        if text.stands_at("]"):
            continue
        # Between objects the comma may be missing, and behind the last one be too much: nothing else can be meant.
        if not text.take(",") and not text.stands_at("{"):
            raise StreamDamagedError(text.damage(), "json_array")


class _Text:
    """The text of a stream, of which no more is held than one value needs."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        # What is no UTF-8 costs the value it stands in, as half a character does.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._decode = json.JSONDecoder().raw_decode
        self._held = ""
        self._at = 0
        self._has_ended = False

    def take(self, sign: str) -> bool:
        """Passes over white space and this sign, if it stands there."""
        is_there = self.stands_at(sign)
        self._at += is_there
        return is_there

    def stands_at(self, sign: str) -> bool:
        """Whether this sign comes next, white space aside."""
        return not self.is_over() and self._held[self._at] == sign

    def is_over(self) -> bool:
        """Whether nothing but white space is left."""
        while True:
            held = len(self._held)
            while self._at < held and self._held[self._at] in _SPACE:
                self._at += 1
            if self._at < held:
                return False
            if self._has_ended:
                return True
            self._read(_READ_BYTES)

    def damage(self) -> RejectReason:
        """Why a value cannot be read: the text ends within it, or it is none."""
        return RejectReason.TRUNCATED if self._has_ended and self._at >= len(self._held) else RejectReason.UNPARSABLE

    def value(self) -> object:
        """The value that comes next."""
        more = _READ_BYTES
        while True:
            if self.is_over():
                raise StreamDamagedError(RejectReason.TRUNCATED, "json")
            try:
                value, end = self._decode(self._held, self._at)
            except json.JSONDecodeError as error:
                self._require_more(error)
            except RecursionError:
                raise StreamDamagedError(RejectReason.UNPARSABLE, "json") from None
            else:
                # A number might go on behind what was read.
                if end < len(self._held) or self._has_ended:
                    self._at = end
                    return value
            if len(self._held) - self._at > MAX_ROW_BYTES:
                raise StreamDamagedError(RejectReason.TOO_LARGE, "json")
            # Twice as much each time, so that a long value is not decoded again for every piece of it.
            self._read(more)
            more *= 2

    def _require_more(self, error: json.JSONDecodeError) -> None:
        if self._has_ended:
            is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._held)
            raise StreamDamagedError(RejectReason.TRUNCATED if is_cut else RejectReason.UNPARSABLE, "json") from None
        is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._held) - _LONGEST_WORD
        if not is_cut:
            raise StreamDamagedError(RejectReason.UNPARSABLE, "json") from None

    def _read(self, size: int) -> None:
        piece = self._stream.read(size)
        self._has_ended = not piece
        self._held = self._held[self._at :] + self._decoder.decode(piece, final=self._has_ended)
        self._at = 0
