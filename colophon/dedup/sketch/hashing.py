"""The 64-bit mixing steps from which every hash of a sketch is made, and the wide loads that feed them.

All arithmetic is modulo 2**64. `sketch.reference` holds the same steps in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from colophon.dedup.sketch.compilation import part

#: Start of a word's hash, and the constant that meets the second half of each block (digits of pi).
WORD_START = np.uint64(0x13198A2E03707344)
WORD_SECOND = np.uint64(0xA4093822299F31D1)

#: Multiplier of the polynomial over a shingle's word hashes (digits of pi; 3 modulo 8, so that powers differ early).
SHINGLE_BASE = np.uint64(0x243F6A8885A308D3)

#: Keeps single shingles of short texts, and of texts without words, apart from ordinary shingles.
SHORT_SALT = np.uint64(0x082EFA98EC4E6C89)
WORDLESS_SALT = np.uint64(0x452821E638D01377)

#: Step between the salts of rounds, slots and bands (2**64 divided by the golden ratio).
SALT_STEP = np.uint64(0x9E3779B97F4A7C15)
BAND_SALT = np.uint64(0xBE5466CF34E90C6C)

_SCRAMBLE_1 = np.uint64(0x3C79AC492BA7B653)
_SCRAMBLE_2 = np.uint64(0x1C69B3F74AC4AE35)
_27 = np.uint64(27)
_33 = np.uint64(33)


#: What `intrinsic` makes is called like the kernels' own parts, without the context that its definition takes.
_instruction: Callable[[Callable[..., Any]], Any] = intrinsic


@part
def scramble(x: Any) -> Any:
    """A bijection of 64-bit values in which every input bit moves every output bit (Pelle Evensen's *moremur*)."""
    x = (x ^ (x >> _27)) * _SCRAMBLE_1
    x = (x ^ (x >> _33)) * _SCRAMBLE_2
    return x ^ (x >> _27)


@_instruction
def fold(_context: Any, a: Any, b: Any) -> Any:
    """The low half xor the high half of the 128-bit product of two 64-bit values."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        product = builder.mul(*(builder.zext(x, wide) for x in arguments))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), narrow)
        return builder.xor(builder.trunc(product, narrow), high)

    return types.uint64(types.uint64, types.uint64), generate


@_instruction
def load8(_context: Any, array: Any, index: Any) -> Any:
    """Eight bytes of a byte array from `index` on, which need not be aligned, as a little-endian number."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(target, builder, signature.args[0], arguments, ir.IntType(64))
        return builder.load(pointer, align=1)

    return types.uint64(array, types.int64), generate


@_instruction
def nonzero_mask(_context: Any, array: Any, index: Any) -> Any:
    """A bit for each of the 64 bytes from `index` on, set where the byte is not zero; the first byte is bit 0."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = ir.VectorType(ir.IntType(8), 64)
        value = builder.load(_pointer(target, builder, signature.args[0], arguments, block), align=1)
        return builder.bitcast(builder.icmp_unsigned("!=", value, _all(block, 0)), ir.IntType(64))

    return types.uint64(array, types.int64), generate


@_instruction
def full_mask(_context: Any, array: Any, index: Any) -> Any:
    """A bit for each of the 64 numbers from `index` on, set where all bits of the number are; the first is bit 0."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = ir.VectorType(ir.IntType(64), 64)
        value = builder.load(_pointer(target, builder, signature.args[0], arguments, block), align=8)
        return builder.bitcast(builder.icmp_unsigned("==", value, _all(block, 2**64 - 1)), ir.IntType(64))

    return types.uint64(array, types.int64), generate


@_instruction
def copy_ascii_block(_context: Any, source: Any, index: Any, target_array: Any, target_index: Any) -> Any:
    """Copies 64 bytes, ASCII letters lower-cased, digits kept, all else zero; returns the mask of bytes >= 128."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = ir.VectorType(ir.IntType(8), 64)
        read = _pointer(target, builder, signature.args[0], arguments[:2], block)
        write = _pointer(target, builder, signature.args[2], arguments[2:], block)
        value = builder.load(read, align=1)
        lower = builder.or_(value, _all(block, 0x20))
        is_letter = builder.icmp_unsigned("<", builder.sub(lower, _all(block, ord("a"))), _all(block, 26))
        is_digit = builder.icmp_unsigned("<", builder.sub(value, _all(block, ord("0"))), _all(block, 10))
        # A digit has bit 0x20 set already, so the lowered byte is right for both.
        kept = builder.select(builder.or_(is_letter, is_digit), lower, _all(block, 0))
        builder.store(kept, write, align=1)
        return builder.bitcast(builder.icmp_signed("<", value, _all(block, 0)), ir.IntType(64))

    return types.uint64(source, types.int64, target_array, types.int64), generate


@_instruction
def clear_block(_context: Any, array: Any, index: Any) -> Any:
    """Sets the 64 bytes from `index` on to zero."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = ir.VectorType(ir.IntType(8), 64)
        builder.store(_all(block, 0), _pointer(target, builder, signature.args[0], arguments, block), align=1)
        return target.get_dummy_value()

    return types.void(array, types.int64), generate


@_instruction
def take(_context: Any, array: Any, index: Any) -> Any:
    """The item at `index`, which is known to lie inside; plain indexing would also provide for negative numbers."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        return builder.load(_pointer(target, builder, kind, arguments, target.get_data_type(kind.dtype)))

    return array.dtype(array, types.int64), generate


@_instruction
def put(_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Sets the item at `index`, which is known to lie inside."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        place = _pointer(target, builder, kind, arguments[:2], target.get_data_type(kind.dtype))
        builder.store(arguments[2], place)
        return target.get_dummy_value()

    return types.void(array, types.int64, array.dtype), generate


@_instruction
def trailing_zeros(_context: Any, x: Any) -> Any:
    """Number of zero bits below the lowest set bit; 64 for zero."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@_instruction
def ones(_context: Any, x: Any) -> Any:
    """Number of set bits."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


def _pointer(target: Any, builder: Any, kind: Any, place: Any, pointee: Any) -> Any:
    """Address of an item, `place` being the array and the index."""
    array, index = place
    data = cgutils.create_struct_proxy(kind)(target, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), pointee.as_pointer())


def _all(block: Any, value: int) -> Any:
    return ir.Constant(block, [value] * block.count)
