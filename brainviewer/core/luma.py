"""How bright a colour is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 2**24  # numbers that are made floats at a time
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def luma(colours: NDArray[Any]) -> NDArray[np.float32]:
    """Grey of red, green and blue as an eye weighs them (ITU-R BT.601), in the unit of the colours.

    colours : (..., 3) RGB.

    Returns (...) float32, not rounded.
    """
    return np.asarray(colours @ _WEIGHTS, np.float32)


def grey_levels(colours: NDArray[Any]) -> NDArray[np.uint8]:
    """Luma of (rows, columns, 3) or (frames, rows, columns, 3) colours, rounded.

    Made a part at a time, so that large images take no more memory than they need.
    """
    rows = colours.reshape(-1, *colours.shape[-2:])
    out = np.empty(rows.shape[:2], np.uint8)
    count = max(1, _BLOCK // max(1, rows[0].size))
    for at in range(0, len(rows), count):
        out[at : at + count] = np.rint(luma(rows[at : at + count]))
    return out.reshape(colours.shape[:-1])
