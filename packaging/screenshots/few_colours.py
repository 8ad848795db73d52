"""Images of the window with 256 colours, which take half the room of those with all of them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import KDTree

_FLAT, _VIVID, _GREYS, _REST = 40, 40, 42, 90
Colours = NDArray[np.uint8]
"""(n, 3) red, green, blue."""


def with_few_colours(image: Image.Image) -> Image.Image:
    """The image in RGB with 256 colours, each pixel in the nearest one."""
    pixels = np.asarray(image).reshape(-1, 3)
    colours, which, many = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    palette = _palette(colours, many)
    _, nearest = KDTree(palette).query(colours)
    indices = nearest.astype(np.uint8)[which.ravel()].reshape(image.height, image.width)
    made = Image.fromarray(indices, "P")
    made.putpalette(palette.ravel().tolist())
    return made


def _palette(colours: Colours, many: NDArray[np.int64]) -> Colours:
    """The colours of flat parts, those of legends, greys for the slices, and what lies on them."""
    common = colours[np.argsort(many)[::-1]]
    vivid = common[np.ptp(common.astype(int), axis=1) > 90]
    greys = np.repeat(np.linspace(0, 255, _GREYS).round(), 3).reshape(-1, 3).astype(np.uint8)
    coloured = np.ptp(colours.astype(int), axis=1) > 16
    weights = np.minimum(np.sqrt(many[coloured]).astype(int) + 1, 30)
    there = Image.fromarray(np.repeat(colours[coloured], weights, axis=0)[None])
    rest = there.quantize(_REST, Image.Quantize.MEDIANCUT, kmeans=5).getpalette()[: 3 * _REST]
    others = np.array(rest, np.uint8).reshape(-1, 3)
    return np.concatenate([common[:_FLAT], vivid[:_VIVID], greys, others])
