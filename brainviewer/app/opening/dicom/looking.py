"""Which DICOM examination lies where the user points."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from brainviewer.app.opening.dicom.no_volume import NoVolume
from brainviewer.app.opening.dicom.segmentation_alone import ImagesElsewhere
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.dicom.listed_files import missing_notices
from brainviewer.files.dicom.places import Found, may_hold_series, possible_files
from brainviewer.files.dicom.series.examination import (
    Examination,
    SeveralPatients,
    examination_of,
)
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.headers import Headers, read_headers
from brainviewer.files.dicom.series.segmentation import with_its_folder
from brainviewer.files.dicom.series.unreadable import nothing_readable
from brainviewer.files.image2d.folder import ImagesInFolders, images_of, is_dicom
from brainviewer.files.study.folder import explicit, some_names


def examination_in(paths: Sequence[Path], report: Report = silent) -> Examination | None:
    """The MR examination that was named; None if it is something else, to be opened as such.

    paths : folders of any nesting, DICOM files, DICOMDIR or ZIP archives. A folder with NIfTI
        images is a study of these, and a single file an image unless it tells its sequence.
    Raises FileError if there are several patients, if an archive holds no series, or if none of the
    DICOM files can be read.
    """
    return looked_through(paths, report)[0]


def looked_through(
    paths: Sequence[Path], report: Report
) -> tuple[Examination | None, Sequence[Frame]]:
    """See ``examination_in``; and the slices that were found where that is none."""
    _, plain = explicit(paths)
    if not may_hold_series(plain):
        return None, ()
    if len(with_its_folder(paths)) > len(paths):
        return _around(paths[0], report), ()
    found = possible_files(plain, report)
    headers = read_headers(found.files, report)
    try:
        examination = examination_of(headers, found.closed)
    except SeveralPatients as several:
        if any(map(is_archive, plain)):
            advice = "Unpack it and open the files of one patient."
            raise SeveralPatients(several.message, advice) from None
        raise
    if found.files == tuple(plain) and len(plain) == 1 and not _opens_alone(examination):
        return None, headers.frames
    if examination is None and any(map(is_archive, plain)):
        raise _no_mr_in(plain[0], headers.frames)
    # Where nothing may be DICOM, many thousands of other files are not looked at once more.
    dicom = headers.others or headers.refused or headers.incomplete or found.closed
    if examination is None and dicom and not headers.frames:
        _refuse_unreadable(plain, headers, found.closed)
    if examination is not None:
        examination = with_found(examination, found)
    return examination, headers.frames


def _refuse_unreadable(plain: Sequence[Path], headers: Headers, closed: int) -> None:
    """Raises FileError if there are DICOM files only, and none of them holds an image."""
    elsewhere: FileError | None = None
    try:
        images, count = images_of(plain), 0
    except ImagesInFolders as error:
        images, count, elsewhere = error.images, headers.others, error
    name = shortened(plain[0].name)
    if all(map(is_dicom, images)) and (
        nothing := nothing_readable(name, headers, closed, count or len(images))
    ):
        raise nothing
    if elsewhere is not None:
        raise elsewhere


def _no_mr_in(archive: Path, frames: Sequence[Frame]) -> FileError:
    if frames:
        return NoVolume.not_mr(frames).refusal([archive], [])
    return FileError(f"{archive.name} holds no MR series.", "Unpack it and give the files in it.")


def _around(segmentation: Path, report: Report) -> Examination:
    """The examination in the folder of a segmentation that was named alone.

    Raises FileError if the images of the segmentation are not there.
    """
    found = possible_files([segmentation.parent], report)
    with suppress(FileError):
        examination = examination_of(read_headers(found.files, report), found.closed)
        if examination is not None and _is_of(segmentation, examination):
            return with_found(examination, found)
    raise ImagesElsewhere(segmentation)


def _is_of(segmentation: Path, examination: Examination) -> bool:
    """Whether a file is a segmentation in the frame of reference of one of the series."""
    frames = {one.tags.text("FrameOfReferenceUID") for one in examination.volumes} - {""}
    return any(
        one.frames[0].path == segmentation and one.tags.text("FrameOfReferenceUID") in frames
        for one in examination.segmentations
    )


def with_found(examination: Examination, found: Found) -> Examination:
    """With the sentences on files that are not there, and on archives that are."""
    notices = [*examination.notices, *missing_notices(found)]
    if found.archives:
        names = some_names(found.archives)
        notices.append(f"The folder also holds ZIP archives, which are not looked into: {names}.")
    return replace(examination, notices=tuple(notices))


def _opens_alone(examination: Examination | None) -> bool:
    """Whether a single file tells its sequence, or why its frames are no volume."""
    if examination is None:
        return False
    frames = examination.candidates[0].stack.first.tags.whole("NumberOfFrames", 1)
    if not examination.volumes:
        return frames > 1
    return any(one.sequence for one in examination.volumes)
