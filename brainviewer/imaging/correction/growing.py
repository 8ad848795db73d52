"""Growing a region from a click, for a lesion that was not found."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.correction.steps import Box, Labels
from brainviewer.core.findings.lesion_probability import LesionProbability
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.correction.clean_up import holes
from brainviewer.imaging.correction.label_edit import LabelEdit, Paint
from brainviewer.imaging.preprocess.working_grid import Mask
from brainviewer.imaging.robust_spread import robust_spread

SEED_MM = 3.0
"""Radius around the click in which the grey values are looked at."""
_SPREADS = 2.5
_LEAST_FRACTION = 0.08
"""Of the seed's value: grey values nearer than that are never told apart."""
_SMOOTHING_MM = 0.7
_LEAST_PROBABLE = 0.1
"""What a network takes for lesion less probably than this it has not seen."""


@dataclass(frozen=True)
class Seed:
    """What a region is like where it was clicked: its grey value, and how far others may be."""

    value: float
    tolerance: float


def seed_at(data: NDArray[Any], grid: Grid, position_mm: NDArray[np.float64]) -> Seed:
    """The grey values around a place (3,) in mm, by their median and median deviation."""
    box = _around(grid, position_mm, SEED_MM)
    near = _distance2(grid, box, position_mm) <= SEED_MM**2
    values = data[box][near].astype(np.float64)
    if not len(values):
        values = np.array([float(data[grid.nearest_voxel(position_mm)])])
    middle = float(np.median(values))
    spread = robust_spread(values, middle)
    return Seed(middle, max(_SPREADS * spread, _LEAST_FRACTION * abs(middle)))


def grow(
    labels: Labels,
    grid: Grid,
    position_mm: NDArray[np.float64],
    data: NDArray[Any],
    paint: Paint,
    *,
    reach_mm: float = 30.0,
    tolerance: float | None = None,
    probability: LesionProbability | None = None,
) -> LabelEdit | None:
    """Paint what hangs together with a place and has grey values as there; None if nothing does.

    position_mm : (3,) world mm. data : (i, j, k) grey values on the same grid.
    reach_mm : how far from the place a voxel may lie. tolerance : see ``Seed``; taken from around
        the place without it.
    probability : of lesion, where a network told it: what it takes for lesion at least half as
        probably as the place (with one half or more always, below one tenth never), and hangs
        together with it, belongs to it whatever its grey.
    """
    seed = seed_at(data, grid, position_mm)
    box = _around(grid, position_mm, reach_mm)
    at = tuple(n - part.start for n, part in zip(grid.nearest_voxel(position_mm), box, strict=True))
    distance2 = _distance2(grid, box, position_mm)
    grey = data[box].astype(np.float32)
    smoothed = ndimage.gaussian_filter(
        grey, [_SMOOTHING_MM / mm for mm in grid.spacing], mode="nearest"
    )
    # Noise alone takes no voxel out, and smoothing takes none away at the border.
    away = np.minimum(np.abs(smoothed - seed.value), np.abs(grey - seed.value))
    alike = away <= (seed.tolerance if tolerance is None else tolerance)
    if probability is not None:
        likely = probability.within(box)
        there = likely[distance2 <= SEED_MM**2]
        seen = float(there.max()) if there.size else float(likely[at])
        alike |= likely >= min(max(seen / 2, _LEAST_PROBABLE), 0.5)
    alike &= distance2 <= reach_mm**2
    alike[at] = True
    # Thin bridges lead out of a lesion along the cortex.
    open_mask = ndimage.binary_opening(alike)
    region = alike if not open_mask[at] else ndimage.binary_dilation(_piece(open_mask, at)) & alike
    region = _piece(region, at)
    return paint.over(labels, box, region | holes(region))


def _piece(mask: Mask, at: tuple[int, ...]) -> Mask:
    pieces, _ = ndimage.label(mask)
    return np.asarray(pieces == pieces[at])


def _around(grid: Grid, position_mm: NDArray[np.float64], radius: float) -> Box:
    per_mm = np.linalg.norm(np.linalg.inv(grid.affine[:3, :3]), axis=1)
    voxel = np.array(grid.nearest_voxel(position_mm))
    reach = np.ceil(radius * per_mm).astype(int)
    low = np.maximum(voxel - reach, 0)
    high = np.minimum(voxel + reach + 1, np.array(grid.shape))
    i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return i, j, k


def _distance2(grid: Grid, box: Box, position_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared mm of every voxel of a box from a place."""
    total: Any = 0.0
    for c in range(3):
        i, j, k = (
            np.arange(part.start, part.stop) * grid.affine[c, axis] for axis, part in enumerate(box)
        )
        away = i[:, None, None] + j[None, :, None] + k[None, None, :]
        total = total + (away + (grid.affine[c, 3] - position_mm[c])) ** 2
    return np.asarray(total)
