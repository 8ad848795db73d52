"""Where the head was during one scan, seen from another: rigid registration by mutual information.

Between the scans of an examination patients move, or are taken out and put back; then the positions
that the scanner wrote down belong to the table and not to the head.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.brain import find_head, is_stripped
from brainviewer.imaging.preprocess.intensity import flatten_bias
from brainviewer.imaging.preprocess.registration.rigid_method import Descent, rigid_method
from brainviewer.imaging.preprocess.working_grid import Field, Mask, background_of

LEAST_MM = 2.0
"""Motion that is left alone. On nine studies whose sequences had been brought together, with and
without ramps of brightness, the method was off by 0.2 to 1.8 mm: less cannot be told from none."""

_COARSE_MM, _FINE_MM = 3.4, 1.8
_SMOOTHING_MM = (4.0, 1.0)
_FRACTIONS = (0.3, 0.3)
"""Of the voxels that are compared, in the first and the second round: with all of them the first
takes three times as long, and known displacements are found no better (0.02 and 0.03 mm)."""
_DESCENT = Descent(4.0, 0.02, 100, 0.7)
_ROUNDED = 0.2
_FINE_SMOOTHING_MM, _FINE_FRACTION = 1.0, 0.5
_FINE_DESCENT = Descent(0.5, 0.005, 60, 0.6)
_MARGIN = 2  # voxels around the head that take part
_RIM_MM = 8.0  # of a brain without skull beside a head that has one
_IN_PLANE = np.array([[[0], [1], [0]], [[1], [1], [1]], [[0], [1], [0]]], bool)
_LEAST_VOXELS = 8  # along each axis
_LEAST_HEAD = 4000  # voxels; chance alone makes fewer of them look alike somewhere
_MOST_VOXELS = 4_000_000
LEAST_GAIN = 0.01  # of mutual information, in nats; below it the scanner's positions are as good
_MOST_MM, _MOST_DEGREES = 60.0, 35.0


Affine = NDArray[np.float64]
Triple = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Motion:
    """How the head moved.

    grid : the grid of the moved volume as it would be had the head not moved.
    distance_mm : how far the head moved, the root mean square over its voxels.
    shift_mm : how far its middle moved to the Right, Anterior and Superior.
    rotation_degrees : how far it turned about these axes.
    """

    grid: Grid
    distance_mm: float
    shift_mm: Triple = (0.0, 0.0, 0.0)
    rotation_degrees: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class _Scan:
    """A coarse copy of a volume without its bias field: values and head (i, j, k), and grid.

    stripped : the skull was removed from it.
    """

    values: Field
    head: Mask
    grid: Grid
    stripped: bool = False


def head_motion(data: NDArray[Any], grid: Grid, fixed: NDArray[Any], onto: Grid) -> Motion | None:
    """Find the rigid motion that brings a volume (i, j, k) over a fixed one.

    Works on coarse copies, starting from the scanner's positions (Mattes et al., 2003: mutual
    information with regular-step gradient descent), first smooth ones, then sharper ones, in the
    end at twice the resolution. A slowly varying brightness of either volume would pull on the
    result, so it is divided out before.
    Always gives the same answer for the same volumes. Returns None where the head did not move by
    more than ``LEAST_MM``, or where the volumes do not tell.
    """
    import SimpleITK as sitk  # noqa: N813 - the customary name

    # Several threads would add up in another order each time, those inside of filters too.
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    still, moved = _coarse(fixed, onto, _COARSE_MM), _coarse(data, grid, _COARSE_MM)
    if still is None or moved is None or min(still.values.shape) < _LEAST_VOXELS:
        return None
    moving = resample(moved.values, moved.grid, still.grid)
    if np.count_nonzero(still.head) < _LEAST_HEAD or moving.min() == moving.max():
        return None

    def image(values: NDArray[Any]) -> Any:
        made = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
        made.SetSpacing(still.grid.spacing)
        return made

    mask = image(_compared(still, moved).astype(np.uint8))
    rigid = sitk.Euler3DTransform()
    rigid.SetCenter(
        [float(n * mm / 2) for n, mm in zip(still.values.shape, still.grid.spacing, strict=True)]
    )
    try:
        for smoothing, fraction in zip(_SMOOTHING_MM, _FRACTIONS, strict=True):
            pair = [
                sitk.SmoothingRecursiveGaussian(image(values), smoothing)
                for values in (still.values, moving)
            ]
            method = rigid_method(mask, fraction, _DESCENT, rigid)
            method.Execute(*pair)
        reached = method.GetMetricValue()
        method.SetInitialTransform(sitk.Euler3DTransform(), True)
        gain = method.MetricEvaluate(*pair) - reached
    except RuntimeError:  # nothing of one head lies inside the other volume
        return None
    if gain < LEAST_GAIN:
        return None
    if np.degrees(np.abs(rigid.GetParameters()[:3])).max() > _MOST_DEGREES:
        return None
    motion = _in_world(rigid, still)
    fine, other = _coarse(fixed, onto, _FINE_MM), _coarse(data, grid, _FINE_MM)
    if fine is not None and other is not None:
        motion = _refined(motion, fine, other)
    return _motion(motion, grid, still)


def _compared(still: _Scan, moved: _Scan) -> Mask:
    """Where two scans are compared: the still head and a margin around it.

    Around a brain without skull there is nothing, and in the other scan there is a skull: only what
    both show is compared then, without the border, which would be brought over that of the head.
    On a raw head whose FLAIR was stripped, sequences come to lie within 0.9 to 2.4 mm of where they
    do beside the whole FLAIR.
    """
    if still.stripped and not moved.stripped:
        rim = max(1, round(_RIM_MM / min(still.grid.spacing[:2])))
        return np.asarray(ndimage.binary_erosion(still.head, _IN_PLANE, rim))
    return np.asarray(ndimage.binary_dilation(still.head, iterations=_MARGIN))


def _refined(motion: Affine, still: _Scan, moved: _Scan) -> Affine:
    """A motion that is nearly right, made better on sharper copies; itself if that fails."""
    import SimpleITK as sitk  # noqa: N813 - the customary name

    centre = still.grid.centre
    rigid = sitk.Euler3DTransform()
    rigid.SetCenter(centre.tolist())
    rigid.SetMatrix(motion[:3, :3].ravel().tolist(), 1e-3)
    rigid.SetTranslation((motion[:3, :3] @ centre + motion[:3, 3] - centre).tolist())

    def image(values: NDArray[Any], grid: Grid) -> Any:
        made = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
        made.SetSpacing(grid.spacing)
        made.SetDirection((grid.affine[:3, :3] / grid.spacing).ravel().tolist())
        made.SetOrigin(grid.affine[:3, 3].tolist())
        return made

    near = _compared(still, moved).astype(np.uint8)
    try:
        pair = [
            sitk.SmoothingRecursiveGaussian(image(one.values, one.grid), _FINE_SMOOTHING_MM)
            for one in (still, moved)
        ]
        method = rigid_method(image(near, still.grid), _FINE_FRACTION, _FINE_DESCENT, rigid)
        method.Execute(*pair)
    except RuntimeError:
        return motion
    better = np.eye(4)
    better[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
    better[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
    return np.asarray(np.round(better, 6))


def _coarse(data: NDArray[Any], grid: Grid, size_mm: float) -> _Scan | None:
    """Means over blocks of about ``size_mm``, without bias field and the brightest spots.

    None where there are more of them than a head has.
    """
    steps = [max(1, int(size_mm / mm + _ROUNDED)) for mm in grid.spacing]
    counts = [n // step for n, step in zip(grid.shape, steps, strict=True)]
    if min(counts) < 1:
        steps, counts = [1, 1, 1], list(grid.shape)
    if math.prod(counts) > _MOST_VOXELS:
        return None
    values = _block_means(data, steps, counts)
    affine = grid.affine @ np.diag([*steps, 1.0])
    affine[:3, 3] = grid.to_world((np.array(steps) - 1) / 2)
    thin = Grid((counts[0], counts[1], counts[2]), affine)
    head = find_head(values)
    stripped = is_stripped(values, head, thin.spacing)
    if head.any():
        values = flatten_bias(values - np.float32(background_of(values)), head, thin.spacing)
        values = np.minimum(values, np.percentile(values[head], 99.5)).astype(np.float32)
    return _Scan(values, head, thin, stripped)


def _block_means(data: NDArray[Any], steps: Sequence[int], counts: Sequence[int]) -> Field:
    """Means over blocks of so many voxels, so many of them, without the brightest spots.

    Layer by layer of blocks: a copy in single precision of all is twice as large as most volumes.
    """
    i, j = (count * step for count, step in zip(counts[:2], steps[:2], strict=True))
    brightest = np.float32(np.percentile(data[::4, ::4, ::2], 99.5))
    sums = np.empty(counts, np.float32, order="F")
    for layer in range(counts[2]):
        some = slice(layer * steps[2], (layer + 1) * steps[2])
        cut = np.minimum(data[:i, :j, some].astype(np.float32), brightest)
        # Several times faster than a mean over three axes of two or three.
        rows = reduce(np.add, (cut[n :: steps[0]] for n in range(steps[0])))
        across = np.ndindex(steps[2], steps[1])
        sums[:, :, layer] = reduce(np.add, (rows[:, m :: steps[1], n] for n, m in across))
    return np.asarray(sums / np.float32(math.prod(steps)), np.float32)


def _in_world(rigid: Any, still: _Scan) -> Affine:
    """World mm of the fixed volume to world mm of the moved one, (4, 4), of a transform between
    positions in mm along the fixed axes."""
    along_axes = np.eye(4)
    along_axes[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
    along_axes[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
    to_world = still.grid.affine @ np.diag([*(1 / np.array(still.grid.spacing)), 1.0])
    return np.asarray(np.round(to_world @ along_axes @ np.linalg.inv(to_world), 6))


def _motion(motion: Affine, grid: Grid, still: _Scan) -> Motion | None:
    """What is told of a motion in world mm; None for next to none, and for one that cannot be."""
    head = still.grid.to_world(np.argwhere(still.head))
    apart = head @ motion[:3, :3].T + motion[:3, 3] - head
    distance = float(np.sqrt((apart**2).sum(axis=1).mean()))
    if not LEAST_MM < distance < _MOST_MM:
        return None
    x, y, z = (float(mm) for mm in apart.mean(axis=0))
    moved = Grid(grid.shape, np.linalg.inv(motion) @ grid.affine)
    return Motion(moved, distance, (x, y, z), _angles(motion[:3, :3]))


def _angles(turn: Affine) -> Triple:
    """Degrees about R, A and S, one after the other, of a rotation (3, 3)."""
    about_a = math.asin(max(-1.0, min(1.0, -float(turn[2, 0]))))
    about_r = math.atan2(float(turn[2, 1]), float(turn[2, 2]))
    about_s = math.atan2(float(turn[1, 0]), float(turn[0, 0]))
    return math.degrees(about_r), math.degrees(about_a), math.degrees(about_s)
