"""The scheme of a sketch: everything that two sketches must share before they may be compared."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.dedup.sketch.characters import character_tables
from colophon.errors import BadArgumentError, SchemeMismatchError

#: Version of the normalisation rule, the rule of short texts, the hashes and the sketch; a change of any of them is a
#: new version.
VERSION = "fss2"

#: Bits of a slot.
SLOT_BITS = 16

MAX_SLOTS = 4096
MAX_WORDS = 1024


@dataclass(frozen=True, slots=True)
class Scheme:
    """Words per shingle, and `bands` x `rows` slots. Raises BadArgumentError for values that make no sketch."""

    shingle: int = 5
    bands: int = 14
    rows: int = 8

    def __post_init__(self) -> None:
        if not 1 <= self.shingle <= MAX_WORDS:
            raise BadArgumentError("shingle", str(self.shingle), f"1 to {MAX_WORDS} words")
        if self.bands < 1 or self.rows < 1 or self.slots > MAX_SLOTS:
            raise BadArgumentError(
                "bands x rows", f"{self.bands} x {self.rows}", f"both at least 1, their product at most {MAX_SLOTS}"
            )

    @property
    def slots(self) -> int:
        """Slots of a sketch."""
        return self.bands * self.rows

    @property
    def id(self) -> str:
        """Name stored with every sketch. How slots are cut into bands is not part of it."""
        return f"{VERSION}-w{self.shingle}-{self.slots}x{SLOT_BITS}-{character_tables().sha256[:8]}"

    def require(self, other: str) -> None:
        """Raises SchemeMismatchError where a stored sketch has another scheme than this."""
        if other != self.id:
            raise SchemeMismatchError(self.id, other)
