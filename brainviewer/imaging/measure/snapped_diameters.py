"""Diameters drawn by hand, brought to the longest ones of a mask on their slice."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.findings.measurements import Diameters
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.slices import SliceView
from brainviewer.imaging.measure.diameters import diameters
from brainviewer.imaging.preprocess.working_grid import Mask

_SAMPLES = 65


def snapped(annotation: Annotation, view: SliceView, mask: Mask) -> Annotation | None:
    """The annotation at the diameters that ``diameters`` finds; None if its slice has no mask.

    mask : (i, j, k) bool on the view's grid. Of parts that do not touch on the slice, the one is
    measured that the drawn diameter runs through, else the nearest one.
    """
    found = _found(annotation, view, mask)
    if found is None:
        return None
    return annotation.placed([*found.longest_ends, *found.perpendicular_ends])


def _found(annotation: Annotation, view: SliceView, mask: Mask) -> Diameters | None:
    index = view.index_of(annotation.points[0])
    image = np.take(mask, index, view.axis)
    labels, count = ndimage.label(image, np.ones((3, 3)))
    if count == 0:
        return None
    longest = diameters(view.grid, mask, view.axis, index)
    wanted = _meant(annotation, view, labels)
    if count == 1 or longest is None:
        return longest
    middle = np.mean(longest.longest_ends, axis=0)
    if _label_at(view, labels, middle[None])[0] == wanted:
        return longest
    own = np.zeros_like(mask)
    place: list[slice | int] = [slice(None)] * 3
    place[view.axis] = index
    own[tuple(place)] = labels == wanted
    return diameters(view.grid, own, view.axis, index)


def _meant(annotation: Annotation, view: SliceView, labels: NDArray[np.int32]) -> int:
    """The label of the part that is meant."""
    start, end = (np.array(point) for point in annotation.points[:2])
    along = start + np.linspace(0, 1, _SAMPLES)[:, None] * (end - start)
    under = _label_at(view, labels, along)
    if under.any():
        return int(np.bincount(under[under > 0]).argmax())
    places = np.argwhere(labels)
    voxels = np.insert(places.astype(np.float64), view.axis, view.index_of(start), axis=1)
    distances = np.linalg.norm(view.grid.to_world(voxels) - (start + end) / 2, axis=1)
    return int(labels[tuple(places[int(distances.argmin())])])


def _label_at(
    view: SliceView, labels: NDArray[np.int32], points: NDArray[np.float64]
) -> NDArray[np.int32]:
    """(n,) the labels of the pixels that world positions (n, 3) lie in; 0 outside the slice."""
    axes = [axis for axis in range(3) if axis != view.axis]
    pixels = np.rint(view.grid.to_voxel(points)[:, axes]).astype(int)
    inside = np.all((pixels >= 0) & (pixels < labels.shape), axis=1)
    found = np.zeros(len(points), labels.dtype)
    found[inside] = labels[tuple(pixels[inside].T)]
    return found
