"""A synthetic corpus: English-like documents from a Zipf vocabulary, with copies planted at known Jaccard similarity.

The same plan gives the same bytes, and a larger corpus begins with a smaller one of the same seed. Every copy is made
from a document of the block before its own, so that copies and originals lie in different files as often as not.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: Changed whenever the same plan gives other bytes.
GENERATOR = 1

#: Words of a shingle, which the planted similarities are counted in.
SHINGLE = 5

#: Documents that are made together, and files hold a whole number of these blocks.
BLOCK = 10_000

WORDS = 50_000

#: Words up to this many have one syllable, two; the others three.
_ONE_SYLLABLE, _TWO_SYLLABLES = 300, 6_000

TRUTH = pa.schema([("number", pa.int64()), ("original", pa.int64()), ("jaccard", pa.float64())])

_TEXTS = pa.schema([("id", pa.string()), ("text", pa.string())])
_TRUTH_FILE, _PLAN_FILE = "truth.parquet", "plan.json"

#: Draws from the vocabulary go through a table of this many cells, which makes one draw one look-up.
_CELLS = 1 << 22

#: Zipf–Mandelbrot: the word of rank r is drawn with a chance in proportion to 1 / (r + shift).
_SHIFT = 2.7

#: How a word is written: as it is, with a capital, before a comma, before a full stop.
_FORMS = 4
_PLAIN, _CAPITAL, _COMMA, _STOP = range(_FORMS)

Tokens = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a corpus is made of. `similarities` are planted equally often; 1.0 is the same text again."""

    documents: int
    seed: int = 1
    least_words: int = 240
    most_words: int = 640
    copied: float = 0.12
    similarities: tuple[float, ...] = (1.0, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
    file_documents: int = 50_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that was made from another one, by their numbers, and their true similarity."""

    number: int
    original: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus on disk: Parquet files of (id, text), the id being the document's number in decimal."""

    folder: Path
    files: tuple[Path, ...]
    documents: int
    text_bytes: int

    def truth(self) -> pa.Table:
        """The planted copies among these documents, schema `TRUTH`, by number."""
        return pq.read_table(self.folder / _TRUTH_FILE).filter(pc.field("number") < self.documents)

    def first_files(self, files: int) -> Corpus:
        """The corpus that these files alone make."""
        counted = [_counted(f) for f in self.files[:files]]
        return Corpus(self.folder, self.files[:files], sum(d for d, _ in counted), sum(b for _, b in counted))

    def texts(self, at_least_bytes: int) -> pa.Array:
        """The first texts that hold so many bytes together, or all; large strings in one array."""
        parts: list[pa.Array] = []
        size = 0
        for file in self.files:
            for batch in pq.ParquetFile(file).iter_batches(1_000, columns=["text"]):
                parts.append(batch.column(0).cast(pa.large_string()))
                size += pc.sum(pc.binary_length(parts[-1])).as_py()
                if size >= at_least_bytes:
                    return pa.concat_arrays(parts)
        return pa.concat_arrays(parts)


def corpus(plan: Plan, folder: Path) -> Corpus:
    """The corpus of a plan in a folder below `folder`; written only where it is not there yet."""
    description = json.dumps({"generator": GENERATOR, **asdict(plan)}, sort_keys=True)
    here = folder / hashlib.sha256(description.encode()).hexdigest()[:12]
    if not (here / _PLAN_FILE).exists():
        shutil.rmtree(here, ignore_errors=True)
        here.mkdir(parents=True)
        _write(plan, here)
        (here / _PLAN_FILE).write_text(description, encoding="utf-8")
    files = tuple(sorted(here.glob("part-*.parquet")))
    return Corpus(here, files, plan.documents, 0).first_files(len(files))


def _counted(file: Path) -> tuple[int, int]:
    metadata = pq.read_metadata(file)
    return metadata.num_rows, int(metadata.metadata[b"text_bytes"])


def _write(plan: Plan, folder: Path) -> None:
    truth: list[Copy] = []
    writer: pq.ParquetWriter | None = None
    written = text_bytes = 0
    for block in blocks(plan):
        if writer is None:
            path = folder / f"part-{written // plan.file_documents:05}.parquet"
            writer = pq.ParquetWriter(path, _TEXTS, compression="zstd", use_dictionary=False)
        texts = block.texts()
        ids = pc.cast(pa.array(np.arange(block.first, block.first + len(texts))), pa.string())
        writer.write_batch(pa.record_batch([ids, texts], schema=_TEXTS))
        text_bytes += pc.sum(pc.binary_length(texts)).as_py()
        written += len(texts)
        truth.extend(block.copies)
        if written % plan.file_documents == 0 or written == plan.documents:
            writer.add_key_value_metadata({"text_bytes": str(text_bytes)})
            writer.close()
            writer, text_bytes = None, 0
    rows = [asdict(c) for c in truth]
    pq.write_table(pa.Table.from_pylist(rows, TRUTH), folder / _TRUTH_FILE)


@dataclass(frozen=True, slots=True)
class Block:
    """Documents that follow each other, the first with number `first`, as tokens: word * forms + form."""

    first: int
    tokens: Tokens
    offsets: Offsets
    copies: tuple[Copy, ...]

    def texts(self) -> pa.Array:
        """The documents as they are written."""
        words = pa.DictionaryArray.from_arrays(pa.array(self.tokens), _written_words()).dictionary_decode()
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), words), " ")

    def words(self, document: int) -> Tokens:
        """The tokens of one document, counted from the first of the block."""
        return self.tokens[self.offsets[document] : self.offsets[document + 1]]


