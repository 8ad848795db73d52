"""Which bits of a stored pixel count, and the numbers they are (PS3.5, 8.1.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS_WORDS = ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
"""Elements, in the order in which ``StoredBits.said`` takes their numbers."""


@dataclass(frozen=True)
class StoredBits:
    """How a pixel is stored.

    allocated : bits of each, 8, 16, 32 or 64
    stored : of them, those that count
    high : the highest of these, from 0
    signed : whether they are a two's complement number
    """

    allocated: int
    stored: int
    high: int
    signed: bool

    @classmethod
    def said(
        cls,
        allocated: float | None,
        stored: float | None,
        high: float | None,
        representation: float | None,
    ) -> "StoredBits":
        """As a header says it; None where it says nothing.

        representation : 0 without a sign, 1 with one

        Raises ValueError with a sentence if it cannot be so. An impossible high bit is the one
        that today's standard demands, since the values hardly depend on it.
        """
        stored = allocated if stored is None else stored
        if allocated is None or stored is None or representation not in (None, 0, 1):
            raise ValueError("It does not say how its pixels are stored.")
        if allocated not in (1, 8, 16, 32, 64):
            raise ValueError(f"It has {allocated:g} bits per pixel, which are not read here.")
        if not 0 < stored <= allocated:
            raise ValueError(f"It says that {stored:g} of {allocated:g} bits of a pixel count.")
        if high is None or not stored - 1 <= high < allocated:
            high = stored - 1
        return cls(int(allocated), int(stored), int(high), representation == 1)

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest number."""
        if self.signed:
            return -(2 ** (self.stored - 1)), 2 ** (self.stored - 1) - 1
        return 0, 2**self.stored - 1

    @property
    def beyond(self) -> str:
        """What is to be said where other bits are used, too."""
        return (
            f"Some of its pixels use more than the {self.stored} bits that count; the others, "
            "as of an overlay, were left out."
        )

    def high_bit_notice(self, said: float | None) -> str:
        """What is to be said of a high bit that cannot be; empty of one that can."""
        if said is None or said == self.high:
            return ""
        return f"Its highest bit is said to be {said:g}, which cannot be; {self.high} was taken."

    def numbers(self, pixels: NDArray[Any]) -> tuple[NDArray[Any], bool]:
        """The numbers of pixels, and whether other bits hold something, too.

        pixels : integers of as many bits as are allocated, signed as the numbers are
        """
        if self.stored == self.allocated:
            return pixels, False
        below = self.high + 1 - self.stored
        values = (pixels << (self.allocated - 1 - self.high)) >> (self.allocated - self.stored)
        other = (values << below) != pixels  # a sign may stand in all bits above
        if not other.any():
            return values, False
        mask = ((1 << self.stored) - 1) << below
        bits = pixels[other].view(f"u{pixels.dtype.itemsize}")
        return values, bool(np.any(bits & bits.dtype.type(~mask & ((1 << self.allocated) - 1))))


def in_type(values: NDArray[Any], dtype: str | np.dtype[Any]) -> NDArray[Any]:
    """Values in a number type that holds them; too large ones become infinite in single precision.

    Raises OverflowError if whole numbers would begin again at the other end of the type.
    """
    kind = np.dtype(dtype)
    if kind.kind in "iu" and not np.can_cast(values.dtype, kind, "safe"):
        limits = np.iinfo(kind)
        whole = values.dtype.kind in "iu" or bool(np.all(values == np.rint(values)))
        if not whole or values.min() < limits.min or values.max() > limits.max:
            raise OverflowError
    with np.errstate(over="ignore"):
        return values.astype(kind, copy=False)
