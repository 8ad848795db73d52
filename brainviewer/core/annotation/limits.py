"""What an annotation can be on a study: where it lies, how long its text is, how many there are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality

MOST_ANNOTATIONS = 50_000
MOST_POINTS = 300_000
"""Of all annotations of a study together: a file of so many can still be read again."""
LONGEST_TEXT = 2_000
MARGIN = 0.5
"""How far outside the images an annotation may lie, as a fraction of their extent along each
axis: annotations that older versions let be drawn beyond the edge are still annotations."""

_EDGE = 0.499  # voxels from the centre of the outermost ones, which still is inside them
_INSIDE = 0.4995  # the same with room for what turning a position into voxels and back changes
_SAME_SLICE = 0.5  # voxels that positions on one slice may differ by

OUTSIDE = "it lies outside the images"
TOO_LONG = "its text is too long"
SEVERAL_SLICES = "its points lie on several slices"
OTHER_KIND = "it belongs to another kind of image"


def why_impossible(annotations: Sequence[Annotation], grid: Grid) -> list[str]:
    """For each annotation why it cannot be one of a study on ``grid``; empty if it can be."""
    reasons = [_why_other(annotation, grid) for annotation in annotations]
    points = [(place, p) for place, a in enumerate(annotations) for p in a.points]
    if points:
        near = _near([point for _, point in points], grid)
        for (place, _), inside in zip(points, near.tolist(), strict=True):
            if not inside:
                reasons[place] = OUTSIDE
    return reasons


def too_many(annotations: Sequence[Annotation]) -> str:
    """Why a study cannot have all of these; empty if it can."""
    if len(annotations) > MOST_ANNOTATIONS:
        return f"there can be {MOST_ANNOTATIONS:,} on a study"
    if points_of(annotations) > MOST_POINTS:
        return f"all on a study can have {MOST_POINTS:,} corners together"
    return ""


def points_of(annotations: Sequence[Annotation]) -> int:
    """How many points they have together."""
    return sum(len(annotation.points) for annotation in annotations)


def clipped(points: ArrayLike, grid: Grid) -> NDArray[np.float64]:
    """World positions (n, 3), each moved to the nearest place inside the voxels of the grid."""
    voxels = grid.to_voxel(np.atleast_2d(np.asarray(points, dtype=np.float64)))
    return grid.to_world(np.clip(voxels, -_EDGE, np.array(grid.shape) - 1 + _EDGE))


def lies_inside(grid: Grid, point: NDArray[np.float64]) -> bool:
    """Whether a world position (3,) lies inside the voxels of the grid."""
    voxel = grid.to_voxel(point)
    return bool(np.all((voxel >= -_INSIDE) & (voxel <= np.array(grid.shape) - 1 + _INSIDE)))


def held_inside(annotation: Annotation, grid: Grid) -> Annotation:
    """The annotation within the images: moved as a whole where it fits, else cut off."""
    voxels = grid.to_voxel(annotation.points)
    low, high = -_EDGE, np.array(grid.shape) - 1 + _EDGE
    last = np.array(grid.shape) - 1
    if np.all((voxels >= -_INSIDE) & (voxels <= last + _INSIDE)):
        return annotation
    voxels = voxels + np.maximum(low - voxels.min(axis=0), 0)
    voxels = voxels - np.maximum(voxels.max(axis=0) - high, 0)
    return annotation.placed(grid.to_world(np.clip(voxels, low, high)))


def _why_other(annotation: Annotation, grid: Grid) -> str:
    if (annotation.modality is Modality.IMAGE) is not grid.as_stored:
        return OTHER_KIND
    if grid.as_stored and annotation.plane is not Plane.AXIAL:
        return OTHER_KIND
    if annotation.kind.traits.one_slice:
        axis = SliceView.of(grid, annotation.plane).axis
        with np.errstate(over="ignore", invalid="ignore"):
            depths = grid.to_voxel(annotation.points)[:, axis]
        if depths.max() - depths.min() > _SAME_SLICE:
            return SEVERAL_SLICES
    check = annotation.kind.traits.check
    if check is not None and (why := check(annotation.points)):
        return why
    return TOO_LONG if len(annotation.text) > LONGEST_TEXT else ""


def _near(points: ArrayLike, grid: Grid) -> NDArray[np.bool_]:
    """(n,) whether world positions (n, 3) lie inside the grid or in the margin around it."""
    extent = np.array(grid.shape, dtype=np.float64)
    margin = MARGIN * extent
    with np.errstate(over="ignore", invalid="ignore"):
        voxels = grid.to_voxel(points)
        near = (voxels >= -0.5 - margin) & (voxels <= extent - 0.5 + margin)
    return np.asarray(near.all(axis=1))
