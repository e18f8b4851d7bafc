"""Text files: a file is a document.

UTF-8 is read strictly, with or without a byte order mark, UTF-16 and UTF-32 with one, another encoding where the source
states it. Anything else is a reject: a guess among older encodings would put wrong text into the corpus without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Self

from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary, FileContent, RowNames
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.stored_file import StoredFile, encoding_of_mark
from colophon.connectors.formats.documents import Document, Row, RowCounter
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.vocabulary import RejectReason

_PIECE_BYTES = 2**20
_WARC_MARK = b"WARC/"
#: In UTF-16 every other byte of Latin text is a NUL, and hardly any in UTF-8.
_HEAD_BYTES = 4_096
_MOST_NULS_IN = 10


@dataclass(frozen=True, slots=True)
class TextOptions:
    """Text files take no options."""


@dataclass(frozen=True, slots=True)
class TextFormat(FileFormat):
    file_is_row: ClassVar[bool] = True

    @classmethod
    def of(cls, _fields: Fields, _options: TextOptions) -> Self:
        return cls()

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        content = _at_most(file.content(), MAX_ROW_BYTES)
        counter.met()
        if content is None:
            yield Reject(file.path, 0, RejectReason.TOO_LARGE, "file")
        elif file.encoding is None and (code := _other_content(content)) is not None:
            yield Reject(file.path, 0, RejectReason.UNPARSABLE, code)
        elif (text := _decoded(content, file.encoding)) is None:
            detail = "not_utf8" if file.encoding is None else "not_declared_encoding"
            yield Reject(file.path, 0, RejectReason.ENCODING, detail)
        else:
            yield Document(0, text)


def _at_most(stream: BinaryIO, limit: int) -> bytes | None:
    """The whole stream, or None where it is larger; memory is taken as the stream turns out to need it."""
    content = bytearray()
    while piece := stream.read(_PIECE_BYTES):
        content += piece
        if len(content) > limit:
            return None
    return bytes(content)


def _other_content(content: bytes) -> str | None:
    """The code of a content that could be decoded and is no text: a web archive, or characters of two or four bytes
    without the mark that says so."""
    if content.startswith(_WARC_MARK):
        return "warc_file"
    head = content[:_HEAD_BYTES]
    is_wide = encoding_of_mark(content) is None and head.count(0) * _MOST_NULS_IN >= len(head) > 0
    return "nul_bytes" if is_wide else None


def _decoded(content: bytes, declared: str | None) -> str | None:
    try:
        return content.decode(encoding_of_mark(content) or declared or "utf-8-sig")
    except UnicodeDecodeError:
        return None


TEXT = file_connector(
    TextOptions,
    TextFormat.of,
    ConnectorSummary("text files in UTF-8, or in UTF-16 or UTF-32 with a byte order mark", "a file", "0"),
    (".txt", ".md"),
    RowNames.NONE,
    FileContent.TEXT,
)
