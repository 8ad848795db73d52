"""What an annotation can be on a study: where it lies, how long its text is, how many there are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.shortest_way import shortest_way
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.tilted_plane import TiltedPlane
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
_OFF_PLANE_MM = 0.5  # that positions on a tilted plane may lie before or behind it
_ROUNDING_MM = 1e-9

OUTSIDE = "it lies outside the images"
TOO_LONG = "its text is too long"
SEVERAL_SLICES = "its points lie on several slices"
OTHER_KIND = "it belongs to another kind of image"
OTHER_PLANE = "its tilted plane is none of this study"


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


def clipped_in(view: SliceView, points: ArrayLike) -> NDArray[np.float64]:
    """World positions (n, 3) on a slice of a view, each moved on it to the nearest place inside
    the voxels of the data."""
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    if not view.oblique:
        return clipped(points, view.grid)
    return np.stack([_slid_inside(point[None], view.data_grid, view.screen_axes)[0]
                     for point in points])  # fmt: skip


def lies_inside(grid: Grid, point: NDArray[np.float64]) -> bool:
    """Whether a world position (3,) lies inside the voxels of the grid."""
    voxel = grid.to_voxel(point)
    return bool(np.all((voxel >= -_INSIDE) & (voxel <= np.array(grid.shape) - 1 + _INSIDE)))


def held_inside(annotation: Annotation, grid: Grid) -> Annotation:
    """The annotation within the images: moved as a whole where it fits, else cut off.

    On a tilted plane it stays on that, and what left the plane is brought back onto it.
    """
    if annotation.tilt is not None:
        return _held_on_plane(annotation, annotation.tilt, grid)
    voxels = grid.to_voxel(annotation.points)
    low, high = -_EDGE, np.array(grid.shape) - 1 + _EDGE
    last = np.array(grid.shape) - 1
    if np.all((voxels >= -_INSIDE) & (voxels <= last + _INSIDE)):
        return annotation
    voxels = voxels + np.maximum(low - voxels.min(axis=0), 0)
    voxels = voxels - np.maximum(voxels.max(axis=0) - high, 0)
    return annotation.placed(grid.to_world(np.clip(voxels, low, high)))


def place_to_go_to(annotation: Annotation, grid: Grid) -> NDArray[np.float64]:
    """The middle of an annotation, (3,); on a tilted plane the nearest place of that plane which
    a cursor can be at, not beyond the centres of the outermost voxels."""
    place = np.mean(annotation.points, axis=0)
    if annotation.tilt is None:
        return np.asarray(place)
    axes = np.array(annotation.tilt.right), np.array(annotation.tilt.down)
    return np.asarray(_slid_inside(place[None], grid, axes, edge=0.0)[0])


def _held_on_plane(annotation: Annotation, tilt: TiltedPlane, grid: Grid) -> Annotation:
    points = np.array(annotation.points, dtype=np.float64)
    if not annotation.kind.traits.spans and np.abs(tilt.depths(points)).max() > _ROUNDING_MM:
        points = tilt.flattened(points)
    axes = np.array(tilt.right), np.array(tilt.down)
    held = _slid_inside(points, grid, axes)
    return annotation if np.array_equal(held, annotation.points) else annotation.placed(held)


def _slid_inside(
    points: NDArray[np.float64],
    grid: Grid,
    axes: tuple[NDArray[np.float64], ...],
    edge: float = _EDGE,
) -> NDArray[np.float64]:
    """World positions (n, 3) moved along a plane into the voxels of a grid: by the shortest way
    all together, where they fit; else each by itself; one for which there is no way stays.

    axes : two directions (3,) of the plane, of length 1 and perpendicular. edge : in voxels, how
        far beyond the centres of the outermost ones they may lie.
    """
    voxels, last = grid.to_voxel(points), np.array(grid.shape) - 1
    reach = edge + _INSIDE - _EDGE
    if np.all((voxels >= -reach) & (voxels <= last + reach)):
        return points
    plane = np.stack(axes)
    ways = (grid.to_voxel(plane) - grid.to_voxel(np.zeros(3))).T
    by = shortest_way(ways, -edge - voxels.min(axis=0), last + edge - voxels.max(axis=0))
    if by is not None:
        return np.asarray(points + by @ plane)
    if len(points) == 1:
        return points
    return np.concatenate([_slid_inside(point[None], grid, axes, edge) for point in points])


def _why_other(annotation: Annotation, grid: Grid) -> str:
    if (annotation.modality is Modality.IMAGE) is not grid.as_stored:
        return OTHER_KIND
    if grid.as_stored and annotation.plane is not Plane.AXIAL:
        return OTHER_KIND
    if annotation.tilt is not None:
        if grid.as_stored or not annotation.tilt.fits(grid, annotation.plane):
            return OTHER_PLANE
        with np.errstate(over="ignore", invalid="ignore"):
            depths = np.abs(annotation.tilt.depths(annotation.points))
        if not annotation.kind.traits.spans and not depths.max() <= _OFF_PLANE_MM:
            return SEVERAL_SLICES
    elif annotation.kind.traits.one_slice:
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
