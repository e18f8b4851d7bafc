"""The fused kernel: UTF-8 bytes of many documents to normalised words, shingle hashes and sketches, in one pass.

Compiled by Numba on first use, without the GIL and without a Python object per document. The rules are stated in
docs/decisions/normalisation.md and docs/decisions/sketch.md; `sketch.twin` follows them in plain Python.

The normalised form of a document is held as bytes: its words in UTF-8, one or more zero bytes between them. A zero
byte never occurs inside a word, so that words padded with zeros stay distinct.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from colophon.analyzers.sketch.characters import BLOCK, PAYLOAD_BITS, Kind
from colophon.analyzers.sketch.mixing import (
    SALT_STEP,
    SHINGLE_BASE,
    SHORT_SALT,
    WORD_SECOND,
    WORD_START,
    WORDLESS_SALT,
    copy_ascii_block,
    fold,
    load8,
    nonzero_mask,
    scramble,
    trailing_zeros,
)

#: Rounds in which shingles are thrown at slots, before the empty slots are filled one by one.
ROUNDS = 8

#: Bytes that one step of the normalisation may write: a block, or the longest expansion with its separators.
_STEP = 64
_ROOM = 192

#: Bytes of the normalised form searched for words at once, and words or shingles mixed at once.
_WINDOW = 4096
_CHUNK = 512

#: Above this many shingles they are sorted in place, because a hash table would no longer fit the cache.
_MOST_IN_TABLE = 1 << 20

#: Slot value before any shingle arrived.
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)

_0, _1, _16, _32 = np.uint64(0), np.uint64(1), np.uint64(16), np.uint64(32)
_LOW_16 = np.uint64(0xFFFF)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)

_BLOCK_BITS, _BLOCK_LAST = BLOCK.bit_length() - 1, BLOCK - 1
_PAYLOAD = (1 << PAYLOAD_BITS) - 1
_SEPARATOR, _SINGLE, _MARK = int(Kind.SEPARATOR), int(Kind.SINGLE), int(Kind.MARK)
_DROPPED, _EXPANDED = int(Kind.DROPPED), int(Kind.EXPANDED)

# What the normalised form ends with.
_AFTER_SEPARATOR, _IN_WORD, _AFTER_SINGLE = 0, 1, 2


def sketch_documents(
    data: Any, offsets: Any, present: Any, index: Any, blocks: Any, pool: Any, shingle: int, slots: Any, counts: Any
) -> None:
    """Fills `slots` (uint16, documents x slots) and `counts` (int32, distinct shingles), zeros for absent documents.

    `data` uint8, `offsets` int64 (documents + 1), `present` uint8 (documents, or empty where all are present).
    """
    text, words = np.empty(1 << 16, np.uint8), np.empty(1 << 13, np.uint64)
    table, chunk = np.empty(1 << 11, np.uint64), np.empty(_CHUNK, np.uint64)
    edges = np.empty(_WINDOW + 2, np.int32)
    best, filled = np.empty(slots.shape[1], np.uint64), np.empty(slots.shape[1], np.uint8)
    for document in range(offsets.size - 1):
        if present.size and not present[document]:
            slots[document, :] = 0
            counts[document] = 0
            continue
        begin, end = offsets[document], offsets[document + 1]
        text, length = _normalise(data, begin, end, index, blocks, pool, text)
        words, found = _hash_words(text, length, words, edges)
        found = _shingles(data, begin, end, words, found, shingle, chunk)
        table, found = _distinct(words, found, table)
        counts[document] = found
        _throw(words, found, best, filled, chunk)
        for slot in range(best.size):
            slots[document, slot] = np.uint16(best[slot] & _LOW_16)


def shingle_documents(
    data: Any, offsets: Any, present: Any, index: Any, blocks: Any, pool: Any, shingle: int, ends: Any
) -> Any:
    """The distinct shingle hashes of each document, ascending, one document after the other; fills `ends` (int64)."""
    text, words = np.empty(1 << 16, np.uint8), np.empty(1 << 13, np.uint64)
    chunk, edges = np.empty(_CHUNK, np.uint64), np.empty(_WINDOW + 2, np.int32)
    values, used = np.empty(1 << 13, np.uint64), 0
    for document in range(offsets.size - 1):
        if not present.size or present[document]:
            begin, end = offsets[document], offsets[document + 1]
            text, length = _normalise(data, begin, end, index, blocks, pool, text)
            words, found = _hash_words(text, length, words, edges)
            found = _sort_distinct(words, _shingles(data, begin, end, words, found, shingle, chunk))
            if used + found > values.size:
                grown = np.empty(2 * (used + found), np.uint64)
                grown[:used] = values[:used]
                values = grown
            values[used : used + found] = words[:found]
            used += found
        ends[document] = used
    return values[:used].copy()


# --- bytes to the normalised form ----------------------------------------------------------------------------------


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _normalise(data: Any, begin: Any, end: Any, index: Any, blocks: Any, pool: Any, text: Any) -> Any:
    """Writes the normalised form of `data[begin:end]`; returns its buffer, which may have grown, and its length.

    The 128 bytes behind the length are zero.
    """
    tail = np.zeros(_STEP, np.uint8)
    read, write = begin, 0
    while read < end:
        if write + _ROOM > text.size:
            text = _grow(text, write)
        left = end - read
        if read + _STEP <= data.size:
            high = copy_ascii_block(data, read, text, write)
        else:
            for i in range(left):
                tail[i] = data[read + i]
            high = copy_ascii_block(tail, 0, text, write)
        plain = min(trailing_zeros(high), left, _STEP)
        read += plain
        write += plain
        if plain < min(left, _STEP):
            text, read, write = _normalise_unicode(data, read, end, index, blocks, pool, text, write)
    if write + _ROOM > text.size:
        text = _grow(text, write)
    text[write : write + 128] = 0
    return text, write


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _normalise_unicode(
    data: Any, read: Any, end: Any, index: Any, blocks: Any, pool: Any, text: Any, write: Any
) -> Any:
    """Goes on character by character until eight ASCII bytes follow, or the end; returns buffer, read and write."""
    state = _IN_WORD if write > 0 and text[write - 1] != 0 else _AFTER_SEPARATOR
    while read < end:
        if read + 8 <= end and not load8(data, read) & _HIGH_BITS:
            break
        if write + _ROOM > text.size:
            text = _grow(text, write)
        code, size = _decode(data, read, end)
        read += size
        entry = np.int64(blocks[(np.int64(index[code >> _BLOCK_BITS]) << _BLOCK_BITS) | (code & _BLOCK_LAST)])
        kind, payload = entry >> PAYLOAD_BITS, entry & _PAYLOAD
        if kind == _EXPANDED:
            for i in range(payload + 1, payload + 1 + np.int64(pool[payload])):
                part = np.int64(pool[i])
                write, state = _emit(part & _PAYLOAD, part >> PAYLOAD_BITS, text, write, state)
        elif kind != _DROPPED:
            write, state = _emit(payload if payload else code, kind, text, write, state)
    if state == _AFTER_SINGLE:
        text[write] = 0
        write += 1
    return text, read, write


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _grow(text: Any, used: Any) -> Any:
    grown = np.empty(2 * text.size + _ROOM, np.uint8)
    grown[:used] = text[:used]
    return grown


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _decode(data: Any, at: Any, end: Any) -> Any:
    """The code point at `at` and its size in bytes; an invalid byte b is the code point 0xDC00 + b (PEP 383)."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    if 0xC2 <= first < 0xE0 and at + 1 < end:
        second = np.int64(data[at + 1]) ^ 0x80
        if second < 0x40:
            return (first & 0x1F) << 6 | second, 2
    elif 0xE0 <= first < 0xF0 and at + 2 < end:
        second, third = np.int64(data[at + 1]) ^ 0x80, np.int64(data[at + 2]) ^ 0x80
        code = (first & 0xF) << 12 | second << 6 | third
        if (second | third) < 0x40 and code >= 0x800 and not 0xD800 <= code < 0xE000:
            return code, 3
    elif 0xF0 <= first < 0xF5 and at + 3 < end:
        second, third = np.int64(data[at + 1]) ^ 0x80, np.int64(data[at + 2]) ^ 0x80
        fourth = np.int64(data[at + 3]) ^ 0x80
        code = (first & 0x7) << 18 | second << 12 | third << 6 | fourth
        if (second | third | fourth) < 0x40 and 0x10000 <= code < 0x110000:
            return code, 4
    return 0xDC00 + first, 1


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _emit(code: Any, kind: Any, text: Any, write: Any, state: Any) -> Any:
    """Appends one normalised character, a zero byte before it where a word ends; returns the new write and state."""
    if kind == _SEPARATOR:
        text[write] = 0
        return write + 1, _AFTER_SEPARATOR
    if state == _AFTER_SINGLE and kind != _MARK or state == _IN_WORD and kind == _SINGLE:
        text[write] = 0
        write += 1
    if kind == _SINGLE:
        state = _AFTER_SINGLE
    elif state != _AFTER_SINGLE or kind != _MARK:
        state = _IN_WORD
    if code < 0x80:
        text[write] = code
        return write + 1, state
    if code < 0x800:
        text[write] = 0xC0 | code >> 6
        text[write + 1] = 0x80 | code & 0x3F
        return write + 2, state
    if code < 0x10000:
        text[write] = 0xE0 | code >> 12
        text[write + 1] = 0x80 | code >> 6 & 0x3F
        text[write + 2] = 0x80 | code & 0x3F
        return write + 3, state
    text[write] = 0xF0 | code >> 18
    text[write + 1] = 0x80 | code >> 12 & 0x3F
    text[write + 2] = 0x80 | code >> 6 & 0x3F
    text[write + 3] = 0x80 | code & 0x3F
    return write + 4, state


