"""Images that lie on their side, turned as their file says (EXIF and TIFF tag 274)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ORIENTATION = 274
LYING = (5, 6, 7, 8)
"""Orientations that swap height and width."""


def upright(pixels: NDArray[Any], orientation: object) -> NDArray[Any]:
    """The image the right way up; unknown orientations change nothing.

    pixels : (rows, columns) or (rows, columns, channels)
    orientation : where the first row and the first column are seen, 1 to 8
    """
    if orientation not in range(2, 9):
        return pixels
    if orientation in LYING:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
