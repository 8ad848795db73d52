"""Pictures that do not look like one slice of a head by MR: a reason to look at them.

The rules are simple and can be wrong in both directions; nothing is left out because of them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.files.picture_reader import Picture

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

ODDITIES = {
    "blank": "nothing to be seen",
    "colour": "colour",
    "bright edge": "bright frame or background",
    "montage": "several pictures in one",
    "text": "text on the picture",
    "CT-like": "looks like CT",
    "small": "very small",
}
"""Every kind of oddity, and its words."""

_SMALL = 64  # pixels
_WORKING_SIDE = 256  # pixels; rules count in this size
_COLOURED = 24  # difference of channels, above the noise of JPEG
_INK = 110  # grey values above the surroundings
_LEAST_LETTERS = 4  # in one line


def oddities(picture: Picture, grey: Grey, flat: bool) -> dict[str, str]:
    """What is odd about a picture: kinds of ``ODDITIES``, to what was seen."""
    if flat:
        return {"blank": f"all grey values lie within {int(np.ptp(grey)) + 1}"}
    found: dict[str, str] = {}
    rows, columns = grey.shape
    if min(rows, columns) < _SMALL:
        found["small"] = f"{columns} × {rows} pixels"
    if picture.coloured:
        pixels = picture.pixels.astype(np.int16)
        share = float((np.ptp(pixels, axis=2) > _COLOURED).mean())
        if share > 0.01:
            found["colour"] = f"{share:.0%} of its pixels"
    ring = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(ring) > 110:
        found["bright edge"] = f"the edge has a grey value of {int(np.median(ring))}"
    working = _working(grey)
    if panels := _panels(working):
        found["montage"] = f"{panels[0]} × {panels[1]} parts with gaps between them"
    elif "bright edge" not in found:
        head = _head(working)
        if letters := _letters(working, head):
            found["text"] = f"{letters} small bright marks in a line beside the head"
        if (skull := _skull(working, head)) is not None:
            found["CT-like"] = f"a ring as bright as bone ({skull:.0%} of the rim), even inside"
    return found


def _working(grey: Grey) -> Grey:
    longest = max(grey.shape)
    scale = _WORKING_SIDE / longest
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def _panels(grey: Grey) -> tuple[int, int] | None:
    """Columns and rows of panels that dark gaps from edge to edge divide; None if there is one."""
    bright = grey > max(20.0, 0.12 * float(np.percentile(grey, 99.5)))
    counts = []
    for axis in (0, 1):
        holds = bright.mean(axis=axis) > 0.01
        edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(np.int8), [0]])))
        runs = edges[1::2] - edges[::2]
        counts.append(int((runs >= 0.18 * len(holds)).sum()))
    return (counts[0], counts[1]) if max(counts) > 1 else None


def _head(grey: Grey) -> Mask:
    """The largest bright part, filled."""
    bright = (grey > max(20.0, 0.12 * float(np.percentile(grey, 99.5)))).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    if len(stats) < 2:
        return np.zeros(grey.shape, bool)
    largest = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    outlines, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, outlines, -1, 1, cv2.FILLED), np.uint8) > 0


def _letters(grey: Grey, head: Mask) -> int:
    """How many bright marks of a letter's size stand in one line outside the head; 0 if few."""
    ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    ink = ((grey.astype(np.int16) - ground) > _INK).astype(np.uint8)
    ink[cv2.dilate(head.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 0
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    high, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    marks = (high >= 4) & (high <= 20) & (wide <= 24) & (area >= 6)
    lines = centres[1:, 1][marks]
    most = max((int((np.abs(lines - y) < 3).sum()) for y in lines), default=0)
    return most if most >= _LEAST_LETTERS else 0


def _skull(grey: Grey, filled: Mask) -> float | None:
    """The share of the rim of the head that is as bright as bone by CT; None if it is not CT.

    Bone is cut off at white by the windows of CT, a closed ring; the brain inside is even.
    """
    head = filled.astype(np.uint8)
    if head.mean() < 0.1:
        return None
    # The frame of zeros ends a head that fills the picture.
    framed = cv2.copyMakeBorder(head, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    deepest = float(depth.max())
    rim, inside = (depth > 0) & (depth < 0.22 * deepest), depth > 0.4 * deepest
    white = 0.96 * float(np.percentile(grey[head > 0], 99.8))
    share = float((grey[rim] >= white).mean())
    within = grey[inside].astype(np.float32)
    even = float(within.std()) / max(float(within.mean()), 1.0)
    dark = float(within.mean()) < 0.6 * white
    return share if share > 0.3 and even < 0.25 and dark and white > 200 else None
