"""What is exported as DICOM, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path

from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.headers.dicom_source import Patient
from brainviewer.core.study import Study
from brainviewer.painting.figure import FigureSpec


@dataclass(frozen=True)
class DicomExportRequest:
    """What is written, and for whom.

    folder : new or empty.
    patient : where the study's own files name none; made up without an id.
    segmentation : as DICOM SEG, and the mask as NIfTI.
    report : measurements and prediction as SR. pictures : as Secondary Capture.
    sequences : every sequence of a study that is not DICOM as a series; the one that results refer
        to is always written.
    """

    folder: Path
    patient: Patient = field(default_factory=lambda: Patient(made_up=True))
    segmentation: bool = True
    report: bool = True
    pictures: bool = True
    sequences: bool = True


@dataclass(frozen=True, eq=False)
class DicomResults:
    """What the files are made from.

    classification : the prediction for the report; None for none.
    figures : pages to be drawn, each with the words on research use.
    """

    study: Study
    finding: TumourFinding | None = None
    classification: Classification | None = None
    figures: tuple[FigureSpec, ...] = ()


@dataclass(frozen=True)
class WrittenFile:
    """A file in the folder; without UIDs where it is not DICOM.

    content : ``images``, ``segmentation``, ``report``, ``picture``, ``mask`` or ``parts``.
    """

    name: str
    content: str
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None
    series_uid: str | None = None


@dataclass(frozen=True)
class DicomExport:
    """What was written. notices : what was left out, and why."""

    folder: Path
    study_uid: str
    patient: Patient
    files: tuple[WrittenFile, ...]
    notices: tuple[str, ...]
