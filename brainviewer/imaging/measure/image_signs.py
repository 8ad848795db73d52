"""Signs that an image is not one slice of a head by MR, as numbers.

They are measured here and judged elsewhere: by the audit of a set of images, which points out
whatever is worth a look, and by the gates of a classifier, which refuse only what is far out.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_WORKING_SIDE = 256  # pixels; what counts pixels counts in this size
_COLOURED = 24  # difference of channels, above the noise of JPEG
_INK = 110  # grey values above the surroundings
_SECTORS = 72  # directions in which a ring must be closed


def working_size(grey: Grey) -> Grey:
    """The image with its longest side brought to the size that the other functions expect."""
    longest = max(grey.shape)
    scale = _WORKING_SIDE / longest
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def coloured_fraction(pixels: NDArray[np.uint8]) -> float:
    """The fraction of pixels with a colour, above the noise of JPEG.

    pixels : (rows, columns, 3) RGB
    """
    lowest = cv2.min(cv2.min(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    highest = cv2.max(cv2.max(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    return float((cv2.subtract(highest, lowest) > _COLOURED).mean())


def edge_grey(grey: Grey) -> float:
    """Median grey value of the outermost row and column on each side."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def panels(grey: Grey) -> tuple[int, int] | None:
    """Columns and rows of panels that dark gaps from edge to edge divide; None if there is one."""
    bright = grey > _dark(grey)
    counts = []
    for axis in (0, 1):
        holds = bright.mean(axis=axis) > 0.01
        edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(np.int8), [0]])))
        runs = edges[1::2] - edges[::2]
        counts.append(int((runs >= 0.18 * len(holds)).sum()))
    return (counts[0], counts[1]) if max(counts) > 1 else None


def largest_part(grey: Grey) -> Mask:
    """The largest bright part, filled: the head, if there is one on black."""
    bright = (grey > _dark(grey)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    if len(stats) < 2:
        return np.zeros(grey.shape, bool)
    largest = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, contours, -1, 1, cv2.FILLED), np.uint8) > 0


def letters(grey: Grey, head: Mask) -> tuple[int, int]:
    """Bright marks of a letter's size outside the head: most in one line, and all of them."""
    ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    ink = (cv2.subtract(grey, ground) > _INK).astype(np.uint8)
    ink[cv2.dilate(head.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 0
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    high, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    letters_seen = (high >= 4) & (high <= 20) & (wide <= 24) & (area >= 6)
    lines = centres[1:, 1][letters_seen]
    return max((int((np.abs(lines - y) < 3).sum()) for y in lines), default=0), len(lines)


def bone_ring(grey: Grey, head: Mask) -> float | None:
    """How much of the rim of a head is as bright as bone by CT; None if this is not CT.

    The windows of CT cut bone off at white: a thick ring that is closed in every direction, around
    a brain that is even and not half as bright. By MR bone is dark, and the ring of fat is thin.

    Returns the fraction of the rim that is white, in the tenth of directions that have least of it.
    """
    if head.mean() < 0.1:
        return None
    # The frame of zeros ends a head that fills the image.
    framed = cv2.copyMakeBorder(head.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    deepest = float(depth.max())
    white = 0.96 * percentile_of_bytes(grey[head], 99.8)
    within = grey[depth > 0.4 * deepest].astype(np.float32)
    mean = max(float(within.mean()), 1.0)
    if white <= 200 or mean >= 0.52 * white:
        return None  # as nearly always: what takes longest is still to come
    rim = (depth > 0) & (depth < 0.22 * deepest)
    rows, columns = np.nonzero(rim)
    middle_row, middle_column = (places.mean() for places in np.nonzero(head))
    angle = np.arctan2(rows - middle_row, columns - middle_column)
    sector = np.minimum((angle / np.pi + 1) / 2 * _SECTORS, _SECTORS - 1).astype(int)
    bright = np.bincount(sector, grey[rim] >= white, _SECTORS)
    closed = float(np.percentile(bright / np.maximum(np.bincount(sector, None, _SECTORS), 1), 10))
    even = float(within.std()) < 0.3 * mean or closed > 0.2
    return closed if closed > 0.08 and even else None


def _dark(grey: Grey) -> float:
    """Grey value below which nothing is to be seen."""
    return max(20.0, 0.12 * percentile_of_bytes(grey, 99.5))


def percentile_of_bytes(grey: Grey, percent: float) -> float:
    """``np.percentile`` of bytes, from their histogram: in a tenth of the time."""
    counts = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    place = percent / 100 * (grey.size - 1)
    below, above = np.searchsorted(counts, [int(place), math.ceil(place)], side="right")
    return float(below + (above - below) * (place - int(place)))
