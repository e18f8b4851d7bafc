"""The lines of a stream, with their byte offsets, none of them held beyond a limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.connectors.files.compression import StreamDamagedError

_SKIPPED_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class ByteLine:
    """A line with its end; `content` is None for one that is longer than the limit and was passed over.

    `quotes` counts the quotation marks of a line that was passed over.
    """

    offset: int
    content: bytes | None
    quotes: int = 0


def lines(stream: BinaryIO, limit: int, begin: int = 0, end: int | None = None) -> Iterator[ByteLine]:
    """The lines that start at offsets from `begin` up to, not including, `end`.

    The stream stands at its beginning or, where `begin` is not 0, one byte before `begin`, which tells whether a line
    starts there.
    """
    offset = begin
    if begin:
        offset = begin - 1 + _pass_over(stream)[0]
    while end is None or offset < end:
        content = stream.readline(limit + 1)
        if not content:
            return
        if len(content) <= limit or content.endswith(b"\n"):
            yield ByteLine(offset, content)
            offset += len(content)
            continue
        size, quotes = len(content), content.count(b'"')
        del content
        rest_size, rest_quotes = _pass_over(stream)
        yield ByteLine(offset, None, quotes + rest_quotes)
        offset += size + rest_size


def lines_and_damage(
    stream: BinaryIO, limit: int, begin: int = 0, end: int | None = None
) -> Iterator[ByteLine | StreamDamagedError]:
    """The lines, as `lines` gives them, and each damage of a compressed stream, behind which the lines of the next
    member follow; the line in which it is met is lost. Of a line that began in a damaged member the rest may come, so
    that a line must show by itself whether it is whole."""
    while True:
        try:
            yield from lines(stream, limit, begin, end)
        except StreamDamagedError as damage:
            yield damage
        else:
            return


def _pass_over(stream: BinaryIO) -> tuple[int, int]:  # bytes and quotation marks up to the end of the line
    size = quotes = 0
    while piece := stream.readline(_SKIPPED_PIECE_BYTES):
        size += len(piece)
        quotes += piece.count(b'"')
        if piece.endswith(b"\n"):
            break
    return size, quotes
