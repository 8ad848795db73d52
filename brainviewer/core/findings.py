"""What was found out about a study, each with where it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.ablation import SourceAblation
from brainviewer.core.correction.provenance import Correction
from brainviewer.core.lesion_probability import LesionProbability
from brainviewer.core.location import Location
from brainviewer.core.segments import Agreement
from brainviewer.core.segments import LesionPart as LesionPart  # noqa: PLC0414 - told here, too
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

IMAGE = "picture"
"""What a model of single images looks at, in place of sequences."""

NO_TUMOUR = "none"
"""The class of images that show no tumour."""


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


class Side(StrEnum):
    """The half of the head, as the patient has it."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


Point = tuple[float, float, float]


@dataclass(frozen=True)
class Diameters:
    """The two diameters of RANO in one axial slice (Wen et al. 2010).

    index : axial slice, from 0.
    longest_mm, perpendicular_mm : the longest diameter, and the longest one perpendicular to it.
    longest_ends, perpendicular_ends : their end points, (x, y, z) in mm, RAS+.
    measurable : both are at least ``least_mm``: 10 mm, or twice the thickness of slices above 5 mm.
    """

    index: int
    longest_mm: float
    perpendicular_mm: float
    longest_ends: tuple[Point, Point]
    perpendicular_ends: tuple[Point, Point]
    measurable: bool
    least_mm: float = 10.0

    @property
    def product_mm2(self) -> float:
        """Product of the two diameters."""
        return self.longest_mm * self.perpendicular_mm


@dataclass(frozen=True)
class Measurements:
    """What is measured on a lesion.

    parts_ml : volume of each part, which add up to the lesion's; None where they were not told
        apart.
    enhancing_ml : volume that takes up contrast agent; None without T1ce. It is that of the part
        where there are parts.
    lesion, enhancing : diameters of the whole lesion and of its enhancing part, each on its own
        largest axial slice; None where there is nothing to measure.
    side : the side of the mid-sagittal plane that holds most of it; both if it lies across.
    midline_mm : distance of the lesion's centre of mass from the mid-sagittal plane of the head.
        It is not told without the orientation of the patient, as sides and places are not.
    cut_off : the lesion reaches the edge of the images, so that volumes and diameters are at least
        what is measured.
    """

    volume_ml: float
    enhancing_ml: float | None
    lesion: Diameters | None
    enhancing: Diameters | None
    side: Side | None
    midline_mm: float | None
    parts_ml: Mapping[LesionPart, float] | None = None
    cut_off: bool = False


@dataclass(frozen=True)
class NetworkIdentity:
    """Which network it was: id, version, and the sha256 of its file of numbers."""

    id: str
    version: str
    sha256: str


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


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Where the network looked: a class-activation map on the slice it was computed from.

    values : (rows, columns) float32 in 0..1, in the radiological arrangement of ``plane``
        (``SliceView.arrange``), over the whole slice ``index``.
    of_answer : whether the answer rests on this network; else it explains nothing of it.
    """

    plane: Plane
    index: int
    values: NDArray[np.float32]
    of_answer: bool = True


PREDICTION, OOD_CHECK, HEATMAP = "answer", "scope", "heatmap"
"""What a network is run for."""


@dataclass(frozen=True, eq=False)
class NetworkUse:
    """A network that was run for a classification, with part in the answer or without.

    used_for : ``answer``, ``scope`` (whether the model may answer) and ``heatmap``, each with the
        axial slice or frame that it was run on, from 0.
    """

    identity: NetworkIdentity
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    used_for: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Classification:
    """The type of the glioma with everything needed to judge and repeat it.

    weights_sha256, engine, device, load_seconds, predict_seconds : of the network that the answer
        rests on; empty and 0 where it rests on none, whatever ``network`` was run for beside it.
    classes : class letter to probability, sums to 1.
    names : class letter to full WHO name.
    slice_index : axial slice, or frame of an image, that it is from; None where it rests on the
        whole lesion. ``frames`` is how many frames the image has, 1 of a study.
    study_hash : content hash of the study it belongs to.
    in_scope : False if the model must not answer for this study; ``reason`` says why.
    abstained : the answer is not confident; ``reason`` says why, every doubt in a sentence.
    calibrated : the probabilities were calibrated on patients that the model never saw.
    prevalence, priors : name of the setting, and how frequent each class is taken to be.
    descriptors : what was measured on the lesion and took part, by name.
    rests_on : the answer without each source of evidence; empty of an image, and without an answer.
    notices : sentences to be told with it; those that make it doubtful stand in ``reason``, too.
    """

    model_id: str
    model_version: str
    model_name: str
    weights_sha256: str
    classes: Mapping[str, float]
    names: Mapping[str, str]
    predicted: str
    slice_index: int | None
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    study_hash: str = ""
    age_years: float | None = None
    sequences_used: tuple[str, ...] = ()
    heatmap: Heatmap | None = None
    quality: str = ""
    in_scope: bool = True
    abstained: bool = False
    reason: str = ""
    calibrated: bool = False
    prevalence: str = ""
    priors: Mapping[str, float] = field(default_factory=dict)
    descriptors: Mapping[str, float] = field(default_factory=dict)
    rests_on: tuple[SourceAblation, ...] = ()
    notices: tuple[str, ...] = ()
    frames: int = 1
    network: NetworkUse | None = None

    def doubted(self, doubts: Sequence[str]) -> "Classification":
        """The same answer with doubts, each a sentence: it is not confident then.

        What is out of scope is no answer and stays as it is.
        """
        if not doubts or not self.in_scope:
            return self
        reasons = [*doubts, self.reason] if self.abstained else doubts
        return replace(self, abstained=True, reason=" ".join(reasons))

    @property
    def of_image(self) -> bool:
        """Whether it is about a single image, not about a study."""
        return self.sequences_used == (IMAGE,)


def tumour_probability(classes: Mapping[str, float]) -> float | None:
    """How probable any tumour is; None if the model has no class for "no tumour", or no answer.

    classes : class code to probability, adding up to 1.
    """
    return 1.0 - classes[NO_TUMOUR] if NO_TUMOUR in classes else None
