"""What stored numbers mean: each photometric interpretation becomes grey or RGB in one place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mirrored(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """Grey values in which 0 was white, so that small ones are black.

    Numbers of more than 16 bits, which are scaled anyway, are mirrored within their own range: far
    from 0 they would lose their differences.
    """
    if values.dtype.kind == "u" and bits <= 16:
        return np.asarray(values.dtype.type(2**bits - 1) - values)
    low, high = values.min(), values.max()
    if values.dtype.kind == "i":
        return np.asarray(-1 - values)
    return np.asarray(low + (high - values))


def rgb_of_ycc(values: NDArray[Any], most: int, partial: bool = False) -> NDArray[Any]:
    """RGB of luma and colour differences (ITU-R BT.601), in the same number type.

    values : (..., 3) unsigned
    most : the largest value
    partial : luma runs from 16 to 235 of 255 only, the differences from 16 to 240
    """
    half = (most + 1) / 2
    luma, blue, red = (values[..., n].astype(np.float32) for n in range(3))
    blue -= half
    red -= half
    if partial:
        luma = (luma - 16 * most / 255) * (255 / 219)
        blue *= 255 / 224
        red *= 255 / 224
    out = np.empty_like(values)
    for n, channel in enumerate(
        (luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue)
    ):
        out[..., n] = np.clip(np.rint(channel), 0, most)
    return out


def to_eight_bits(values: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """The eight highest of so many bits, or fewer bits spread over eight."""
    if bits > 8:
        return np.asarray(np.right_shift(values, bits - 8), np.uint8)
    if bits == 8:
        return values.astype(np.uint8)
    return np.asarray(values.astype(np.uint16) * 255 // (2**bits - 1), np.uint8)


def colours_narrowed(bits: int) -> str:
    """What to say of colours that had more than 8 bits."""
    return f"Its colours have {bits} bits and are shown with 8."


def over_black(values: NDArray[Any], alpha: NDArray[Any], most: int) -> NDArray[Any]:
    """What is seen of values on a black ground.

    values : (rows, columns) or (rows, columns, channels), unsigned, at most 32 bits
    alpha : (rows, columns), 0 where it is clear and ``most`` where it is solid
    """
    out = np.empty_like(values)
    for place, row, solid in zip(out, values, alpha, strict=True):  # a row at a time: they are long
        fractions = solid.astype(np.uint64) if row.ndim == 1 else solid[:, None].astype(np.uint64)
        place[...] = (row * fractions + most // 2) // most
    return out


def is_grey(rgb: NDArray[Any]) -> bool:
    """Whether three channels are the same."""
    first = rgb[..., 0]
    return bool(np.array_equal(first, rgb[..., 1]) and np.array_equal(first, rgb[..., 2]))
