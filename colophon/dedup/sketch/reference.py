"""The kernel's plain reference: the same sketches, slowly, one line of Python for each line of the definition.

It is the definition to read, and the oracle of the tests. Rules: docs/decisions/normalisation.md and sketch.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from colophon.dedup.sketch.characters import BLOCK, PAYLOAD_BITS, CharacterKind, character_tables
from colophon.dedup.sketch.scheme import Scheme

_MASK = 2**64 - 1

WORD_START = 0x13198A2E03707344
WORD_SECOND = 0xA4093822299F31D1
SHINGLE_BASE = 0x243F6A8885A308D3
SHORT_SALT = 0x082EFA98EC4E6C89
WORDLESS_SALT = 0x452821E638D01377
SALT_STEP = 0x9E3779B97F4A7C15
BAND_SALT = 0xBE5466CF34E90C6C
ROUNDS = 8


def sketch(text: bytes, scheme: Scheme) -> list[int]:
    """The slots of a text."""
    values = shingles(text, scheme)
    least: list[int | None] = [None] * scheme.slots
    for turn in range(ROUNDS):
        arrived: list[int | None] = [None] * scheme.slots
        for value in values:
            hashed = value if turn == 0 else scramble(value ^ turn * SALT_STEP & _MASK)
            slot = (hashed >> 16 & 0xFFFF) * scheme.slots >> 16
            before = arrived[slot]
            arrived[slot] = hashed if before is None else min(before, hashed)
        least = [new if old is None else old for old, new in zip(least, arrived, strict=True)]
    filled = [
        min(scramble(value ^ (ROUNDS + slot) * SALT_STEP & _MASK) for value in values) if old is None else old
        for slot, old in enumerate(least)
    ]
    return [value & 0xFFFF for value in filled]


def band_keys(slots: list[int], scheme: Scheme) -> list[int]:
    """The key of each band: its slots, four at a time from the first, high bits first."""
    keys = []
    for band in range(scheme.bands):
        key = (band * SALT_STEP + BAND_SALT) & _MASK
        rows = slots[band * scheme.rows : (band + 1) * scheme.rows]
        for first in range(0, scheme.rows, 4):
            four = 0
            for slot in rows[first : first + 4]:
                four = four << 16 | slot
            key = scramble(key ^ four)
        keys.append(key)
    return keys


def shingles(text: bytes, scheme: Scheme) -> set[int]:
    """The set of shingle hashes of a text; never empty."""
    hashes = [word_hash(word) for word in words(text)]
    if not hashes:
        return {wordless_hash(text)}
    if len(hashes) < scheme.shingle:
        return {scramble(polynomial(hashes) ^ len(hashes) * SHORT_SALT & _MASK)}
    return {
        scramble(polynomial(hashes[first : first + scheme.shingle]))
        for first in range(len(hashes) - scheme.shingle + 1)
    }


def words(text: bytes) -> list[bytes]:
    """The normalised words of a text, in UTF-8 (invalid input bytes as lone surrogates, PEP 383)."""
    parts: list[str] = []
    kind_before = CharacterKind.SEPARATOR
    for kind, character in _normalised(text.decode("utf-8", "surrogateescape")):
        if kind is CharacterKind.SEPARATOR:
            kind_before = kind
            continue
        joins = kind_before is not CharacterKind.SEPARATOR and (
            kind is CharacterKind.MARK or (kind is CharacterKind.LETTER and kind_before is CharacterKind.LETTER)
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
        # A mark that joins a word leaves its kind as it is; one that stands alone begins a word of letters.
        if kind is not CharacterKind.MARK or not joins:
            kind_before = CharacterKind.SINGLE if kind is CharacterKind.SINGLE else CharacterKind.LETTER
    return [word.encode("utf-8", "surrogatepass") for word in parts]


def _normalised(text: str) -> Iterator[tuple[CharacterKind, str]]:
    tables = character_tables()
    for character in text:
        code = ord(character)
        entry = int(tables.blocks[int(tables.index[code // BLOCK]) * BLOCK + code % BLOCK])
        kind, payload = _split(entry)
        if kind is CharacterKind.EXPANDED:
            for part in tables.pool[payload + 1 : payload + 1 + int(tables.pool[payload])]:
                part_kind, part_code = _split(int(part))
                yield part_kind, chr(part_code)
        elif kind is not CharacterKind.DROPPED:
            yield kind, chr(payload) if payload else character


def _split(entry: int) -> tuple[CharacterKind, int]:
    return CharacterKind(entry >> PAYLOAD_BITS), entry & 2**PAYLOAD_BITS - 1


def word_hash(word: bytes) -> int:
    """A word's bytes in blocks of two little-endian numbers, zero-padded, each folded into the hash so far."""
    hashed = WORD_START
    for first in range(0, len(word), 16):
        block = word[first : first + 16].ljust(16, b"\0")
        low, high = int.from_bytes(block[:8], "little"), int.from_bytes(block[8:], "little")
        hashed = fold(low ^ hashed, high ^ WORD_SECOND)
    return hashed


def wordless_hash(text: bytes) -> int:
    """Hash of a text without words: its bytes as they are, eight at a time, and their number."""
    hashed = len(text) * WORDLESS_SALT & _MASK
    for first in range(0, len(text), 8):
        hashed = fold(int.from_bytes(text[first : first + 8], "little") ^ hashed, WORD_SECOND)
    return scramble(hashed ^ WORDLESS_SALT)


def polynomial(hashes: list[int]) -> int:
    """The word hashes as digits, the first the highest, so that their order counts."""
    value = 0
    for hashed in hashes:
        value = (value * SHINGLE_BASE + hashed) & _MASK
    return value


def fold(a: int, b: int) -> int:
    """Low half xor high half of the 128-bit product."""
    product = a * b
    return (product ^ product >> 64) & _MASK


def scramble(x: int) -> int:
    """A bijection of 64-bit values (Pelle Evensen's *moremur*)."""
    x = (x ^ x >> 27) * 0x3C79AC492BA7B653 & _MASK
    x = (x ^ x >> 33) * 0x1C69B3F74AC4AE35 & _MASK
    return x ^ x >> 27
