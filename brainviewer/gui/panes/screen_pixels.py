"""Arrays as images of Qt, and stored values as grey levels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from brainviewer.core.voi_window import Window


def grey_levels(values: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Stored values as grey levels 0..255 of a window; an inverted window is not regarded.

    Worked out in float32 where that holds every stored value, else in float64.
    """
    exact = np.float32 if np.can_cast(values.dtype, np.float32) else np.float64
    grey: NDArray[Any] = values.astype(exact)
    np.subtract(grey, float(window.low), out=grey)
    np.multiply(grey, 255 / float(window.width), out=grey)
    np.clip(grey, 0, 255, out=grey)
    return grey.astype(np.uint8)


def image_of(pixels: NDArray[np.uint8], form: QImage.Format) -> QImage:
    """An image with pixels of its own.

    pixels : (rows, columns) or (rows, columns, channels), contiguous
    """
    rows, columns = pixels.shape[:2]
    return QImage(pixels.data, columns, rows, pixels.strides[0], form).copy()