@dataclass(slots=True)
class _Source:
    """The documents that copies are made from: those of the block before that are no copies themselves."""

    block: Block | None = None
    originals: list[int] = field(default_factory=list)


def blocks(plan: Plan) -> Iterator[Block]:
    """The documents of a plan, `BLOCK` at a time."""
    draws = _draws()
    source = _Source()
    for first in range(0, plan.documents, BLOCK):
        chance = np.random.default_rng((plan.seed, first // BLOCK))
        block = _block(plan, first, min(BLOCK, plan.documents - first), chance, draws, source)
        copied = {c.number for c in block.copies}
        source = _Source(block, [d for d in range(len(block.offsets) - 1) if first + d not in copied])
        yield block


def _block(plan: Plan, first: int, size: int, chance: np.random.Generator, draws: Tokens, source: _Source) -> Block:
    lengths = chance.integers(plan.least_words, plan.most_words + 1, size)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    tokens = _fresh(int(offsets[-1]), offsets[:-1], chance, draws)
    if source.block is None:
        return Block(first, tokens, offsets, ())
    copies: list[Copy] = []
    pieces: list[Tokens] = []
    for document, is_copy in enumerate((chance.random(size) < plan.copied).tolist()):
        if not is_copy:
            pieces.append(tokens[offsets[document] : offsets[document + 1]])
            continue
        original = source.originals[int(chance.integers(len(source.originals)))]
        wanted = plan.similarities[int(chance.integers(len(plan.similarities)))]
        copied, jaccard = edited(source.block.words(original), wanted, chance, draws)
        pieces.append(copied)
        copies.append(Copy(first + document, source.block.first + original, jaccard))
    ends = np.cumsum([len(p) for p in pieces])
    return Block(first, np.concatenate(pieces), np.concatenate(([0], ends)), tuple(copies))


def edited(words: Tokens, similarity: float, chance: np.random.Generator, draws: Tokens) -> tuple[Tokens, float]:
    """The words with one stretch replaced so that about `similarity` is left, and what is left, exactly.

    Each replaced word differs from the one that stood there, so that a stretch of k words takes k + 4 of the shingles
    and puts k + 4 others in their place. (Exact as long as no shingle stands twice in a document, which is one case in
    many thousands.)
    """
    shingles = len(words) - SHINGLE + 1
    lost = round(shingles * (1 - similarity) / (1 + similarity))
    if lost == 0:
        return words, 1.0
    stretch = max(1, lost - (SHINGLE - 1))
    begin = int(chance.integers(SHINGLE - 1, len(words) - stretch - (SHINGLE - 1) + 1))
    old = words[begin : begin + stretch] // _FORMS
    new = draws[chance.integers(0, _CELLS, stretch)]
    new = np.where(new == old, (new + 1) % WORDS, new)
    replaced = words.copy()
    replaced[begin : begin + stretch] = new * _FORMS + words[begin : begin + stretch] % _FORMS
    taken = stretch + SHINGLE - 1
    return replaced, (shingles - taken) / (shingles + taken)


def _fresh(size: int, starts: Offsets, chance: np.random.Generator, draws: Tokens) -> Tokens:
    """So many words in sentences of about fourteen; a sentence begins at each of `starts`."""
    words = draws[chance.integers(0, _CELLS, size)]
    mark = chance.integers(0, 14, size, np.uint8)
    forms = np.where(mark == 0, _STOP, np.where(mark == 1, _COMMA, _PLAIN)).astype(np.int32)
    begins = np.flatnonzero(forms[:-1] == _STOP) + 1
    forms[begins] = _CAPITAL
    forms[starts] = _CAPITAL
    return words * _FORMS + forms


def _draws() -> Tokens:
    """A table in which each word stands as often as it is to be drawn."""
    weights = 1 / (np.arange(WORDS) + 1 + _SHIFT)
    ends = np.cumsum(weights) / weights.sum()
    return np.searchsorted(ends, (np.arange(_CELLS) + 0.5) / _CELLS).astype(np.int32)


@cache
def _written_words() -> pa.Array:
    """Every word in every form, in the order of the tokens."""
    forms = (form for word in vocabulary() for form in (word, word.capitalize(), f"{word},", f"{word}."))
    return pa.array(list(forms), pa.string())


def vocabulary() -> tuple[str, ...]:
    """Distinct words that can be pronounced, frequent ones shorter; plain lower-case letters."""
    chance = random.Random("vocabulary")
    onsets = ("", *"bcdfghjklmnprstvwz", *"bcdfghlmnprst", "ch", "dr", "sh", "th", "tr")
    vowels = (*"aeiou", *"aeiou", "ea", "ou")
    codas = (*[""] * 8, "l", "m", "n", "nd", "r", "s", "st", "t")
    found: dict[str, None] = {}
    while len(found) < WORDS:
        syllables = 1 + (len(found) >= _ONE_SYLLABLE) + (len(found) >= _TWO_SYLLABLES)
        word = "".join(chance.choice(onsets) + chance.choice(vowels) + chance.choice(codas) for _ in range(syllables))
        found.setdefault(word)
    return tuple(found)
