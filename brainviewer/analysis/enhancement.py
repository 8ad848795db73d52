"""The part of a lesion that takes up contrast agent, from T1ce and T1.

Both sequences are normalised in ordinary brain, away from the lesion, so that their difference has
no unit and is about 0 wherever nothing was taken up; its spread there tells how large a difference
means something. What is bright before contrast as well (blood, fat, calcium) cancels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.analysis.slice_area import box_of
from brainviewer.analysis.working_grid import Field, Mask, background_of
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study

WITHOUT_T1 = (
    "There is no T1: what is very bright on T1ce was taken for enhancing, which blood and fat may "
    "be as well."
)
_SPARSE_MM = 4.0
_MARGIN_MM = 6.0
_LEAST_VOXELS = 200
_TO_SIGMA = 1.4826
# Least spread of a sequence in ordinary brain, as a share of its brightness over air, and of the
# difference of two: images that are made up may have no contrast or noise of their own.
_LEAST_CONTRAST = 0.05
_LEAST_SPREAD = 0.3
# In units of the spread of the difference: what enhances for certain, and how far that reaches.
# Checked by eye on patients with skull and beside the outlines of synthetic heads.
_CERTAIN, _REACH = 4.5, 3.0
# On T1ce itself, in units of its spread in ordinary brain, where white matter is about 1: what
# stays darker than that is fluid or necrosis that differs by its own noise.
_BRIGHT = 1.0
# T1ce alone, in the same units; chosen to agree with both together on patients with skull.
_ALONE_CERTAIN, _ALONE_REACH = 3.5, 2.5
# A part is a speck below the first volume. Below the second it is a vessel or the brain's lining
# if it runs along the border of a lesion that it is a small share of.
_SPECK_ML, _VESSEL_ML = 0.05, 0.5
_VESSEL_SHARE = 0.1
_BORDER_MM = 3.0


@dataclass(frozen=True, eq=False)
class Enhancement:
    """mask : (i, j, k) bool, inside the lesion. notices : what the reader must know about it."""

    mask: Mask
    notices: tuple[str, ...] = ()


def find_enhancement(study: Study, lesion: Mask, brain: Mask | None) -> Enhancement | None:
    """The enhancing part of a lesion; None without T1ce or without ordinary brain to compare with.

    lesion, brain : (i, j, k) bool. Without T1, T1ce alone is used, with a notice.
    """
    post = study.volumes.get(Modality.T1CE)
    if post is None or post.constant or brain is None:
        return None
    pre = study.volumes.get(Modality.T1)
    if pre is not None and pre.constant:
        pre = None
    grid = study.grid
    # In the order R, A, S, so that the same voxels are looked at however a file stores them.
    spacing = [grid.spacing[grid.axes[0].index(axis)] for axis in range(3)]
    whole, head = _turned(grid, lesion), _turned(grid, brain)
    steps = [max(1, round(_SPARSE_MM / s)) for s in spacing]
    sparse = tuple(slice(None, None, step) for step in steps)
    ordinary = head[sparse] & ~_near(
        whole[sparse], [size * step for size, step in zip(spacing, steps, strict=True)]
    )
    if ordinary.sum() < _LEAST_VOXELS:
        return None
    box = box_of(whole)
    inside = np.ascontiguousarray(whole[box])
    bright, bright_in_brain = _normalised(_turned(grid, post.data), sparse, ordinary, box)
    if pre is None:
        certain = bright > _ALONE_CERTAIN
        reach = bright > _ALONE_REACH
    else:
        before, before_in_brain = _normalised(_turned(grid, pre.data), sparse, ordinary, box)
        usual = bright_in_brain - before_in_brain
        middle = np.median(usual)
        spread = max(_TO_SIGMA * float(np.median(np.abs(usual - middle))), _LEAST_SPREAD)
        uptake = (bright - before - middle) / spread
        certain = (uptake > _CERTAIN) & (bright > _BRIGHT)
        reach = (uptake > _REACH) & (bright > _BRIGHT)
    mask = np.zeros(lesion.shape, bool)
    _turned(grid, mask)[box] = _clean(
        certain & inside, reach & inside, inside, spacing, grid.voxel_volume / 1000
    )
    return Enhancement(mask, (WITHOUT_T1,) if pre is None and mask.any() else ())


def _turned(grid: Grid, data: NDArray[Any]) -> NDArray[Any]:
    """A volume (i, j, k) in the order R, A, S; a view."""
    axes, signs = grid.axes
    order = [axes.index(axis) for axis in range(3)]
    return data.transpose(order)[tuple(slice(None, None, signs[n]) for n in order)]


def _normalised(
    data: NDArray[Any], sparse: tuple[slice, ...], ordinary: Mask, box: tuple[slice, ...]
) -> tuple[Field, Field]:
    """A sequence around the lesion and (n,) in ordinary brain, there with median 0 and spread 1."""
    values = data[sparse][ordinary].astype(np.float32)
    middle = float(np.median(values))
    spread = _TO_SIGMA * float(np.median(np.abs(values - middle)))
    spread = max(spread, _LEAST_CONTRAST * abs(middle - background_of(data)), 1e-30)
    around = (data[box].astype(np.float32) - np.float32(middle)) / np.float32(spread)
    return around, (values - np.float32(middle)) / np.float32(spread)


def _near(lesion: Mask, spacing: list[float]) -> Mask:
    rounds = [max(1, round(_MARGIN_MM / s)) for s in spacing]
    return np.asarray(
        ndimage.maximum_filter(lesion.astype(np.uint8), [2 * n + 1 for n in rounds]) > 0
    )


def _clean(certain: Mask, reach: Mask, lesion: Mask, spacing: list[float], voxel_ml: float) -> Mask:
    """What is connected with a certain part, without specks and vessels."""
    labels, count = ndimage.label(certain | reach, np.ones((3, 3, 3)))
    if count == 0:
        return np.zeros(certain.shape, bool)
    millilitres = np.bincount(labels.ravel()) * voxel_ml
    keep = (np.bincount(labels[certain], minlength=count + 1) > 0) & (millilitres >= _SPECK_ML)
    keep[0] = False
    large = min(_VESSEL_ML, _VESSEL_SHARE * float(np.count_nonzero(lesion)) * voxel_ml)
    small = keep & (millilitres < large)
    if small.any():
        sizes = [2 * max(1, round(_BORDER_MM / s)) + 1 for s in spacing]
        deep = ndimage.minimum_filter(lesion.view(np.uint8), sizes, mode="constant") > 0
        deep_ml = np.bincount(labels[deep], minlength=count + 1) * voxel_ml
        keep &= ~small | (deep_ml >= millilitres / 2)
    return np.asarray(keep[labels])
