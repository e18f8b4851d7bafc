"""How many tokens a document has, by the tokenizer of the model that is trained on it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, Self

import pyarrow as pa
from tokenizers import Tokenizer

from colophon.config.constraints import FilePath
from colophon.config.corpus import Source
from colophon.errors import ConfigurationError, InputUnreadableError
from colophon.record.rules import Rule
from colophon.tables import DOCUMENTS, schema_of

#: Most characters that are encoded at once: a token takes some hundred bytes while it is counted.
PIECE = 2**20

_COLUMNS = DOCUMENTS.named("tokens")
_SCHEMA = schema_of(_COLUMNS)


@dataclass(frozen=True, slots=True)
class TokenizerOptions:
    """A `tokenizer.json`; without it tokens are not counted."""

    file: FilePath


@dataclass(frozen=True)
class Tokens:
    """Counts the tokens of each row with a local `tokenizer.json`; null for every row without one.

    Special tokens are not counted, truncation and padding of the file are not applied. A text above 1 Mi characters
    is counted in pieces, each cut behind the last line end of its last quarter, or where there is none, at its end;
    such a cut may add a token.

    Raises InputUnreadableError for a file that cannot be read, ConfigurationError for one that is no tokenizer.
    """

    options: ClassVar = TokenizerOptions
    columns: ClassVar = _COLUMNS

    tokenizer: Path | None = None

    @classmethod
    def of(cls, options: TokenizerOptions, _source: Source, folder: str) -> Self:
        return cls(Path(folder, options.file))

    @property
    def rule(self) -> Rule:
        parameters = {"piece": PIECE, "tokenizers": version("tokenizers")}
        digest = None if self.tokenizer is None else sha256(_content(self.tokenizer)).hexdigest()
        return Rule("tokens", "1", parameters=json.dumps(parameters, sort_keys=True), model_sha256=digest)

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.tokenizer is None:
            return pa.RecordBatch.from_arrays([pa.nulls(batch.num_rows, pa.int64())], schema=_SCHEMA)
        tokenizer = _loaded(self.tokenizer)
        counts = [0] * batch.num_rows
        for group in _groups(batch.column("text")):
            encodings = tokenizer.encode_batch_fast([piece for _, piece in group], add_special_tokens=False)
            for (row, _), encoding in zip(group, encodings, strict=True):
                counts[row] += len(encoding)
        return pa.RecordBatch.from_arrays([pa.array(counts, pa.int64())], schema=_SCHEMA)


_Piece = tuple[int, str]


def _groups(texts: pa.Array) -> Iterator[list[_Piece]]:
    """Pieces of texts with their rows, together at most `PIECE` characters."""
    group: list[_Piece] = []
    size = 0
    for row, text in enumerate(texts):
        for piece in _pieces(text.as_py()):
            if group and size + len(piece) > PIECE:
                yield group
                group, size = [], 0
            group.append((row, piece))
            size += len(piece)
    if group:
        yield group


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > PIECE:
        line_end = text.rfind("\n", start + PIECE * 3 // 4, start + PIECE)
        end = line_end + 1 if line_end >= 0 else start + PIECE
        yield text[start:end]
        start = end
    yield text[start:]


@cache
def _loaded(path: Path) -> Tokenizer:
    # Workers already use every core; the library's own threads would only make them wait for each other.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    content = _content(path)
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as error:  # the library raises nothing more particular
        raise ConfigurationError(
            str(path),
            0,
            "no tokenizer definition",
            "expected the tokenizer.json of the Hugging Face tokenizers library",
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputUnreadableError(str(path), error.strerror or "unreadable") from error
