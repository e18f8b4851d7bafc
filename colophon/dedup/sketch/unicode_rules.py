"""Derives the character tables from Python's Unicode database.

Run once for a new version of the scheme, under the Python whose Unicode version is wanted:
`python -m colophon.dedup.sketch.unicode_rules`. The rule is stated in docs/decisions/normalisation.md.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import numpy as np

from colophon.dedup.sketch.characters import BLOCK, DATA_FILE, PAYLOAD_BITS, CharacterKind, CharacterTables

#: Starts of the names of scripts that are written without spaces between words.
_UNSPACED = (
    "CJK UNIFIED IDEOGRAPH",
    "CJK COMPATIBILITY IDEOGRAPH",
    "IDEOGRAPHIC",
    "HIRAGANA",
    "KATAKANA",
    "BOPOMOFO",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TAI LE",
    "NEW TAI LUE",
    "TAI THAM",
    "TAI VIET",
    "BALINESE",
    "JAVANESE",
    "YI SYLLABLE",
    "TANGUT",
    "NUSHU",
    "KHITAN",
)

#: Planes kept for ideographs, whether or not this Unicode version has assigned them.
_IDEOGRAPHIC_PLANES = range(0x20000, 0x40000)

#: Symbols from here on are pictographs, each of which says something, unlike the rules and bullets below.
_FIRST_PICTOGRAPH = 0x1F000

_SKIN_TONES = range(0x1F3FB, 0x1F400)
_ZERO_WIDTH_SPACE = 0x200B

#: Invisible characters that the general category does not tell: joiners, fillers, variation selectors.
_INVISIBLE = frozenset({
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0,
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
})  # fmt: skip


def tables_of_this_python() -> CharacterTables:
    """The tables under the Unicode version of the running Python."""
    pool: list[int] = []
    known: dict[bytes, int] = {}
    index = [
        known.setdefault(_block(first, pool).tobytes(), len(known)) for first in range(0, sys.maxunicode + 1, BLOCK)
    ]
    return CharacterTables(
        unicodedata.unidata_version,
        np.array(index, np.uint16),
        np.frombuffer(b"".join(known), np.uint32),
        np.array(pool, np.uint32),
    )


def _block(first: int, pool: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array([_entry(c, pool) for c in range(first, first + BLOCK)], np.uint32)


def _entry(code: int, pool: list[int]) -> int:
    """The table entry of a code point; expansions are appended to the pool."""
    folded = _fold(chr(code))
    if not folded:
        return CharacterKind.DROPPED << PAYLOAD_BITS
    kinds = [_kind(ord(c)) for c in folded]
    if all(kind is CharacterKind.SEPARATOR for kind in kinds):
        return CharacterKind.SEPARATOR << PAYLOAD_BITS
    if len(folded) == 1:
        return kinds[0] << PAYLOAD_BITS | (0 if folded == chr(code) else ord(folded))
    pool.append(len(folded))
    pool.extend(kind << PAYLOAD_BITS | ord(c) for kind, c in zip(kinds, folded, strict=True))
    return CharacterKind.EXPANDED << PAYLOAD_BITS | len(pool) - len(folded) - 1


def _fold(text: str) -> str:
    """Compatibility decomposition without the dropped characters, case-folded, until nothing changes any more."""
    while True:
        decomposed = "".join(
            c for c in unicodedata.normalize("NFKD", text) if _kind(ord(c)) is not CharacterKind.DROPPED
        )
        folded = decomposed.casefold()
        if folded == text:
            return text
        text = folded


def _kind(code: int) -> CharacterKind:
    character = chr(code)
    category = unicodedata.category(character)
    if _is_dropped(code, category):
        return CharacterKind.DROPPED
    if category[0] == "M":
        return CharacterKind.MARK
    if category == "So" and code >= _FIRST_PICTOGRAPH:
        return CharacterKind.SINGLE
    if category[0] in "ZPS" or category == "Cc" or code == _ZERO_WIDTH_SPACE:
        return CharacterKind.SEPARATOR
    if code in _IDEOGRAPHIC_PLANES or (
        category in {"Lo", "Lm", "Nl"} and unicodedata.name(character, "").startswith(_UNSPACED)
    ):
        return CharacterKind.SINGLE
    return CharacterKind.LETTER


def _is_dropped(code: int, category: str) -> bool:
    """Whether a character is invisible or an accent.

    Accents are told by their canonical combining class: overlays, the points of Hebrew, Arabic and Syriac, and marks
    above and below. Vowel signs, viramas, nuktas and voicing marks have other classes and are part of the spelling.
    """
    if code in _INVISIBLE or code in _SKIN_TONES or category == "Me":
        return True
    if category == "Cf":
        return code != _ZERO_WIDTH_SPACE
    combining = unicodedata.combining(chr(code))
    return combining == 1 or 10 <= combining <= 36 or combining >= 200


def main() -> None:
    """Writes the data file next to this module."""
    tables = tables_of_this_python()
    np.savez_compressed(
        Path(__file__).with_name(DATA_FILE),
        unicode=np.array(tables.unicode),
        index=tables.index,
        blocks=tables.blocks,
        pool=tables.pool,
    )
    print(f"Unicode {tables.unicode}, sha256 {tables.sha256}")  # noqa: T201


if __name__ == "__main__":
    main()
