"""Whose series these are, by the tags of patient, study and series."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from brainviewer.core.headers.dicom_source import (
    ImagingStudy,
    Patient,
    Scanner,
    SourceFrame,
    SourceSeries,
    Triple,
)
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.series.copies import uids_are_unique
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.dicom.series.identity import Identity, identities_of, patients_of
from brainviewer.files.dicom.series.stacks import Stack


@dataclass(frozen=True, eq=False)
class PatientFrames:
    """The slices of one patient.

    identities : all that the files say of who it is.
    studies : the slices of each examination, by its UID, else by its time.
    """

    identities: Sequence[Identity]
    studies: Mapping[str, Sequence[Frame]]

    @property
    def first(self) -> Frame:
        """A slice that speaks for all."""
        return next(iter(self.studies.values()))[0]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        frames = (frame for study in self.studies.values() for frame in study)
        return tuple(dict.fromkeys(frame.path for frame in frames))

    def differs(self, other: "PatientFrames") -> str:
        """What is unlike in two patients; see ``Identity.differs``."""
        pairs = product(self.identities, other.identities)
        return next(filter(None, (one.differs(another) for one, another in pairs)), "")


def patient_of(tags: Tags) -> Patient:
    """The patient."""
    sex = tags.text("PatientSex").upper()
    return Patient(
        tags.text("PatientName"),
        tags.text("PatientID"),
        tags.text("PatientBirthDate"),
        sex if sex in ("M", "F", "O") else "",
        issuer=tags.text("IssuerOfPatientID"),
    )


def study_of(tags: Tags) -> ImagingStudy:
    """The examination."""
    return ImagingStudy(
        tags.text("StudyInstanceUID"),
        tags.text("StudyID"),
        tags.text("StudyDate"),
        tags.text("StudyTime"),
        tags.text("AccessionNumber"),
        tags.text("ReferringPhysicianName"),
        tags.text("StudyDescription"),
        tags.text("PatientAge"),
    )


def scanner_of(tags: Tags) -> Scanner:
    """The scanner."""
    words = ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber")
    return Scanner(*(shown_text(tags.text(word)) for word in words))


def source_of(stack: Stack) -> SourceSeries | None:
    """Whose series it is, and what results may name of it; None where there is no volume.

    No frames where slices are missing that results would name, or have no identifier of their own.
    """
    frames = stack.there
    if stack.grid is None:
        return None
    nameable = len(frames) == len(stack.frames) and uids_are_unique(frames)
    tags, one = stack.first.tags, stack.first
    a, b, c, d, e, f = one.orientation
    height, width = one.pixel_spacing
    number = tags.number("SeriesNumber")
    return SourceSeries(
        patient_of(tags),
        study_of(tags),
        tags.text("SeriesInstanceUID"),
        tags.text("SOPClassUID"),
        tags.text("FrameOfReferenceUID"),
        (a, b, c, d, e, f),
        (height, width),
        tags.number("SliceThickness"),
        None if number is None else int(number),
        tags.text("SeriesDescription"),
        tuple(map(_source_frame, frames)) if nameable else (),
        scanner_of(tags),
    )


def _source_frame(frame: Frame) -> SourceFrame:
    x, y, z = frame.position
    place: Triple = (x, y, z)
    of_many = frame.tags.whole("NumberOfFrames", 1) > 1
    return SourceFrame(
        frame.tags.text("SOPInstanceUID"), place, frame.number + 1 if of_many else None
    )


def by_patient_and_study(frames: Iterable[Frame]) -> list[PatientFrames]:
    """The slices of each patient, by study; see ``identity``."""
    frames = list(frames)
    identities = identities_of(frame.tags for frame in frames)
    patients = patients_of(identities)
    number_of = {one: number for number, group in enumerate(patients) for one in group}
    studies: list[dict[str, list[Frame]]] = [{} for _ in patients]
    for frame, one in zip(frames, identities, strict=True):
        studies[number_of[one]].setdefault(_study_key(frame.tags), []).append(frame)
    return [PatientFrames(*both) for both in zip(patients, studies, strict=True)]


def _study_key(tags: Tags) -> str:
    words = ("StudyDate", "StudyTime", "AccessionNumber")
    return tags.text("StudyInstanceUID") or " ".join(map(tags.text, words))
