"""What each Unicode character becomes in the normalised form: the tables shipped with the package.

The tables are data, not computed from the running Python, because its Unicode version would change the sketches.
`sketch.unicode_rules` writes them; the rule itself is in docs/decisions/normalisation.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

#: Code points in a block of the two-level table.
BLOCK = 256

#: Bits of an entry that hold a code point or an offset; the bits above hold the kind.
PAYLOAD_BITS = 21

DATA_FILE = "characters.npz"


class CharacterKind(IntEnum):
    """What a character does to the words around it."""

    SEPARATOR = 0
    LETTER = 1  # continues the word
    SINGLE = 2  # is a word of its own: scripts without spaces, pictographs
    MARK = 3  # joins the character before it, whatever that is
    DROPPED = 4  # leaves no trace
    EXPANDED = 5  # stands for several characters


@dataclass(frozen=True)
class CharacterTables:
    """Entry of code point c: `blocks[index[c // 256] * 256 + c % 256]`.

    An entry is `kind << 21 | payload`. The payload is the code point that replaces c (0: c itself), or, for EXPANDED,
    an offset into `pool`, where a length and that many entries lie.
    """

    unicode: str
    index: NDArray[np.uint16]
    blocks: NDArray[np.uint32]
    pool: NDArray[np.uint32]

    @cached_property
    def sha256(self) -> str:
        """Hash of the contents, not of the file, whose compression may differ."""
        digest = hashlib.sha256(self.unicode.encode())
        for array, kind in ((self.index, "<u2"), (self.blocks, "<u4"), (self.pool, "<u4")):
            digest.update(len(array).to_bytes(8, "little"))
            digest.update(array.astype(kind).tobytes())
        return digest.hexdigest()


@cache
def character_tables() -> CharacterTables:
    """The tables of this version of the program."""
    with files(__package__).joinpath(DATA_FILE).open("rb") as file, np.load(file) as arrays:
        return CharacterTables(str(arrays["unicode"]), arrays["index"], arrays["blocks"], arrays["pool"])
