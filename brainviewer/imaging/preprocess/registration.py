"""Where the head was during one scan, seen from another: rigid registration by mutual information.

Between the scans of an examination patients move, or are taken out and put back; then the positions
that the scanner wrote down belong to the table and not to the head.
"""

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.brain import find_head
from brainviewer.imaging.preprocess.intensity import flatten_bias
from brainviewer.imaging.preprocess.working_grid import Field, Mask, background_of

LEAST_MM = 2.0
"""Motion that is left alone. On nine studies whose sequences had been brought together, with and
without ramps of brightness, the method was off by 0.2 to 1.8 mm: less cannot be told from none."""

_COARSE_MM = 3.4
_SMOOTHING_MM = (4.0, 1.0)
_FRACTIONS = (1.0, 0.3)  # of the voxels that are compared, in the first and the second round
_MARGIN = 2  # voxels around the head that take part
_LEAST_VOXELS = 8  # along each axis
_LEAST_HEAD = 4000  # voxels; chance alone makes fewer of them look alike somewhere
_MOST_VOXELS = 4_000_000
_LEAST_GAIN = 0.01  # of mutual information, in nats; below it the scanner's positions are as good
_MOST_MM, _MOST_DEGREES = 60.0, 35.0


@dataclass(frozen=True, eq=False)
class Motion:
    """How the head moved.

    grid : the grid of the moved volume as it would be had the head not moved.
    distance_mm : how far the head moved, the root mean square over its voxels.
    """

    grid: Grid
    distance_mm: float


@dataclass(frozen=True, eq=False)
class _Scan:
    """A coarse copy of a volume without its bias field: values and head (i, j, k), and grid."""

    values: Field
    head: Mask
    grid: Grid


def head_motion(data: NDArray[Any], grid: Grid, fixed: NDArray[Any], onto: Grid) -> Motion | None:
    """Find the rigid motion that brings a volume (i, j, k) over a fixed one.

    Works on coarse copies, starting from the scanner's positions (Mattes et al., 2003: mutual
    information with regular-step gradient descent), first smooth ones, then sharper ones. A slowly
    varying brightness of either volume would pull on the result, so it is divided out before.
    Always gives the same answer for the same volumes. Returns None where the head did not move by
    more than ``LEAST_MM``, or where the volumes do not tell.
    """
    import SimpleITK as sitk  # noqa: N813 - the customary name

    # Several threads would add up in another order each time, those inside of filters too.
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    still, moved = _coarse(fixed, onto), _coarse(data, grid)
    if still is None or moved is None or min(still.values.shape) < _LEAST_VOXELS:
        return None
    moving = resample(moved.values, moved.grid, still.grid)
    if np.count_nonzero(still.head) < _LEAST_HEAD or moving.min() == moving.max():
        return None

    def image(values: NDArray[Any]) -> Any:
        made = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
        made.SetSpacing(still.grid.spacing)
        return made

    mask = image(ndimage.binary_dilation(still.head, iterations=_MARGIN).astype(np.uint8))
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
            method = sitk.ImageRegistrationMethod()
            method.SetMetricAsMattesMutualInformation(32)
            method.SetMetricFixedMask(mask)
            method.SetMetricSamplingStrategy(method.REGULAR)
            method.SetMetricSamplingPercentage(fraction, 1)
            method.SetInterpolator(sitk.sitkLinear)
            method.SetOptimizerAsRegularStepGradientDescent(4.0, 0.02, 100, 0.7)
            method.SetOptimizerScalesFromPhysicalShift()
            method.SetInitialTransform(rigid, True)
            method.Execute(*pair)
        reached = method.GetMetricValue()
        method.SetInitialTransform(sitk.Euler3DTransform(), True)
        gain = method.MetricEvaluate(*pair) - reached
    except RuntimeError:  # nothing of one head lies inside the other volume
        return None
    if gain < _LEAST_GAIN:
        return None
    if np.degrees(np.abs(rigid.GetParameters()[:3])).max() > _MOST_DEGREES:
        return None
    return _motion(rigid, grid, still)


def _coarse(data: NDArray[Any], grid: Grid) -> _Scan | None:
    """Means over blocks of about ``_COARSE_MM``, without bias field and the brightest spots.

    None where there are more of them than a head has.
    """
    steps = [max(1, int(_COARSE_MM / mm)) for mm in grid.spacing]
    counts = [n // step for n, step in zip(grid.shape, steps, strict=True)]
    if min(counts) < 1:
        steps, counts = [1, 1, 1], list(grid.shape)
    if math.prod(counts) > _MOST_VOXELS:
        return None
    i, j, k = (count * step for count, step in zip(counts, steps, strict=True))
    brightest = np.float32(np.percentile(data[::4, ::4, ::2], 99.5))
    cut = np.minimum(data[:i, :j, :k].astype(np.float32), brightest)
    # Several times faster than a mean over three axes of two or three.
    rows = reduce(np.add, (cut[n :: steps[0]] for n in range(steps[0])))
    across = np.ndindex(steps[2], steps[1])
    blocks = reduce(np.add, (rows[:, m :: steps[1], n :: steps[2]] for n, m in across))
    affine = grid.affine @ np.diag([*steps, 1.0])
    affine[:3, 3] = grid.to_world((np.array(steps) - 1) / 2)
    thin = Grid((counts[0], counts[1], counts[2]), affine)
    values = np.asarray(blocks / np.float32(math.prod(steps)), np.float32)
    head = find_head(values)
    if head.any():
        values = flatten_bias(values - np.float32(background_of(values)), head, thin.spacing)
        values = np.minimum(values, np.percentile(values[head], 99.5)).astype(np.float32)
    return _Scan(values, head, thin)


def _motion(rigid: Any, grid: Grid, still: _Scan) -> Motion | None:
    """The motion in world mm of a transform between positions in mm along the fixed axes."""
    along_axes = np.eye(4)
    along_axes[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
    along_axes[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
    to_world = still.grid.affine @ np.diag([*(1 / np.array(still.grid.spacing)), 1.0])
    motion = np.round(to_world @ along_axes @ np.linalg.inv(to_world), 6)
    head = still.grid.to_world(np.argwhere(still.head))
    apart = head @ motion[:3, :3].T + motion[:3, 3] - head
    distance = float(np.sqrt((apart**2).sum(axis=1).mean()))
    if not LEAST_MM < distance < _MOST_MM:
        return None
    return Motion(Grid(grid.shape, np.linalg.inv(motion) @ grid.affine), distance)
