"""A study as it was worked on: what a session keeps of it, and where its images are."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.correction.kept import KeptCorrection
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import FeedbackRecord
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.report_text import ReportText
from brainviewer.core.study import Modality
from brainviewer.core.view.saved_view import SavedView


@dataclass(frozen=True)
class ImageReference:
    """An image by what it holds.

    sha256 : of its voxels, their number type and grid; empty where it is not known.
    name : of its file or series; patient data.
    series : tells its DICOM series from others, see ``series_key``; empty of other files.
    """

    sha256: str
    name: str = ""
    series: str = ""


@dataclass(frozen=True)
class SourcePlace:
    """A file or a folder that a study was opened from.

    name : its own, without the folders it lies in.
    inside : the way there from the folder of the session, if it lies in it; else empty. With
        slashes, whatever the system.
    role : the sequence, or ``seg``, where the user said what the file is.
    """

    name: str
    inside: str = ""
    role: str = ""

    def __post_init__(self) -> None:
        way = PurePosixPath(self.inside)
        leads_out = way.is_absolute() or ".." in way.parts or "\\" in self.inside
        plain = self.name == PurePosixPath(self.name).name and "\\" not in self.name
        if leads_out or ":" in self.inside or "\0" in self.inside + self.name or not plain:
            raise ValueError("a source lies beside its session or is called by its name")


@dataclass(frozen=True)
class SavedStudy:
    """The study that was worked on.

    sha256 : its content hash.
    shape, affine : of its grid; see ``Grid``. The affine row by row.
    """

    sha256: str
    sequences: Mapping[Modality, ImageReference]
    segmentation: ImageReference | None
    sources: tuple[SourcePlace, ...]
    shape: tuple[int, int, int]
    affine: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class SavedResults:
    """What was found and answered.

    finding : as it was shown; base : as it was found, before any correction.
    status, message : of the classification; see ``ViewState``.
    """

    finding: TumourFinding | None = None
    base: TumourFinding | None = None
    classification: Classification | None = None
    status: str = ""
    message: str = ""


@dataclass(frozen=True)
class SavedPlace:
    """Where a prior lies in the world of the study.

    affine : of its grid, had the head lain as in the study; row by row.
    sequence, rotation_degrees, correlation : see ``PriorPlace``.
    """

    affine: tuple[float, ...]
    sequence: Modality
    rotation_degrees: float
    correlation: float

    def __post_init__(self) -> None:
        numbers = (*self.affine, self.rotation_degrees, self.correlation)
        if len(self.affine) != 16 or not all(map(math.isfinite, numbers)):
            raise ValueError("no place of a prior")


@dataclass(frozen=True, eq=False)
class SavedPrior:
    """The prior that the study was compared with.

    finding : its lesion, on its own grid. place : None where it could not be registered.
    day : of the examination, ISO 8601; empty where it is not known.
    """

    study: SavedStudy
    finding: TumourFinding
    place: SavedPlace | None = None
    day: str = ""


@dataclass(frozen=True, eq=False)
class SavedSession:
    """What a session holds.

    id : of the session, the same at every saving. stamp : another at every saving.
    saved : when, ISO 8601 in UTC. version : of the program that saved it.
    view, age_years : None where they are not known.
    left_out : sentences about what could not be read.
    """

    id: str
    stamp: str
    saved: str
    version: str
    study: SavedStudy
    view: SavedView | None = None
    annotations: tuple[Annotation, ...] = ()
    correction: KeptCorrection | None = None
    results: SavedResults = field(default_factory=SavedResults)
    age_years: float | None = None
    report_text: ReportText = field(default_factory=ReportText)
    prior: SavedPrior | None = None
    feedback: FeedbackRecord | None = None
    left_out: tuple[str, ...] = ()

    def without_results(self) -> "SavedSession":
        """The same without what was computed from images that are others now."""
        return replace(self, results=SavedResults())
