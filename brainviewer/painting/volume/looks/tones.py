"""How many voxels of a head have each value, for the histogram behind a look."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST

_CLASSES = 128
_MANY = 1_000_000


def tone_histogram(block: Block) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Edges of classes (n + 1), 0 to 1, and heights (n) by the logarithm, 1 for the highest.

    Air is left out, which is most of a block; of large blocks a regular sample is counted.
    """
    step = max(1, round((block.values.size / _MANY) ** (1 / 3)))
    sample = block.values[(slice(None, None, step),) * 3]
    sample = np.minimum(sample[sample > 0], BRIGHTEST)
    edges = np.linspace(0, 1, _CLASSES + 1)
    classes = sample.astype(np.uint32) * _CLASSES // (BRIGHTEST + 1)
    counts = np.bincount(classes, minlength=_CLASSES)
    smooth = np.convolve(np.pad(counts, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    heights = np.log1p(smooth)
    return edges, heights / max(1.0, float(heights.max()))
