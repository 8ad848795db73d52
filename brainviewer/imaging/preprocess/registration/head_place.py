"""Where a head lies in a volume: as far as registration needs to know it before it starts."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.imaging.preprocess.alignment import thinned
from brainviewer.imaging.preprocess.brain import find_head

BESIDE_MM = (5.0, -4.0, 4.0)
"""``head_motion`` leaves little motion alone; from beside the place, whatever it finds is told."""


def middle_of_head(data: NDArray[np.generic], grid: Grid) -> NDArray[np.float64] | None:
    """Centre of mass of the head, (3,) in mm; None without one."""
    thin, of_it = thinned(data, grid)
    head = find_head(thin)
    return of_it.to_world(np.argwhere(head).mean(axis=0)) if head.any() else None
