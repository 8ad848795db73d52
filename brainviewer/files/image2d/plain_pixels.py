"""Decoded numbers of any depth as what the application shows: grey of 8 or 16 bits, or RGB of 8."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.decoded_image import Pixels
from brainviewer.files.image2d.photometric import (
    colours_narrowed,
    is_grey,
    over_black,
    to_eight_bits,
)

AS_IMAGE2D = "Save it again as PNG or JPG."
CLEAR = "Its transparent parts are shown black."
SCALED = "Its values were scaled to 16 bits."
COLOURS_SCALED = "Its colours were scaled to 8 bits."
_BLOCK = 2**22  # values that are made floats at a time


def plain_pixels(
    values: NDArray[Any], bits: int, name: str, alpha: bool = False
) -> tuple[Pixels, list[str]]:
    """Pixels, and sentences about what was done to get them.

    values : (rows, columns), or (rows, columns, channels) of grey or RGB, 0 is black
    bits : of each number that count, where they are unsigned
    alpha : the last channel says how solid a pixel is, up to the largest number

    Grey keeps up to 16 bits; more, and floats, are scaled. Colours that are all grey come as grey,
    others with 8 bits.

    Raises FileError if they are floats that are no numbers.
    """
    notices = []
    if values.ndim == 3 and alpha:
        values, solid = values[..., :-1], values[..., -1]
        most = 2**bits - 1 if values.dtype.kind == "u" else solid.max()
        if values.dtype.kind == "u" and solid.min() < most:
            notices.append(CLEAR)
            values = over_black(values, solid, most)
    if values.ndim == 3 and (values.shape[2] == 1 or is_grey(values)):
        values = np.ascontiguousarray(values[..., 0])
    if values.ndim == 2:
        pixels, said = _grey(values, bits, name)
    else:
        pixels, said = _colours(values, bits, name)
    return pixels, notices + said


def scaled(values: NDArray[Any], name: str) -> tuple[NDArray[np.uint16], list[str]]:
    """Values of many bits as uint16; whole numbers that fit stay what they are."""
    low, high = _range(values, name)
    whole = low >= 0 and high <= 65535
    if whole and values.dtype.kind == "f":
        whole = all(np.array_equal(block, np.rint(block)) for block in _blocks(values))
    if whole:
        return values.astype(np.uint16), []
    return _spread(values, low, high, 65535).astype(np.uint16, copy=False), [SCALED]


def _grey(values: NDArray[Any], bits: int, name: str) -> tuple[Pixels, list[str]]:
    if values.dtype.kind == "u" and bits <= 8:
        return to_eight_bits(values, bits), []
    if values.dtype == np.uint16:
        return values, []
    return scaled(values, name)


def _colours(values: NDArray[Any], bits: int, name: str) -> tuple[Pixels, list[str]]:
    if values.dtype.kind == "u":
        said = [colours_narrowed(bits)] if bits > 8 else []
        return to_eight_bits(values, bits), said
    low, high = _range(values, name)
    return _spread(values, low, high, 255).astype(np.uint8), [COLOURS_SCALED]


def _range(values: NDArray[Any], name: str) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise FileError(f"{name} holds values that are no numbers.", AS_IMAGE2D)
    return low, high


def _spread(values: NDArray[Any], low: float, high: float, most: int) -> NDArray[np.uint16]:
    out = np.empty(values.shape, np.uint16)
    factor = most / max(high - low, 1e-300)
    for block, place in zip(_blocks(values), _blocks(out), strict=True):
        place[...] = np.rint((block.astype(np.float64) - low) * factor)
    return out


def _blocks(values: NDArray[Any]) -> list[NDArray[Any]]:
    """Views of some rows each, so that what is made of them takes little memory."""
    count = max(1, _BLOCK // max(1, values[0].size))
    return [values[at : at + count] for at in range(0, len(values), count)]
