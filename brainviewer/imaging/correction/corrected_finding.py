"""What is told of a segmentation that a user has corrected: it is measured as a found one is."""

from dataclasses import replace

import numpy as np

from brainviewer.core.correction.provenance import Correction
from brainviewer.core.correction.steps import WHOLE, Labels
from brainviewer.core.findings.tumour import Candidate, TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.agreement import compared
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.measure.slice_area import areas, axial_axis, largest_slice, middle_of
from brainviewer.imaging.preprocess.working_grid import box_of


def told_apart(study: Study, labels: Labels) -> bool:
    """Whether labels (i, j, k) tell the parts of the lesion apart: every voxel has one.

    Of a lesion that is still to be drawn they do where there is a T1ce to see them on.
    """
    if labels.any():
        return not (labels == WHOLE).any()
    return Modality.T1CE in study.together.volumes


def labels_of(finding: TumourFinding) -> Labels:
    """The labels (i, j, k) of a finding with a mask: its parts, or ``WHOLE``; a copy."""
    assert finding.mask is not None
    if finding.parts is not None:
        return np.array(finding.parts, np.uint8)
    return np.where(finding.mask, np.uint8(WHOLE), np.uint8(0))


def same_labels(finding: TumourFinding, labels: Labels) -> bool:
    """Whether labels (i, j, k) are those of a finding."""
    if finding.mask is None:
        return not labels.any()
    there, whole = (finding.mask, True) if finding.parts is None else (finding.parts, False)
    # Plane by plane, up to the first that differs: it is asked after every stroke.
    return labels.shape == there.shape and all(
        np.array_equal(ours, theirs * np.uint8(WHOLE) if whole else theirs)
        for ours, theirs in zip(labels, there, strict=True)
    )


def corrected(
    study: Study, base: TumourFinding, labels: Labels, correction: Correction
) -> TumourFinding:
    """A finding out of labels, measured; nothing is found where none are left.

    base : what was corrected. labels : (i, j, k) uint8 on the study's grid, which are kept.
    """
    study = study.together
    grid, axis = study.grid, axial_axis(study.grid)
    mask = labels > 0
    others = base.others
    if others is not None:
        others = np.where(mask, np.uint8(0), others)
    finding = replace(
        base,
        found=bool(mask.any()),
        plane=Plane.AXIAL,
        index=None,
        position_mm=None,
        # The doubt was about what was found; what a user has drawn is no guess of a program.
        confidence=float(mask.any()),
        candidates=(),
        area_mm2=np.zeros(grid.shape[axis], np.float32),
        mask=mask,
        parts=labels if told_apart(study, labels) else None,
        network=None if correction.drawn else base.network,
        others=others,
        enhancing=None,
        measurements=None,
        slices={},
        correction=correction,
        agreement=None,
        notices=(),
    )
    return compared(study, placed(study, finding))


def placed(study: Study, finding: TumourFinding) -> TumourFinding:
    """A finding with the slice, place, areas and measurements of its mask.

    finding : with ``mask`` and ``found``; as it is where nothing was found.
    """
    mask = finding.mask
    if not finding.found or mask is None:
        return finding
    grid, axis = study.grid, axial_axis(study.grid)
    box = box_of(mask)
    area = areas(grid, mask, axis)
    index = largest_slice(area, grid.spacing[axis])
    start = [part.start for part in box]
    near = grid.part(start, mask[box].shape)
    place = middle_of(near, mask[box], axis, index - start[axis])
    volume = float(np.count_nonzero(mask[box])) * grid.voxel_volume / 1000
    finding = replace(
        finding,
        index=index,
        position_mm=place,
        area_mm2=area,
        candidates=(Candidate(index, place, volume, 1.0),),
    )
    return measured(study, finding)
