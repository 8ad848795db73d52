"""The segments of a lesion: what they are called, coded and coloured."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.files.dicom.export.patient import new_uid
from brainviewer.files.nifti.writer import labels_on_grid

CATEGORY = codes.SCT.MorphologicallyAbnormalStructure
WHOLE_TYPE = codes.SCT.Lesion
WHOLE_LABEL = "Lesion"
_TYPES = {
    LesionPart.NECROSIS: codes.SCT.Necrosis,
    LesionPart.OEDEMA: codes.SCT.Edema,
    LesionPart.ENHANCING: Code("C113842", "NCIt", "Enhancing Lesion"),
}


@dataclass(frozen=True, eq=False)
class Segment:
    """A segment.

    number : from 1. part : None of the whole lesion.
    tracking_uid : by which a report refers to the same thing.
    """

    number: int
    part: LesionPart | None
    label: str
    kind: Code
    tracking_uid: str


def segments_of(finding: TumourFinding) -> tuple[Segment, ...]:
    """The parts of the lesion that it has, or the whole lesion where none are told apart.

    None without a lesion or a mask.
    """
    if not lesion_mask(finding).any():
        return ()
    if not _told_apart(finding):
        return (Segment(1, None, WHOLE_LABEL, WHOLE_TYPE, new_uid()),)
    present = [part for part in LesionPart if np.any(finding.parts == part)]
    return tuple(
        Segment(number, part, part.title, _TYPES[part], new_uid())
        for number, part in enumerate(present, 1)
    )


def lesion_mask(finding: TumourFinding) -> NDArray[np.bool_]:
    """(i, j, k) bool, or nothing where there is no mask."""
    return np.zeros((0, 0, 0), bool) if finding.mask is None else finding.mask


def segments_on(
    finding: TumourFinding, segments: tuple[Segment, ...], grid: Grid, onto: Grid
) -> tuple[tuple[Segment, ...], NDArray[np.uint8]]:
    """The segments that have a voxel on ``onto``, numbered anew, and a map of their numbers there.

    grid : that of the finding. The map is (i, j, k) uint8, 0 outside.
    """
    mask = lesion_mask(finding)
    labels = np.zeros(grid.shape, np.uint8)
    for segment in segments:
        labels[mask if segment.part is None else finding.parts == segment.part] = segment.number
    labels = labels_on_grid(labels, grid, onto)
    there = [segment for segment in segments if np.any(labels == segment.number)]
    numbers = np.zeros(len(segments) + 1, np.uint8)
    numbers[[segment.number for segment in there]] = range(1, len(there) + 1)
    numbered = (replace(segment, number=n) for n, segment in enumerate(there, 1))
    return tuple(numbered), numbers[labels]


def _told_apart(finding: TumourFinding) -> bool:
    """Whether the parts cover the mask, so that nothing of it is lost."""
    if finding.parts is None or finding.mask is None:
        return False
    return bool(np.array_equal(finding.parts > 0, finding.mask))
