"""DICOM as a study: whether it is there, and which series is which sequence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from brainviewer.app.opening.dicom.looking import looked_through, with_found
from brainviewer.app.opening.dicom.no_volume import UNKNOWN, NoVolume
from brainviewer.app.stores.series_roles import as_remembered
from brainviewer.core.counting import first_few
from brainviewer.core.errors import BrainViewerError, FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import Modality
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.dicom.places import may_hold_series, nifti_beside, possible_files
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.examination import (
    Examination,
    SeveralPatients,
    examination_of,
)
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.proposal import left_out_notice, propose
from brainviewer.files.dicom.series.segmentation import segmentations_of
from brainviewer.files.dicom.series.unreadable import unread_notices
from brainviewer.files.folder_listing import check_searchable
from brainviewer.files.image2d.folder import ImagesInFolders, images_of
from brainviewer.files.ordinary_file import is_folder, resolved
from brainviewer.files.study.folder import explicit, sequences_told, some_names
from brainviewer.files.study.places import of_sequences

_WHICH = (
    "Open it in the window, which shows the series and asks. On the command line, FLAIR=FOLDER "
    "T1=FOLDER T1ce=FOLDER T2=FOLDER says which is which; a file of the series does as well."
)
_BESIDE_NIFTI = "The folder also holds DICOM series, which are not shown"
_MASK_BESIDE_NIFTI = "The folder also holds a DICOM Segmentation, which is not shown"
_BESIDE_DICOM = "The folder also holds NIfTI images, which are not shown"


@dataclass(frozen=True, eq=False)
class SeriesChoice:
    """Which stack is shown as which sequence; notices : sentences on all the others."""

    examination: Examination
    chosen: Mapping[Modality, Candidate]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Named:
    """What was named: images, an examination, or files of a study if it is neither.

    images : to be shown one by one; no_volume : why DICOM images are no volume.
    examination : with one volume at least
    notices : sentences on DICOM files that lie beside the files of a study.
    """

    images: tuple[Path, ...] = ()
    no_volume: NoVolume = UNKNOWN
    examination: Examination | None = None
    notices: tuple[str, ...] = ()


class UnknownSeries(BrainViewerError):
    """The series do not say clearly which sequence they are.

    choice : what seems to be meant, to be asked about; nothing chosen if nothing is known.
    told : what is meant as far as it is written; it may be opened unasked.
    """

    def __init__(
        self, choice: SeriesChoice, questions: Sequence[str], told: SeriesChoice | None = None
    ) -> None:
        super().__init__(questions[0], _WHICH)
        self.choice, self.told = choice, told or choice


def named(paths: Sequence[Path], report: Report = silent) -> Named:
    """What lies where the user points.

    Of NIfTI images and DICOM series in one folder, those of more sequences are the study.
    Raises FileError if there are DICOM images of which nothing can be shown, or if far too much
    lies there, and Cancelled when ``report`` does.
    """
    given, plain = explicit(paths)
    check_searchable(plain, report)
    if nifti := nifti_beside(plain):
        taken = set(map(resolved, given.files.values()))
        rest = [one for one in nifti if resolved(one) not in taken and of_sequences([one])]
        return _of_both(plain, rest, report)
    examination, frames = looked_through(paths, report)
    if examination is None:
        no_volume = NoVolume.not_mr(frames)
        images = () if len(plain) < len(paths) else _one_by_one(plain, no_volume, frames)
        if not images and len(paths) == 1 and (archive := _only_archive(plain)):
            return _in_archive(archive, report)
        return Named(images, no_volume if len(images) > 1 else UNKNOWN)
    if examination.volumes:
        return Named(examination=examination)
    no_volume = NoVolume.of(examination.candidates)
    frames = [frame for one in examination.candidates for frame in one.stack.there]
    if images := _one_by_one(paths, no_volume, frames):
        return Named(images, no_volume)
    raise no_volume.refusal(plain, [frame.path for frame in frames])


def _one_by_one(
    paths: Sequence[Path], no_volume: NoVolume, frames: Sequence[Frame]
) -> tuple[Path, ...]:
    """See ``images_of``; of images in several folders, what is known of them is raised."""
    try:
        return images_of(paths)
    except ImagesInFolders:
        if not no_volume.why:
            raise
        raise no_volume.refusal(paths, [frame.path for frame in frames]) from None


def _only_archive(plain: Sequence[Path]) -> Path | None:
    """The ZIP archive in a folder that holds no other; None if there are several, or none."""
    if not all(map(is_folder, plain)) or not may_hold_series(plain):
        return None
    archives = possible_files(plain).archives
    return archives[0] if len(archives) == 1 and is_archive(archives[0]) else None


def _in_archive(archive: Path, report: Report) -> Named:
    """What a ZIP archive holds that lies alone in the folder that was named."""
    try:
        return named([archive], report)
    except SeveralPatients as several:
        name = shortened(archive.name)
        raise FileError(several.message, f"Open {name} itself, to choose one of them.") from None


def _of_both(plain: Sequence[Path], nifti: Sequence[Path], report: Report) -> Named:
    """What is opened of a folder with NIfTI images, of which ``nifti`` may be sequences.

    Raises SeveralPatients if the names of the images tell no sequence.
    """
    try:
        found = possible_files(plain, report)
    except FileError:  # far too many files
        return Named()
    headers, told = read_headers(found.files, report), sequences_told(nifti)
    try:
        examination = examination_of(headers, found.closed)
    except SeveralPatients as several:
        if not told:
            raise
        return Named(notices=(f"{_BESIDE_NIFTI}. {several.message}",))
    if examination is None:
        notices = unread_notices(headers, found.closed)
        if masks := segmentations_of(headers.frames):
            names = some_names([one.frames[0].path for one in masks])
            notices.append(f"{_MASK_BESIDE_NIFTI}: {names}. Name it with seg=FILE.")
        return Named(notices=tuple(notices))
    sequences = {one.sequence for one in examination.volumes if one.sequence}
    if not examination.volumes or (told and len(sequences) <= len(told)):
        names = first_few([one.name for one in examination.volumes or examination.candidates])
        return Named(notices=(f"{_BESIDE_NIFTI}: {names}.",))
    examination = with_found(examination, found)
    if nifti:
        notice = f"{_BESIDE_DICOM}: {some_names(nifti)}."
        examination = replace(examination, notices=(*examination.notices, notice))
    return Named(examination=examination)


def choice_of(examination: Examination) -> SeriesChoice:
    """Which series is which.

    Raises UnknownSeries if somebody should be asked.
    """
    examination = replace(examination, candidates=as_remembered(examination.candidates))
    proposal = propose(examination.volumes)
    choice = with_notices(examination, proposal.chosen)
    if proposal.questions:
        raise UnknownSeries(choice, proposal.questions)
    if not proposal.chosen:
        kinds = list(dict.fromkeys(one.left_out for one in examination.candidates if one.left_out))
        raise FileError(
            f"None of {len(examination.candidates)} DICOM series can be shown as FLAIR, T1, T1ce "
            f"or T2: {first_few(kinds)}.",
            "Open the folder of the examination of the head.",
        )
    return choice


def with_notices(examination: Examination, chosen: Mapping[Modality, Candidate]) -> SeriesChoice:
    """A choice with the sentences on all that is not shown."""
    left_out = left_out_notice(examination.candidates, list(chosen.values()))
    notices = (*examination.notices, *((left_out,) if left_out else ()))
    return SeriesChoice(examination, chosen, notices)
