"""One examination of one patient, among all that lies in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

from brainviewer.core.counting import first_few, listed
from brainviewer.core.errors import FileError
from brainviewer.core.headers.dicom_source import ImagingStudy, day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.series.candidates import Candidate, candidates_of
from brainviewer.files.dicom.series.headers import Headers
from brainviewer.files.dicom.series.patients import PatientFrames, by_patient_and_study, study_of
from brainviewer.files.dicom.series.segmentation import SegmentationFile, segmentations_of
from brainviewer.files.dicom.series.unreadable import unread_notices

_NAMES_NOBODY = (
    "Nothing in the files says whose images these are: check that all are of one patient."
)
_NO_SERIES = (
    "Some files do not say which series they belong to; number, description and folder told."
)
_Study = tuple[ImagingStudy, tuple[Candidate, ...]]


@dataclass(frozen=True, eq=False)
class Examination:
    """The series of one study of one patient.

    notices : sentences on files that could not be read, and on other studies.
    segmentations : that lie with them, of whatever patient.
    """

    study: ImagingStudy
    candidates: tuple[Candidate, ...]
    notices: tuple[str, ...] = ()
    segmentations: tuple[SegmentationFile, ...] = ()

    @property
    def volumes(self) -> tuple[Candidate, ...]:
        """The stacks that can be shown."""
        return tuple(one for one in self.candidates if not one.left_out)


class SeveralPatients(FileError):
    """Images of several patients lie together, or of examinations that may be."""


def examination_of(headers: Headers, closed: int = 0) -> Examination | None:
    """The study that is shown: of several of one patient that with most sequences, the newest.

    closed : how many folders may not be read.
    None if there is no MR image. Raises SeveralPatients if the files are not plainly of one.
    """
    frames = [frame for frame in headers.frames if frame.tags.text("Modality").upper() == "MR"]
    if not frames:
        return None
    patients = by_patient_and_study(frames)
    if len(patients) > 1:
        raise SeveralPatients(_whose(patients), _advice(patients))
    (patient,) = patients
    found = [(study_of(group[0].tags), candidates_of(group)) for group in patient.studies.values()]
    found.sort(key=lambda one: (_sequences(one[1]), one[0].date, one[0].time), reverse=True)
    study, candidates = found[0]
    notices = unread_notices(headers, closed)
    if not any(one.said or one.place for one in patient.identities):
        notices.append(_NAMES_NOBODY)
    if not all(one.tags.text("SeriesInstanceUID") for one in candidates):
        notices.append(_NO_SERIES)
    if len(found) > 1:
        shown, *others = _told_apart(found)
        notices.append(
            f"There are {len(found)} examinations of this patient: that of {shown} is shown, "
            f"not that of {listed(sorted(others)[:4])}. {_how_to_open(found)}"
        )
    elsewhere = {other.uid for other, _ in found[1:]}
    segmentations = tuple(
        one
        for one in segmentations_of(headers.frames)
        if one.tags.text("StudyInstanceUID") not in elsewhere
    )
    notices += _still_coming(candidates)
    return Examination(study, candidates, tuple(notices), segmentations)


def _whose(patients: Sequence[PatientFrames]) -> str:
    """Why the images are not of one patient, without any name."""
    count = len(patients)
    unlike = [one.differs(other) for one, other in combinations(patients, 2)]
    if not all(unlike):
        if not any(one.said for patient in patients for one in patient.identities):
            return f"These are {count} examinations that name no patient: they may be of several."
        return (
            f"These are images of {count} patients, or the files do not say that they are of one."
        )
    if "IDs" in unlike:
        return f"These are images of {count} patients."
    return f"These are images of {count} patients: one patient ID has different {unlike[0]}."


def _told_apart(found: Sequence[_Study]) -> list[str]:
    """What names each examination: its day, and as much more as tells it from the others."""
    studies = [study for study, _ in found]
    labels = [str(day_of(study.date) or "unknown date") for study in studies]
    places = [_place(one) for one in found]
    for more in (
        [f"at {one.time[:2]}:{one.time[2:4]}" if one.time[:4].isdigit() else "" for one in studies],
        [f"({shown_text(one.description)})" if one.description else "" for one in studies],
        [_number(one) for one in studies],
        [f"in the folder {place.name}" if places.count(place) == 1 else "" for place in places],
        [f"with {len(candidates)} series" for _, candidates in found],
    ):
        alike = [labels.count(label) > 1 for label in labels]
        if len(set(more)) > 1:
            labels = [
                f"{label} {text}" if text and doubled else label
                for label, text, doubled in zip(labels, more, alike, strict=True)
            ]
    return labels


def _number(study: ImagingStudy) -> str:
    number = shown_text(study.accession_number)
    return f"with accession number {number}" if number else ""


def _place(one: _Study) -> Path:
    """The folder that an examination lies in."""
    paths = (frame.path for candidate in one[1] for frame in candidate.stack.frames if frame)
    return _common({path.parent for path in paths})


def _how_to_open(found: Sequence[_Study]) -> str:
    places = list(map(_place, found))
    if _lie_apart(places):
        names = first_few(sorted(place.name for place in places[1:]))
        return f"Open another by its folder: {names}."
    return "Open another by its files: select them, or copy them to a folder of their own."


def _sequences(candidates: Sequence[Candidate]) -> int:
    return len({one.sequence for one in candidates if one.sequence})


def _advice(patients: Sequence[PatientFrames]) -> str:
    """Which folders to open, where each patient has one."""
    tops = [_common({path.parent for path in patient.paths}) for patient in patients]
    if _lie_apart(tops):
        return f"Open the folder of one of them: {first_few(sorted(top.name for top in tops))}."
    return "Select the files of one patient, or copy them to a folder of their own."


def _lie_apart(tops: Sequence[Path]) -> bool:
    """Whether no folder is one of the others, or lies in one."""
    pairs = product(tops, tops)
    return len(set(tops)) == len(tops) and not any(one in other.parents for one, other in pairs)


def _common(folders: set[Path]) -> Path:
    first, *others = sorted(folders)
    while any(first != other and first not in other.parents for other in others):
        first = first.parent
    return first


def _still_coming(candidates: Sequence[Candidate]) -> list[str]:
    """Series of which the scanner counted more images than there are."""
    notices = []
    for one in candidates:
        there = sum(frame is not None for frame in one.stack.frames)
        counted_images = one.tags.whole("ImagesInAcquisition")
        if not one.left_out and there < counted_images and one.three_dimensional:
            notices.append(
                f"Of {one.name}, {there} of {counted_images} images are here: it may be incomplete."
            )
    return notices
