"""Bytes to the normalised form, compiled into the kernels.

The normalised form of a document is held as bytes: its words in UTF-8, one or more zero bytes between them. A zero
byte never occurs inside a word, so that words padded with zeros stay distinct. The rule is stated in
docs/decisions/normalisation.md; the plain reference of this module is `sketch.reference.words`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.dedup.sketch.characters import BLOCK, PAYLOAD_BITS, CharacterKind
from colophon.dedup.sketch.compilation import part
from colophon.dedup.sketch.hashing import clear_block, copy_ascii_block, load8, put, take, trailing_zeros

#: Bytes that are read and written at once.
_STEP = 64

#: Free bytes that must lie behind the normalised form: the longest expansion of one character with its separators,
#: a block, and the zeros at the end.
_ROOM = 256

_HIGH_BITS = np.uint64(0x8080808080808080)
_LOW_32 = np.uint64(0xFFFFFFFF)

_BLOCK_BITS, _BLOCK_LAST = BLOCK.bit_length() - 1, BLOCK - 1
_PAYLOAD = (1 << PAYLOAD_BITS) - 1
_SEPARATOR, _SINGLE, _MARK = int(CharacterKind.SEPARATOR), int(CharacterKind.SINGLE), int(CharacterKind.MARK)
_DROPPED, _EXPANDED = int(CharacterKind.DROPPED), int(CharacterKind.EXPANDED)

# What the normalised form ends with.
_AFTER_SEPARATOR, _IN_WORD, _AFTER_SINGLE = 0, 1, 2


@part
def normalise(data: Any, begin: Any, end: Any, index: Any, blocks: Any, pool: Any, text: Any) -> Any:
    """Writes the normalised form of `data[begin:end]`; returns its buffer, which may have grown, and its length.

    The 128 bytes behind the length are zero.
    """
    read, write, state = begin, 0, _AFTER_SEPARATOR
    while read < end:
        # Only here may the buffer be exchanged: Numba would count references in any loop that does.
        if write + (end - read) + _ROOM > text.size:
            text = _grow(text, write, end - read)
        if state == _AFTER_SINGLE and take(data, read) < 0x80:
            put(text, write, np.uint8(0))
            write += 1
        plain = _copy_ascii(data, read, end, text, write)
        if plain:
            read += plain
            write += plain
            state = _IN_WORD if take(text, write - 1) else _AFTER_SEPARATOR
        read, write, state = _normalise_unicode(data, read, end, index, blocks, pool, text, write, state)
    if write + _ROOM > text.size:
        text = _grow(text, write, 0)
    clear_block(text, write)
    clear_block(text, write + _STEP)
    return text, write


@part
def _copy_ascii(data: Any, read: Any, end: Any, text: Any, write: Any) -> Any:
    """Normalises ASCII bytes up to the first other byte or the end; returns their number."""
    first = read
    while read + _STEP <= data.size and read < end:
        high = copy_ascii_block(data, read, text, write)
        if high:
            return min(read + trailing_zeros(high), end) - first
        read += _STEP
        write += _STEP
    if read < end:
        # A block read here would reach behind the buffer.
        tail = np.zeros(_STEP, np.uint8)
        for i in range(end - read):
            tail[i] = data[read + i]
        read += min(trailing_zeros(copy_ascii_block(tail, 0, text, write)), _STEP)
    return min(read, end) - first


@part
def _normalise_unicode(
    data: Any, read: Any, end: Any, index: Any, blocks: Any, pool: Any, text: Any, write: Any, state: Any
) -> Any:
    """Goes on character by character until eight ASCII bytes follow, the room is used up, or the end.

    Returns read, write and state.
    """
    while read < end and write + _ROOM <= text.size:
        ahead = load8(data, read) if read + 8 <= data.size else _last_bytes(data, read)
        if read + 8 <= end and not ahead & _HIGH_BITS:
            break
        code, size = _decode(np.int64(ahead & _LOW_32), end - read)
        read += size
        block = np.int64(take(index, code >> _BLOCK_BITS)) << _BLOCK_BITS
        entry = np.int64(take(blocks, block | (code & _BLOCK_LAST)))
        kind, payload = entry >> PAYLOAD_BITS, entry & _PAYLOAD
        if kind == _EXPANDED:
            for i in range(payload + 1, payload + 1 + np.int64(take(pool, payload))):
                piece = np.int64(take(pool, i))
                write, state = _emit(piece & _PAYLOAD, piece >> PAYLOAD_BITS, text, write, state)
        elif kind != _DROPPED:
            write, state = _emit(payload or code, kind, text, write, state)
    return read, write, state


@part
def _grow(text: Any, used: Any, more: Any) -> Any:
    grown = np.empty(2 * used + more + _ROOM, np.uint8)
    grown[:used] = text[:used]
    return grown


@part
def _last_bytes(data: Any, at: Any) -> Any:
    """The bytes from `at` to the end of the buffer, fewer than eight, as a little-endian number."""
    ahead = np.uint64(0)
    for i in range(data.size - at):
        ahead |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return ahead


@part
def _decode(ahead: Any, left: Any) -> Any:
    """The code point that begins four bytes, of which `left` count, and its size in bytes.

    An invalid byte b is the code point 0xDC00 + b (PEP 383).
    """
    # Numbers only: Numba would count references to an array handed to a function with several ways out.
    first, second = ahead & 0xFF, (ahead >> 8 & 0xFF) ^ 0x80
    third, fourth = (ahead >> 16 & 0xFF) ^ 0x80, (ahead >> 24) ^ 0x80
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        if first >= 0xC2 and left > 1 and second < 0x40:
            return (first & 0x1F) << 6 | second, 2
    elif first < 0xF0:
        code = (first & 0xF) << 12 | second << 6 | third
        if left > 2 and (second | third) < 0x40 and code >= 0x800 and not 0xD800 <= code < 0xE000:
            return code, 3
    else:
        code = (first & 0xF) << 18 | second << 12 | third << 6 | fourth
        if left > 3 and (second | third | fourth) < 0x40 and 0x10000 <= code < 0x110000:
            return code, 4
    return 0xDC00 + first, 1


@part
def _emit(code: Any, kind: Any, text: Any, write: Any, state: Any) -> Any:
    """Appends one normalised character, a zero byte before it where a word ends; returns the new write and state."""
    if kind == _SEPARATOR:
        put(text, write, np.uint8(0))
        return write + 1, _AFTER_SEPARATOR
    if (state == _AFTER_SINGLE and kind != _MARK) or (state == _IN_WORD and kind == _SINGLE):
        put(text, write, np.uint8(0))
        write += 1
    if kind == _SINGLE:
        state = _AFTER_SINGLE
    elif state != _AFTER_SINGLE or kind != _MARK:
        state = _IN_WORD
    if code < 0x80:
        put(text, write, np.uint8(code))
        return write + 1, state
    if code < 0x800:
        put(text, write, np.uint8(0xC0 | code >> 6))
        put(text, write + 1, np.uint8(0x80 | code & 0x3F))
        return write + 2, state
    if code < 0x10000:
        put(text, write, np.uint8(0xE0 | code >> 12))
        put(text, write + 1, np.uint8(0x80 | code >> 6 & 0x3F))
        put(text, write + 2, np.uint8(0x80 | code & 0x3F))
        return write + 3, state
    put(text, write, np.uint8(0xF0 | code >> 18))
    put(text, write + 1, np.uint8(0x80 | code >> 12 & 0x3F))
    put(text, write + 2, np.uint8(0x80 | code >> 6 & 0x3F))
    put(text, write + 3, np.uint8(0x80 | code & 0x3F))
    return write + 4, state
