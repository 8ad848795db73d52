"""Intensities of MR, which have no common unit, brought to one. NumPy only."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.imaging.robust_spread import robust_spread

Slices = NDArray[np.float32]
Mask = NDArray[np.bool_]


def standardised(image: Slices, tissue: Mask, floor: float, low: float, high: float) -> Slices:
    """Median 0 and robust standard deviation 1 in ``tissue``, clipped to low..high.

    The spread is at least ``floor`` times the median, so that noise-free or flat tissue does not
    blow up the rest.
    """
    values = image[tissue]
    median = float(np.median(values))
    spread = robust_spread(values, median)
    spread = max(spread, floor * median, 1e-6 * float(image.max()))
    return np.asarray(np.clip((image - median) / spread, low, high), np.float32)


def grey_levels(image: Slices, low: float, high: float) -> Slices:
    """Grey values 0..255 between two percentiles of an image, as float32."""
    black, white = np.percentile(image, [low, high])
    scaled = (image - black) * (255 / max(float(white - black), 1e-12))
    return np.asarray(np.clip(scaled, 0, 255), np.float32)
