"""Reasons not to ask a model about a single image: simple checks, before the network runs.

The bounds lie well outside of what 7,010 images and slices of heads by MR show (in brackets; the
collections ``cheng``, ``sartaj`` and ``lgg``). What passes is still compared with what the network
was trained on (``scope``).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.luma import luma
from brainviewer.imaging.measure.image_signs import (
    Grey,
    bone_ring,
    edge_grey,
    largest_part,
    letters,
    panels,
    working_size,
)
from brainviewer.models.image_classification.input import eight_bits, head_of

_LEAST_SIDE = 48  # pixels (84)
_LONGEST = 2.5  # times the shorter side (1.8)
# Range without the outermost hundredths over the brightest value (0.35).
_LEAST_RANGE = 0.05
# Of colours after Hasler & Süsstrunk (2003), without the part that an even tint adds. Marks and
# overlays stay below 20; photographs have 35 and more, sequences painted as colours 25.
_COLOURFUL = 22.0
# The darkest tenth of what lies a little inside the edge (101: one series with a grey background).
_BRIGHT_GROUND = 130.0
# The same, and its standard deviation, where the whole image counts as head (2 images).
_GROUND_OF_PHOTO, _UNEVEN = 40.0, 20.0
_FILLED = 0.97
# Fractions of the image: the head (0.14), and the largest part that hangs together (0.03).
_LEAST_HEAD, _LEAST_PART = 0.06, 0.015
_LEAST_OF_BOX = 0.22  # fraction of its bounding box that the head fills (0.30)
_MANY_LETTERS = 60  # of a letter's size (31)
_BRIGHT_EDGE = 110.0  # a frame would count as a ring of bone


def why_not_image(image: NDArray[np.generic]) -> str:
    """Why a model of images must not answer for this one, as a sentence; empty if it may.

    image : (rows, columns) grey in any unit, or (rows, columns, 3) RGB, 0 to 255
    """
    rows, columns = image.shape[:2]
    if min(rows, columns) < _LEAST_SIDE:
        return (
            f"The image is too small to judge ({columns} × {rows} pixels; at least "
            f"{_LEAST_SIDE} × {_LEAST_SIDE} are needed)."
        )
    if max(rows, columns) > _LONGEST * min(rows, columns):
        return "The image is a strip, not a slice of a head."
    if image.ndim == 3 and colourfulness(image) > _COLOURFUL:
        return "This is a colour image, not MR: a photograph, or sequences painted as colours."
    values = grey_of(image)
    brightest = float(np.abs(values).max())
    low, high = np.percentile(values, [1, 99])
    if not high - low > _LEAST_RANGE * brightest:
        return "There is nothing to be seen on the image: it is nearly uniform."
    return _not_a_head(working_size(eight_bits(values)))


def grey_of(image: NDArray[np.generic]) -> NDArray[np.float32]:
    """(rows, columns) float32: luma of colours; what is no number counts as 0."""
    values = np.nan_to_num(np.asarray(image, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if values.ndim == 3:
        values = luma(values)
    return np.asarray(values, np.float32)


def colourfulness(pixels: NDArray[np.generic]) -> float:
    """How much the colours of an image differ from each other; 0 for grey and for one tint.

    pixels : (rows, columns, 3) RGB, 0 to 255

    The spread of the opponent colours of Hasler & Süsstrunk, "Measuring colourfulness in natural
    images" (2003); their term for the mean is left out.
    """
    red, green, blue = np.moveaxis(np.asarray(pixels, np.float32), 2, 0)
    return float(np.hypot((red - green).std(), ((red + green) / 2 - blue).std()))


def _not_a_head(grey: Grey) -> str:
    head, part = head_of(grey.astype(np.float32) - np.float32(grey.min())), largest_part(grey)
    ground = _near_edge(grey)
    dark = float(np.percentile(ground, 10))
    if dark > _BRIGHT_GROUND:
        return "The image has a bright background, as pages, drawings and photographs have."
    if parts := panels(grey):
        return (
            f"There seem to be several images in one ({parts[0]} × {parts[1]}): cut out the one "
            "that is meant."
        )
    if letters(grey, part)[1] > _MANY_LETTERS:
        return "There is a lot of text on the image: cut out the slice."
    if head.mean() < _LEAST_HEAD or part.mean() < _LEAST_PART:
        return "There is nothing on the image that is large enough to be a head."
    _, _, width, height = cv2.boundingRect(head.astype(np.uint8))
    filled = float(np.count_nonzero(head) / max(width * height, 1))
    if filled < _LEAST_OF_BOX:
        return "What is on the image does not have the shape of a head."
    if filled > _FILLED and dark > _GROUND_OF_PHOTO and float(ground.std()) > _UNEVEN:
        return "There is no dark background around a head, as every MR has."
    if edge_grey(grey) <= _BRIGHT_EDGE and bone_ring(grey, part) is not None:
        return "This looks like CT, not MR: a closed ring as bright as bone around an even brain."
    return ""


def _near_edge(grey: Grey) -> Grey:
    """What lies a twentieth to a tenth inside the image, beyond any frame."""
    wide = max(2, round(0.05 * min(grey.shape)))
    near, far = slice(wide, 2 * wide), slice(-2 * wide, -wide)
    return np.concatenate([grey[s].ravel() for s in (near, far, np.s_[:, near], np.s_[:, far])])
