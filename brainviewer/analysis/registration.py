"""Where the head was during one scan, seen from another: rigid registration by mutual information.

Between the scans of an examination patients move, or are taken out and put back; then the positions
that the scanner wrote down belong to the table and not to the head.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.analysis.alignment import resample
from brainviewer.core.geometry import Grid

_COARSE_MM = 5.5
_SMOOTHING_MM = 4.0
_LEAST_VOXELS = 8
_LEAST_GAIN = 0.05  # of mutual information, in nats; below it the scanner's positions are as good
_MOST_MM, _MOST_DEGREES = 60.0, 35.0


@dataclass(frozen=True, eq=False)
class Motion:
    """How the head moved.

    grid : the grid of the moved volume as it would be had the head not moved.
    distance_mm : how far the middle of the head moved.
    """

    grid: Grid
    distance_mm: float


def head_motion(data: NDArray[Any], grid: Grid, fixed: NDArray[Any], onto: Grid) -> Motion | None:
    """Find the rigid motion that brings a volume (i, j, k) over a fixed one.

    Works on coarse copies, starting from the scanner's positions (Mattes et al., 2003: mutual
    information with regular-step gradient descent); good to one or two millimetres. Always gives
    the same answer for the same volumes. Returns None where the head did not move noticeably, or
    where the volumes do not tell.
    """
    import SimpleITK as sitk  # noqa: N813 - the name that everybody knows it by

    still, still_grid = _coarse(fixed, onto)
    moving = resample(*_coarse(data, grid), still_grid)
    if min(still.shape) < _LEAST_VOXELS or moving.min() == moving.max():
        return None

    def image(values: NDArray[Any]) -> Any:
        made = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
        made.SetSpacing(still_grid.spacing)
        return sitk.SmoothingRecursiveGaussian(made, _SMOOTHING_MM)

    rigid = sitk.Euler3DTransform()
    rigid.SetCenter(
        [float(n * mm / 2) for n, mm in zip(still.shape, still_grid.spacing, strict=True)]
    )
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)  # several would add up in another order each time
    method.SetMetricAsMattesMutualInformation(24)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(0.3, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(4.0, 0.1, 100, 0.9)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(rigid, True)
    pair = image(still), image(moving)
    try:
        before = method.MetricEvaluate(*pair)
        method.Execute(*pair)
    except RuntimeError:  # nothing of one head lies inside the other volume
        return None
    if before - method.GetMetricValue() < _LEAST_GAIN:
        return None
    if np.degrees(np.abs(rigid.GetParameters()[:3])).max() > _MOST_DEGREES:
        return None
    return _motion(rigid, grid, still_grid)


def _coarse(data: NDArray[Any], grid: Grid) -> tuple[NDArray[np.float32], Grid]:
    """Means over blocks of about ``_COARSE_MM``, without the brightest spots, and their grid."""
    steps = [max(1, int(_COARSE_MM / mm)) for mm in grid.spacing]
    counts = [n // step for n, step in zip(grid.shape, steps, strict=True)]
    if min(counts) < 1:
        steps, counts = [1, 1, 1], list(grid.shape)
    i, j, k = (count * step for count, step in zip(counts, steps, strict=True))
    cut = np.minimum(data[:i, :j, :k], np.percentile(data[::4, ::4, ::2], 99.5)).astype(np.float32)
    blocks = cut.reshape(counts[0], steps[0], counts[1], steps[1], counts[2], steps[2])
    affine = grid.affine @ np.diag([*steps, 1.0])
    affine[:3, 3] = grid.to_world((np.array(steps) - 1) / 2)
    shape = (counts[0], counts[1], counts[2])
    return blocks.mean(axis=(1, 3, 5), dtype=np.float32), Grid(shape, affine)


def _motion(rigid: Any, grid: Grid, still: Grid) -> Motion | None:
    """The motion in world mm of a transform between positions in mm along the fixed axes."""
    along_axes = np.eye(4)
    along_axes[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
    along_axes[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
    to_world = still.affine @ np.diag([*(1 / np.array(still.spacing)), 1.0])
    motion = np.round(to_world @ along_axes @ np.linalg.inv(to_world), 6)
    centre = np.array([*still.centre, 1.0])
    distance = float(np.linalg.norm((motion @ centre - centre)[:3]))
    if distance > _MOST_MM:
        return None
    return Motion(Grid(grid.shape, np.linalg.inv(motion) @ grid.affine), distance)