# --- normalised form to shingle hashes -----------------------------------------------------------------------------


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _hash_words(text: Any, length: Any, words: Any, edges: Any) -> Any:
    """Hashes every word; returns the buffer of hashes, which may have grown, and their number.

    `edges` takes, for one window, the places where words begin and end, alternately.
    """
    if words.size < length // 2 + 2:
        words = np.empty(length // 2 + 2, np.uint64)
    found, held = 0, 0
    inside = _0
    for window in range(0, length + 1, _WINDOW):
        # The byte at `length` is zero, so that a last word ends.
        for block in range(window, min(window + _WINDOW, length + 1), 64):
            mask = nonzero_mask(text, block)
            turns = mask ^ (mask << _1 | inside)
            inside = mask >> np.uint64(63)
            while turns:
                edges[held] = block - window + trailing_zeros(turns)
                turns &= turns - _1
                held += 1
        for edge in range(0, held - 1, 2):
            words[found] = _hash_word(text, window + edges[edge], window + edges[edge + 1])
            found += 1
        if held & 1:
            edges[0] = edges[held - 1] - _WINDOW
            held = 1
        else:
            held = 0
    return words, found


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _hash_word(text: Any, begin: Any, end: Any) -> Any:
    """Hash of a word: its bytes in blocks of sixteen, the last padded with zeros, each folded into the hash so far."""
    hashed = WORD_START
    while end - begin > 16:
        hashed = fold(load8(text, begin) ^ hashed, load8(text, begin + 8) ^ WORD_SECOND)
        begin += 16
    size = end - begin
    first = load8(text, begin) & (_ALL >> np.uint64(64 - 8 * min(size, 8)))
    second = load8(text, begin + 8) & (_ALL >> np.uint64(128 - 8 * size)) if size > 8 else _0
    return fold(first ^ hashed, second ^ WORD_SECOND)


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _shingles(data: Any, begin: Any, end: Any, words: Any, found: Any, shingle: Any, chunk: Any) -> Any:
    """Turns word hashes into shingle hashes in place; returns their number, which is at least one."""
    if found == 0:
        words[0] = _hash_wordless(data, begin, end)
        return 1
    if found < shingle:
        whole = _0
        for word in range(found):
            whole = whole * SHINGLE_BASE + words[word]
        words[0] = scramble(whole ^ np.uint64(found) * SHORT_SALT)
        return 1
    total = found - shingle + 1
    for first in range(0, total, _CHUNK):
        size = min(_CHUNK, total - first)
        for i in range(size):
            chunk[i] = words[first + i]
        for word in range(1, shingle):
            for i in range(size):
                chunk[i] = chunk[i] * SHINGLE_BASE + words[first + word + i]
        for i in range(size):
            words[first + i] = scramble(chunk[i])
    return total


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _hash_wordless(data: Any, begin: Any, end: Any) -> Any:
    """Hash of a text's bytes as they are, and of their number, eight at a time."""
    hashed = np.uint64(end - begin) * WORDLESS_SALT
    for at in range(begin, end, 8):
        eight = _0
        for i in range(min(8, end - at)):
            eight |= np.uint64(data[at + i]) << np.uint64(8 * i)
        hashed = fold(eight ^ hashed, WORD_SECOND)
    return scramble(hashed ^ WORDLESS_SALT)


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _distinct(values: Any, found: Any, table: Any) -> Any:
    """Moves the distinct values to the front; returns the hash table, which may have grown, and their number."""
    if found > _MOST_IN_TABLE:
        return table, _sort_distinct(values, found)
    bits = 6
    while (1 << bits) < 2 * found:
        bits += 1
    if (1 << bits) > table.size:
        table = np.empty(1 << bits, np.uint64)
    table[: 1 << bits] = 0
    last, shift = (1 << bits) - 1, np.uint64(64 - bits)
    kept, zeros = 0, 0
    for i in range(found):
        value = values[i]
        if value == _0:  # marks free places of the table
            zeros += 1
            if zeros > 1:
                continue
        place = np.int64(value >> shift)
        while table[place] != _0 and table[place] != value:
            place = (place + 1) & last
        if table[place] == _0:
            table[place] = value
            values[kept] = value
            kept += 1
    return table, kept


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _sort_distinct(values: Any, found: Any) -> Any:
    """Sorts the values and moves the distinct ones to the front; returns their number."""
    values[:found].sort()
    kept = 1
    for i in range(1, found):
        if values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


# --- shingle hashes to slots ---------------------------------------------------------------------------------------


@njit(nogil=True)  # type: ignore[untyped-decorator]
def _throw(values: Any, found: Any, best: Any, filled: Any, chunk: Any) -> None:
    """Fast Similarity Sketching over distinct values: leaves in each slot the least value that reached it.

    `filled` holds the round in which a slot was filled first; later rounds do not touch it.
    """
    slots = np.uint64(best.size)
    best[:] = _EMPTY
    # In the first round a shingle's hash is its own throw.
    for i in range(found):
        value = values[i]
        slot = np.int64(((value >> _16 & _LOW_16) * slots) >> _16)
        best[slot] = min(best[slot], value)
    empty = 0
    for slot in range(best.size):
        is_empty = best[slot] == _EMPTY
        filled[slot] = ROUNDS if is_empty else 0
        empty += is_empty
    for turn in range(1, ROUNDS):
        if empty == 0:
            return
        salt = np.uint64(turn) * SALT_STEP
        for first in range(0, found, _CHUNK):
            size = min(_CHUNK, found - first)
            for i in range(size):
                chunk[i] = scramble(values[first + i] ^ salt)
            for i in range(size):
                slot = np.int64(((chunk[i] >> _16 & _LOW_16) * slots) >> _16)
                if filled[slot] >= turn:
                    empty -= filled[slot] == ROUNDS
                    filled[slot] = turn
                    best[slot] = min(best[slot], chunk[i])
    if empty == 0:
        return
    for slot in range(best.size):
        if filled[slot] == ROUNDS:
            salt = np.uint64(ROUNDS + slot) * SALT_STEP
            least = _EMPTY
            for i in range(found):
                least = min(least, scramble(values[i] ^ salt))
            best[slot] = least
