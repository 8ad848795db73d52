"""Where the brain is, in scans with and without the skull."""

import cv2
import numpy as np

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.midsagittal import find_midplane
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing, background_of

_LARGEST_BRAIN_ML = 2000.0
_BONE_MM = 5.0
_ALL_BRAIN = 0.75
"""Overlap (Jaccard) with the head: 0.31 to 0.52 with skull, and 0.93 to 0.97 without."""


def find_head(image: Field) -> Mask:
    """What is not air: (R, A, S) bool, one piece, without holes in any axial slice."""
    low = background_of(image)
    high = float(np.percentile(image, 98))
    if high <= low:
        return np.zeros(image.shape, bool)
    # Slight smoothing keeps the noise of the air out.
    smooth = ndimage.uniform_filter(image, (3, 3, 1))
    return fill_holes(largest_part(smooth > low + 0.12 * (high - low)))


def is_stripped(image: Field, head: Mask, spacing: Spacing) -> bool:
    """Whether the skull was removed: air is exactly one value and a brain's volume is left."""
    air = float(np.mean(image == background_of(image)))
    return air > 0.2 and millilitres(head, spacing) < _LARGEST_BRAIN_ML


def is_all_brain(brain: Mask, head: Mask) -> bool:
    """Whether a brain that was cut out is all that there is of a head: the skull was removed."""
    return bool(np.count_nonzero(brain & head) > _ALL_BRAIN * np.count_nonzero(brain | head))


def find_brain(image: Field, head: Mask, spacing: Spacing) -> Mask:
    """The brain in a scan with skull: (R, A, S) bool.

    image : FLAIR or T2, where bone is dark; or T1, where it is too.

    Bone is the dark ring between scalp and brain: what is left of the tissue after thin
    connections are cut (Shattuck & Leahy, BrainSuite, 2002), grown back inside the head.
    """
    pad = np.pad(head, ((1, 1), (1, 1), (0, 0)))
    depth = np.stack(
        [
            ndimage.distance_transform_edt(pad[:, :, n], sampling=spacing[:2])
            for n in range(head.shape[2])
        ],
        axis=2,
    )[1:-1, 1:-1]
    deep = depth > 25.0
    if deep.sum() < 50:
        return head
    low = background_of(image)
    ratio = (image - low) / (float(np.median(image[deep])) - low)
    skull = (depth > _BONE_MM) & _cranium(head, spacing)
    normal_brain = skull & (ratio > 0.5) & (ratio < 1.7)
    core = largest_part(erode(normal_brain, 4.0, spacing), prefer=depth)
    core = dilate(core, 4.5, spacing)
    plane = find_midplane(np.clip(4 * ratio - 4, -3, 3).astype(np.float32), core, spacing)
    both = core | (plane.mirror(core.astype(np.float32), spacing, outside=0.0) > 0.5)
    return np.asarray(_hulls(both) & skull)


def _hulls(mask: Mask) -> Mask:
    """The convex hull of every axial slice."""
    filled = np.zeros(mask.shape, np.uint8)
    for index in range(mask.shape[2]):
        points = np.argwhere(mask[:, :, index])
        if len(points) > 2:
            hull = cv2.convexHull(points[:, ::-1].astype(np.int32))
            image = np.zeros(mask.shape[:2], np.uint8)
            filled[:, :, index] = cv2.fillConvexPoly(image, hull, 1)
    return filled > 0


def _cranium(head: Mask, spacing: Spacing) -> Mask:
    """The ellipsoid that holds the brain, from the top of the head and its widest slices.

    Cuts off face and neck. Without the top of the head in the image nothing is cut off.
    """
    areas = head.sum(axis=(0, 1))
    filled = np.flatnonzero(areas > 0)
    below = (filled[-1] - np.arange(head.shape[2])) * spacing[2]
    level = np.flatnonzero((below > 35) & (below < 75) & (areas > 0))
    if areas[filled[-1]] > 0.45 * areas.max() or len(level) == 0:
        return np.ones(head.shape, bool)
    middles, halves = [], []
    for axis, margin in ((0, 7.0), (1, 5.0)):
        ends = []
        for index in level:
            where = np.flatnonzero(head[:, :, index].any(axis=1 - axis))
            ends.append((where[0], where[-1]))
        first, last = np.median(ends, axis=0) * spacing[axis]
        middles.append((first + last) / 2)
        halves.append(max(30.0, (last - first) / 2 - margin))
    x, y = (
        (np.arange(head.shape[axis]) * spacing[axis] - middles[axis]) / halves[axis]
        for axis in (0, 1)
    )
    up = 65.0 - below
    z = up / np.where(up > 0, 60.0, 78.0)
    inside = x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2 <= 1.06
    return np.asarray(inside)


def largest_part(mask: Mask, prefer: Field | None = None) -> Mask:
    """The largest connected part; with ``prefer``, the one with the largest sum of it."""
    labels, count = ndimage.label(mask)
    if count <= 1:
        return mask
    sizes = np.bincount(labels.ravel(), None if prefer is None else prefer.ravel())
    sizes[0] = 0
    return np.asarray(labels == int(sizes.argmax()))


def fill_holes(mask: Mask) -> Mask:
    """The mask without holes in any axial slice."""
    filled = mask.copy()
    for index in np.flatnonzero(mask.any(axis=(0, 1))):
        filled[:, :, index] = ndimage.binary_fill_holes(mask[:, :, index])
    return filled


def erode(mask: Mask, radius_mm: float, spacing: Spacing) -> Mask:
    """Erosion by a disc in every axial slice (thick slices allow no ball)."""
    return ~dilate(~mask, radius_mm, spacing)


def dilate(mask: Mask, radius_mm: float, spacing: Spacing) -> Mask:
    """Dilation by a disc in every axial slice."""
    if not mask.any():
        return mask
    grown = np.zeros(mask.shape, bool)
    for index in np.flatnonzero(mask.any(axis=(0, 1))):
        distance = ndimage.distance_transform_edt(~mask[:, :, index], sampling=spacing[:2])
        grown[:, :, index] = distance <= radius_mm
    return grown


def millilitres(mask: Mask, spacing: Spacing) -> float:
    """Volume of a mask."""
    return float(mask.sum()) * spacing[0] * spacing[1] * spacing[2] / 1000.0
