"""The DICOM examinations in folders, files and archives, as rows of the study list."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from brainviewer.app.opening.dicom.series import named
from brainviewer.app.study_list.listed import ListedStudy
from brainviewer.core.counting import first_few, listed
from brainviewer.core.errors import FileError
from brainviewer.core.headers.dicom_source import day_of
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.study import SEQUENCES
from brainviewer.files.dicom.places import may_hold_series, possible_files
from brainviewer.files.dicom.series.candidates import candidates_of
from brainviewer.files.dicom.series.examination import SeveralPatients
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.patients import by_patient_and_study, patient_of, study_of
from brainviewer.files.dicom.series.unreadable import nothing_readable
from brainviewer.files.study.folder_contents import nothing_to_open
from brainviewer.files.study.places import images_of_study
from brainviewer.files.study_list.entry import place_key


def dicom_examinations(paths: Sequence[Path]) -> Iterator[ListedStudy]:
    """Every examination with a series that can be shown, by what its headers say.

    Where there are several, each is opened by its folder, or by its files. None in a folder of
    NIfTI images; see ``opens_as_dicom``. Raises FileError.
    """
    if may_hold_series(paths):
        yield from examinations_among(paths)


def opens_as_dicom(folder: Path) -> bool:
    """Whether DICOM series in a folder of NIfTI images are what is opened; see ``named``."""
    try:
        return bool(possible_files([folder]).files) and named([folder]).examination is not None
    except SeveralPatients:
        return True
    except FileError:
        return False


def why_none(folder: Path) -> str:
    """Why a folder without a study is none, such as ``CT, not MR``."""
    try:
        found = possible_files([folder])
        headers = read_headers(found.files)
        if headers.frames:
            return _why_not_shown(headers.frames)
        if nothing := nothing_readable(shortened(folder.name), headers, found.closed):
            return nothing.message
        if found.archives:
            names = first_few([path.name for path in found.archives])
            return f"ZIP archives, each of which is opened by itself: {names}"
        if images_of_study(folder):
            return "masks and the like, without the images that they are of"
        return nothing_to_open(folder).message
    except FileError as error:
        return error.message


def _why_not_shown(frames: Sequence[Frame]) -> str:
    images = [frame for frame in frames if frame.tags.text("Modality").upper() == "MR"]
    if images:
        reasons = dict.fromkeys(one.left_out for one in candidates_of(images))
        return f"no series that can be shown: {first_few(list(filter(None, reasons)))}"
    kinds = dict.fromkeys(shown_text(frame.tags.text("Modality")) for frame in frames)
    return f"{listed(filter(None, kinds))}, not MR" if any(kinds) else "images of an unknown kind"


def examinations_among(paths: Sequence[Path]) -> Iterator[ListedStudy]:
    """The same in a folder that may hold NIfTI images as well."""
    frames = [
        frame
        for frame in read_headers(possible_files(paths).files).frames
        if frame.tags.text("Modality").upper() == "MR"
    ]
    patients = by_patient_and_study(frames)
    groups = [(one, group) for one in patients for group in one.studies.values()]
    names = [patient_of(one.first.tags).readable_name for one in patients]
    files = [tuple(dict.fromkeys(frame.path for frame in group)) for _, group in groups]
    for number, (patient, group) in enumerate(groups):
        others = [path for other in files[:number] + files[number + 1 :] for path in other]
        opened = _opened(files[number], others) if others else tuple(paths)
        name = patient_of(group[0].tags).readable_name
        row = None
        with suppress(FileError):  # files that vanish meanwhile
            row = _listed(opened, files[number], group, names.count(name) > 1)
        if row is not None:
            yield replace(row, identities=tuple(patient.identities))


def _opened(files: tuple[Path, ...], others: Sequence[Path]) -> tuple[Path, ...]:
    """The folder of an examination, or its files where others lie there as well."""
    folder = Path(os.path.commonpath([path.parent for path in files]))
    return files if any(folder in path.parents for path in others) else (folder,)


def _listed(
    paths: tuple[Path, ...], files: tuple[Path, ...], frames: Sequence[Frame], born: bool
) -> ListedStudy | None:
    """born : the name alone does not say who it is"""
    shown = [one for one in candidates_of(frames) if not one.left_out]
    if not shown:
        return None
    tags = frames[0].tags
    patient, study = patient_of(tags), study_of(tags)
    birth = day_of(patient.birth_date) if born else None
    name = patient.readable_name or patient.id
    told = {one.sequence for one in shown}
    return ListedStudy(
        paths,
        place_key(files),
        shown_text(f"{name}, born {birth}" if birth else name),
        shown_text(study.description),
        day_of(study.date),
        tuple(m for m in SEQUENCES if m in told),
    )
