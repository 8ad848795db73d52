"""What is measured on a lesion: volume, diameters, side, distance to the midline, its slices."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Measurements
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.imaging.measure.cavity import cavity_notice
from brainviewer.imaging.measure.enhancement import Enhancement, find_enhancement
from brainviewer.imaging.measure.mask_part import MaskPart
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.measure.slice_area import axial_axis
from brainviewer.imaging.preprocess.midsagittal import MidSagittalPlane
from brainviewer.imaging.preprocess.working_grid import Mask

_SPARSE = 8
_OF_SLAB = 0.4
"""How much of a slice through the middle of the lesion the last one of a slab holds."""


def measured(
    study: Study,
    finding: TumourFinding,
    plane: MidSagittalPlane | None = None,
    normal_brain: NormalAppearingBrain | None = None,
) -> TumourFinding:
    """The finding with its measurements, enhancing part and slices; as it is if nothing was found.

    plane : mid-sagittal plane of the head, by default that of the finding; without one there are
        no side and no distance.
    normal_brain : that of the finding, where the caller has it already.
    """
    mask = finding.mask
    if not finding.found or finding.index is None or mask is None or not mask.any():
        return finding
    if plane is None and finding.mid_sagittal is not None:
        plane = MidSagittalPlane(*map(np.array, finding.mid_sagittal))
    if normal_brain is None:
        normal_brain = NormalAppearingBrain.around(study.grid, mask, finding.brain)
    enhancement = enhancement_of(study, finding, normal_brain)
    part = MaskPart.of(study.grid, mask)
    taken_up = None if enhancement is None else part.within(study.grid, enhancement.mask)
    axis = axial_axis(study.grid)
    slices = {p: part.largest(SliceView.of(study.grid, p).axis) for p in Plane}
    slices[finding.plane] = finding.index
    side, distance = part.side(plane) if plane is not None else (None, None)
    measurements = Measurements(
        volume_ml=part.millilitres,
        enhancing_ml=None if taken_up is None else taken_up.millilitres,
        lesion=part.diameters(axis, slices[Plane.AXIAL]),
        enhancing=None if taken_up is None else taken_up.diameters(axis, taken_up.largest(axis)),
        side=side if study.grid.oriented else None,
        midline_mm=distance,
        parts_ml=None
        if finding.parts is None
        else _millilitres(finding.parts[part.box], study.grid),
        cut_off=is_cut_off(study, mask),
    )
    return replace(
        finding,
        measurements=measurements,
        mid_sagittal=None if plane is None else plane.as_points(),
        enhancing=None if enhancement is None else enhancement.mask,
        slices=slices,
        notices=(
            *finding.notices,
            *(() if enhancement is None else enhancement.notices),
            *(() if normal_brain is None else cavity_notice(study, normal_brain)),
        ),
    )


def is_cut_off(study: Study, mask: Mask) -> bool:
    """Whether a lesion reaches the edge of the images.

    mask : (i, j, k) bool on the study's grid.

    The edge is that of the grid, or where a slab of images ends within it: there, a slice next to
    empty ones is well filled, as the end of a brain without skull is not.
    """
    for axis in (n for n in range(3) if mask.shape[n] > 2):  # slices of one voxel are all edge
        others = tuple(n for n in range(3) if n != axis)
        places = np.flatnonzero(mask.any(axis=others))
        if len(places) == 0:
            return False
        first, last = int(places[0]), int(places[-1])
        if first == 0 or last == mask.shape[axis] - 1:
            return True
        middle = (first + last) // 2
        if any(
            _slab_ends(volume.data, axis, end, step, middle)
            for volume in study.volumes.values()
            for end, step in ((first, -1), (last, 1))
        ):
            return True
    return False


def _slab_ends(data: NDArray[np.generic], axis: int, end: int, step: int, middle: int) -> bool:
    """Whether a well filled slice at the end of a lesion, or next to it, is followed by none."""

    # ``take`` would copy a whole volume that lies in memory by columns, as NIfTI files are read.
    slices = np.moveaxis(data, axis, 0)

    def filled(index: int) -> int:
        return int(np.count_nonzero(slices[index])) if 0 <= index < len(slices) else 0

    def empty(index: int) -> bool:
        outside = not 0 <= index < len(slices)
        return outside or not (slices[index][::_SPARSE, ::_SPARSE].any() or slices[index].any())

    if not (empty(end + step) or empty(end + 2 * step)):
        return False
    least = max(1, _OF_SLAB * filled(middle))
    around = [filled(index) for index in (end, end + step, end + 2 * step)]
    return any(near >= least and beyond == 0 for near, beyond in pairwise(around))


def enhancement_of(
    study: Study, finding: TumourFinding, normal_brain: NormalAppearingBrain | None
) -> Enhancement | None:
    """The part of that name where parts were told apart, else what T1ce and T1 say."""
    if finding.parts is not None:
        return Enhancement(finding.parts == LesionPart.ENHANCING)
    return None if normal_brain is None else find_enhancement(study, normal_brain)


def _millilitres(parts: NDArray[np.uint8], grid: Grid) -> dict[LesionPart, float]:
    # ``bincount`` would make numbers of eight bytes out of every voxel first.
    counts = {part: float(np.count_nonzero(parts == part)) for part in LesionPart}
    return {part: count * grid.voxel_volume / 1000 for part, count in counts.items()}
