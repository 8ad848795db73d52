"""Where the tumour is in a study, and where that came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.correction.provenance import Correction
from brainviewer.core.findings.lesion_probability import LesionProbability
from brainviewer.core.findings.location import Location
from brainviewer.core.findings.measurements import Measurements, Point
from brainviewer.core.findings.networks import NetworkIdentity
from brainviewer.core.segments import Agreement
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality


@dataclass(frozen=True)
class Candidate:
    """One possible lesion.

    index : slice (from 0) of its largest area along the plane's axis.
    position_mm : (x, y, z) in mm, RAS+, of the lesion's middle in that slice.
    score : 0..1, comparable within a study.
    """

    index: int
    position_mm: tuple[float, float, float]
    volume_ml: float
    score: float


class OtherLesion(IntEnum):
    """What lies apart from the lesion: large enough to be told, or faint and small."""

    SIZEABLE = 1
    FAINT = 2


@dataclass(frozen=True, eq=False)
class TumourFinding:
    """Where the tumour is, or that none was found.

    index : tumour slice, from 0, along the voxel axis of ``plane``; None if nothing was found. It
        is the slice with the largest area after smoothing over a little distance, so that a
        slice beside it can hold a little more (see ``measure.slice_area``).
    position_mm : (x, y, z) in mm, in the world of the study's grid, of the lesion's middle in the
        tumour slice. It leads a view there; what is told of it is ``told``.
    oriented : whether the study says how the patient lay: its grid does, and its sequences are not
        mirrored against each other so that nobody knows which are right.
    left_out : sequences that are mirrored against those that the finding rests on, or lie beside
        them.
    confidence : 0..1.
    area_mm2 : (slices,) lesion area of every slice along that axis, in mm²; ``slice_area_mm2`` is
        that of the tumour slice, the one that is told.
    mask : (i, j, k) bool on the study's grid.
    slices : the slice with the largest area in each plane.
    brain : (i, j, k) bool, what was taken for the brain; None where none was recognised.
    with_skull : the brain was cut out of a head that has its skull.
    enhancing : (i, j, k) bool, the part of the lesion that takes up contrast agent.
    parts : (i, j, k) uint8, the ``LesionPart`` of each voxel of the mask, 0 elsewhere; None where
        there is no T1ce, or no network told them apart.
    others : (i, j, k) uint8, the ``OtherLesion`` of each voxel of what lies apart; None without it.
    others_enhancing : (i, j, k) bool, what of that enhances; None where it is not known.
    probability : of lesion, as the network told it; None where none did.
    network : the network that segmented the lesion; None where none did.
    brain_network : the network that cut the brain out of a head with skull; None where none did.
    mid_sagittal : a point (x, y, z) in mm, RAS+, of the head's mid-sagittal plane, and its unit
        normal towards Right; None where it is not known.
    correction : what of it the user has made; None where it is as it was found.
    agreement : with the segmentation that came with the study, which finding never reads: added
        by ``imaging.measure.agreement``; None where there is none.
    location : where in the brain it lies: added by ``imaging.location``; None before.
    """

    method: str
    found: bool
    plane: Plane = Plane.AXIAL
    index: int | None = None
    position_mm: tuple[float, float, float] | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    area_mm2: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    mask: NDArray[np.bool_] | None = None
    slices: Mapping[Plane, int] = field(default_factory=dict)
    brain: NDArray[np.bool_] | None = None
    with_skull: bool = False
    enhancing: NDArray[np.bool_] | None = None
    parts: NDArray[np.uint8] | None = None
    others: NDArray[np.uint8] | None = None
    others_enhancing: NDArray[np.bool_] | None = None
    probability: LesionProbability | None = None
    measurements: Measurements | None = None
    network: NetworkIdentity | None = None
    brain_network: NetworkIdentity | None = None
    mid_sagittal: tuple[Point, Point] | None = None
    correction: Correction | None = None
    agreement: Agreement | None = None
    location: Location | None = None
    oriented: bool = True
    left_out: tuple[Modality, ...] = ()
    seconds: float = 0.0
    notices: tuple[str, ...] = ()

    def told(self, position: Point | None) -> Point | None:
        """A position in mm, RAS+, as it may be told: None without the patient's orientation."""
        return position if self.oriented else None

    @property
    def slice_area_mm2(self) -> float | None:
        """Lesion area in the tumour slice, in mm²; None if nothing was found."""
        if self.index is None or not self.index < len(self.area_mm2):
            return None
        return float(self.area_mm2[self.index])
