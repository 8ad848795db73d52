"""Slices in which small values are bright (MONOCHROME1), turned round so that large ones are.

PS3.3, C.7.6.3.1.2 tells how such values are displayed, not what they would be the other way round.
They are taken from the ends of the range that the stored bits have, as displays do: 4095 - value of
12 bits, -1 - value of signed ones. Where that would lead beside all other values, as for 12 bits in
numbers of 16, the largest value becomes 0, or the smallest of the slices that are not turned.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import FileWindow
from brainviewer.files.dicom.pixels.stored_bits import in_type


def sums_of_ends(
    slices: Sequence[NDArray[Any]], inverted: Sequence[bool], ends: Sequence[float | None]
) -> list[float | None]:
    """What the values of each slice are to be taken from; None of those that are as they should be.

    slices : (rows, columns) rescaled values
    inverted : which of them are to be turned round
    ends : sum of the smallest and the largest value that its bits allow; None of floats
    """
    spans = [
        (float(one.min()), float(one.max()), end)
        for one, turned, end in zip(slices, inverted, ends, strict=True)
        if turned
    ]
    if not spans:
        return [None] * len(slices)
    all_ends = min(low for low, _, _ in spans) + max(high for _, high, _ in spans)
    low = min((all_ends if end is None else end) - high for _, high, end in spans)
    high = max((all_ends if end is None else end) - low for low, _, end in spans)
    others = [one for one, turned in zip(slices, inverted, strict=True) if not turned]
    if others:
        elsewhere = low > max(float(one.max()) for one in others)
        start = low - min(float(one.min()) for one in others)
    else:
        elsewhere, start = high < 0 or low > high - low, low
    start = start if elsewhere else 0.0
    return [
        (all_ends if end is None else end) - start if turned else None
        for turned, end in zip(inverted, ends, strict=True)
    ]


def turn_round(values: NDArray[Any], ends: float) -> None:
    """Take the values of a slice from a sum, in place."""
    wide = np.int64 if values.dtype.kind in "iu" and ends.is_integer() else np.float64
    values[...] = in_type(wide(ends) - values.astype(wide), values.dtype)


def turned_window(window: FileWindow, ends: float) -> FileWindow:
    """The same window of values that were taken from a sum."""
    return replace(window, black=ends - window.white, white=ends - window.black)


def turned_notices(turned: int, slices: int) -> tuple[str, ...]:
    """What is to be said if so many of the slices of a volume were turned round."""
    if not turned:
        return ()
    if turned == slices:
        return ("Its values were turned round: in its files small ones are bright.",)
    some = "One of its slices was" if turned == 1 else f"{turned} of its slices were"
    return (f"{some} turned round: in such files small values are bright.",)
