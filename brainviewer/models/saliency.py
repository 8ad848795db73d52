"""Where on the slice the network saw its answer (class-activation map, Zhou et al. 2016).

The network ends in global average pooling and one dense layer, so the map of a class is the last
feature map weighted by that class's row of the dense layer. No gradient is needed.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CropBox:
    """A square on a slice, in pixels; may reach beyond the slice.

    top, left : position of the square's upper left corner (pixel edges are whole numbers).
    side : its side.
    stretch : its width over its height, where it is a rectangle that was made a square.
    """

    top: float
    left: float
    side: float
    stretch: float = 1.0

    @property
    def width(self) -> float:
        """Its extent along a row."""
        return self.side * self.stretch


def class_activation(
    features: NDArray[np.float32], dense: NDArray[np.float32], index: int
) -> NDArray[np.float32]:
    """Evidence for class ``index``, scaled to 0..1.

    features : (1, h, w, c) float32, the last feature map
    dense : (c, classes) float32, the weights of the dense layer
    """
    evidence = np.maximum(features[0] @ dense[:, index], 0.0)
    top = float(evidence.max())
    return np.asarray(evidence / top if top > 0 else evidence, np.float32)


def map_on_slice(
    activation: NDArray[np.float32], box: CropBox, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Put a map of the crop back on the slice it was cut from.

    activation : (h, w) float32 in 0..1
    shape : rows and columns of the slice

    Returns (rows, columns) float32 in 0..1, 0 outside the crop.
    """
    rows, columns = activation.shape
    forward = np.array(
        [
            [columns / box.width, 0, (0.5 - box.left) * columns / box.width - 0.5],
            [0, rows / box.side, (0.5 - box.top) * rows / box.side - 0.5],
        ],
        np.float64,
    )
    spread = cv2.warpAffine(
        activation,
        forward,
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    row = np.arange(shape[0])[:, None] + 0.5
    column = np.arange(shape[1])[None, :] + 0.5
    inside = (
        (row >= box.top)
        & (row < box.top + box.side)
        & (column >= box.left)
        & (column < box.left + box.width)
    )
    return np.where(inside, np.clip(spread, 0.0, 1.0), 0.0).astype(np.float32)
