"""A lesion of which only the box is known, as a filled ellipse."""

import cv2
import numpy as np
from numpy.typing import NDArray


def ellipse(
    shape: tuple[int, ...], centre: tuple[float, float], axes: tuple[float, float]
) -> NDArray[np.bool_]:
    """A filled ellipse; centre and half axes as (x, y) in pixels, at least two pixels wide."""
    canvas = np.zeros(shape[:2], np.uint8)
    whole = (round(centre[0]), round(centre[1]))
    half = (max(2, round(axes[0])), max(2, round(axes[1])))
    cv2.ellipse(canvas, whole, half, 0, 0, 360, 1, cv2.FILLED)
    return canvas.astype(bool)
