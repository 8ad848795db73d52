"""Grey values for a hidden region of a sequence, taken from normal-appearing tissue.

A region in the brain is filled from brain outside of the lesion, so that a hidden part of a lesion
is given neither the brightness of the rest of it nor the black of air. A region outside of the
brain is filled from what lies around it there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.number_type import in_number_type
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.measure.slice_area import axial_axis
from brainviewer.imaging.preprocess.working_grid import Mask, box_of

Plane2d = NDArray[np.float32]
Volume3d = NDArray[Any]
Box = tuple[slice, ...]

_REACH = 0.02  # of the longest side of a slice: how far around a pixel tissue is looked at
_RIM_MM = 6.0  # how wide the tissue around a region is
_MARGIN_MM = 25.0  # how far from the region and the lesion tissue is carried on from
_NEAR_MM = 40.0  # lesion within it may surround the region


@dataclass(frozen=True, eq=False)
class HiddenRegion:
    """A region to be filled, and the tissue that it may be filled from.

    region : (i, j, k) bool on the grid, not empty.
    brain : (i, j, k) bool; None where no brain was recognised.
    lesion : (i, j, k) bool, what is no normal-appearing tissue.
    mirror : a point (x, y, z) in mm and the unit normal of the mid-sagittal plane; None if unknown.
    """

    grid: Grid
    region: Mask
    brain: Mask | None
    lesion: Mask
    mirror: tuple[NDArray[np.float64], NDArray[np.float64]] | None

    @classmethod
    def of(cls, grid: Grid, finding: TumourFinding, region: Mask) -> "HiddenRegion":
        """What a finding knows of the tissue around a region (i, j, k)."""
        nothing = np.zeros(grid.shape, bool)
        lesion = nothing if finding.mask is None else finding.mask
        if finding.others is not None:
            lesion = lesion | (finding.others > 0)
        brain = finding.brain if finding.brain is not None and finding.brain.any() else None
        plane = finding.mid_sagittal
        mirror = None if plane is None else (np.array(plane[0]), np.array(plane[1]))
        return cls(grid, region, brain, lesion, mirror)

    @property
    def inside(self) -> Mask:
        """The part of the region that lies in the brain; all of it where no brain is known."""
        return self.region if self.brain is None else self.region & self.brain

    @property
    def beyond(self) -> Mask:
        """(i, j, k) bool: what lies outside of brain and region: skull, scalp and air."""
        return ~self.region if self.brain is None else ~(self.region | self.brain)

    @property
    def tissue(self) -> Mask:
        """(i, j, k) bool: brain outside of lesion and region; all else where no brain is known."""
        free = ~(self.lesion | self.region)
        return free if self.brain is None else free & self.brain


def carry_on(data: Volume3d, hidden: HiddenRegion, each: Callable[[], object]) -> Volume3d:
    """Carry the surrounding tissue on inwards, slice by slice (Telea 2004); a filled copy.

    data : (i, j, k) of any number type. each : called before every slice.
    """
    done = data.copy()
    inside, tissue = hidden.inside, hidden.tissue
    beyond, axis = hidden.beyond, axial_axis(hidden.grid)
    for at in _slices(hidden):
        each()
        region = np.asarray(hidden.region[at])
        for part, source in (
            (np.asarray(inside[at]), np.asarray(tissue[at])),
            (region & ~np.asarray(inside[at]), np.asarray(beyond[at])),
        ):
            if part.any():
                found = _inpainted(np.asarray(data[at], np.float32), source, axis)
                if found is None:
                    found = np.full(part.shape, _median(data, tissue), np.float32)
                _put(done, at, part, found[part])
    return done


def make_flat(data: Volume3d, hidden: HiddenRegion, each: Callable[[], object]) -> Volume3d:
    """The median of the tissue around the region, slice by slice; a filled copy."""
    done = data.copy()
    inside, rim = hidden.inside, _rim(hidden)
    usual = _median(data, rim if rim.any() else hidden.tissue)
    for at in _slices(hidden):
        each()
        part, around = np.asarray(inside[at]), np.asarray(rim[at])
        value = float(np.median(data[at][around])) if around.any() else usual
        if part.any():
            _put(done, at, part, np.float32(value))
    return _fill_outside(done, data, hidden)


def mirror(data: Volume3d, hidden: HiddenRegion, each: Callable[[], object]) -> Volume3d:
    """The same place of the other half of the head, as bright as what lies around the region.

    Where there is no normal-appearing tissue on the other side, or no mid-sagittal plane is known,
    it is carried on from the surroundings. A filled copy.
    """
    done = carry_on(data, hidden, each)
    if hidden.mirror is None:
        return done
    voxels = np.argwhere(hidden.inside)
    if not len(voxels):
        return done
    point, normal = hidden.mirror
    tissue = hidden.tissue
    other = _reflected(hidden.grid, voxels, point, normal)
    normal_there = _sampled(tissue.astype(np.float32), other) > 0.5
    if not normal_there.any():
        return done
    around = np.argwhere(_rim(hidden))
    gain = 1.0
    if len(around):
        beyond = _reflected(hidden.grid, around, point, normal)
        usable = _sampled(tissue.astype(np.float32), beyond) > 0.5
        if usable.any():
            here = float(np.median(data[tuple(around[usable].T)]))
            there = float(np.median(_sampled(data, beyond[usable])))
            gain = here / there if there > 0 and here > 0 else 1.0
    taken = voxels[normal_there]
    done[tuple(taken.T)] = in_number_type(gain * _sampled(data, other[normal_there]), data.dtype)
    return done


def _slices(hidden: HiddenRegion) -> Iterator[Box]:
    """The boxes, one voxel thick, of the axial slices that hold some of the region."""
    axis = axial_axis(hidden.grid)
    region = box_of(hidden.region)
    near = _grown(hidden, region, _NEAR_MM)
    lesion = box_of(hidden.lesion[near]) if hidden.lesion[near].any() else None
    wide = list(region)
    if lesion is not None:
        wide = [
            slice(min(part.start, inner.start + of.start), max(part.stop, inner.stop + of.start))
            for part, inner, of in zip(region, lesion, near, strict=True)
        ]
    wide = list(_grown(hidden, wide, _MARGIN_MM))
    for index in range(region[axis].start, region[axis].stop):
        wide[axis] = slice(index, index + 1)
        if hidden.region[tuple(wide)].any():
            yield tuple(wide)


def _grown(hidden: HiddenRegion, box: Sequence[slice], by_mm: float) -> Box:
    """A box with a margin that stays inside the grid."""
    return tuple(
        slice(max(part.start - max(1, round(by_mm / step)), 0),
              min(part.stop + max(1, round(by_mm / step)), count))
        for part, step, count in zip(box, hidden.grid.spacing, hidden.grid.shape, strict=True)
    )  # fmt: skip


def _inpainted(image: Plane2d, source: Mask, axis: int) -> Plane2d | None:
    """A slice, one voxel thick along an axis, filled from a source; None without any of it."""
    flat, known = np.squeeze(image, axis), np.squeeze(source, axis)
    if not known.any():
        return None
    low = float(flat.min())
    reach = max(3.0, _REACH * max(flat.shape))
    filled = cv2.inpaint(
        np.ascontiguousarray(flat - np.float32(low)),
        np.ascontiguousarray(~known).astype(np.uint8),
        reach,
        cv2.INPAINT_TELEA,
    )
    return np.asarray(filled + np.float32(low), np.float32).reshape(image.shape)


def _fill_outside(done: Volume3d, data: Volume3d, hidden: HiddenRegion) -> Volume3d:
    """Fill what of the region lies outside of the brain with what lies around it there."""
    outside = hidden.region & ~hidden.inside
    if outside.any():
        around = ndimage.binary_dilation(outside, iterations=3) & hidden.beyond
        value = _median(data, around if around.any() else hidden.beyond)
        done[outside] = in_number_type(np.array(value), data.dtype)
    return done


def _rim(hidden: HiddenRegion) -> Mask:
    """(i, j, k) bool: the normal-appearing tissue just around the region."""
    box = _grown(hidden, box_of(hidden.region), _RIM_MM)
    rim = np.zeros(hidden.region.shape, bool)
    distance = ndimage.distance_transform_edt(~hidden.region[box], sampling=hidden.grid.spacing)
    rim[box] = distance <= _RIM_MM
    rim &= hidden.tissue
    return rim


def _reflected(
    grid: Grid, voxels: NDArray[Any], point: NDArray[np.float64], normal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 3) voxel coordinates of the same places on the other side of a plane."""
    world = grid.to_world(voxels)
    away = (world - point) @ normal
    return np.asarray(grid.to_voxel(world - 2 * away[:, None] * normal), np.float64)


def _sampled(data: Volume3d, voxels: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n,) values between voxels, linear; the nearest value beyond the edge."""
    values = ndimage.map_coordinates(
        np.asarray(data, np.float32), voxels.T, order=1, mode="nearest"
    )
    return np.asarray(values, np.float32)


def _median(data: Volume3d, where: Mask) -> float:
    return float(np.median(data[where])) if where.any() else float(np.median(data))


def _put(done: Volume3d, at: Box, part: Mask, values: Any) -> None:
    there = done[at]  # a view: writing to it changes the copy
    there[part] = in_number_type(np.asarray(values), done.dtype)
