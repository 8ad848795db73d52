"""What is solid in an image of the 3D view."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SMOOTHED = 2000
"""Pixels of the longer side up to which edges are smoothed by drawing twice as many."""


@dataclass(frozen=True, eq=False)
class SolidImage:
    """What is solid in an image.

    colour : (height, width, 4) uint8, colour times coverage, and coverage.
    near : (height, width) float32, how far before the focus it is first seen, in mm; minus infinity
        where there is nothing.
    """

    colour: NDArray[np.uint8]
    near: NDArray[np.float32]
