"""Which file of a study is which sequence, or what must be asked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.files.dicom.series.segmentation import SegmentationFile, segmentation_in
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.nifti.reader import check_nifti
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.study.folder import (
    SELECT,
    Assignment,
    SeveralVersions,
    assign,
    collect,
    explicit,
    some_names,
)


class UnknownSequences(BrainViewerError):
    """Names do not say which file is which.

    files : the files in question, to be asked about.
    assignment : what is known so far.
    several : a sentence if some of them claim the same sequence, else empty.
    """

    def __init__(self, assignment: Assignment, several: str = "") -> None:
        shown = some_names(assignment.unknown)
        silent_names = f"The name does not say which sequence this is: {shown}."
        super().__init__(several or silent_names, SELECT)
        self.files = assignment.unknown
        self.several = several
        self.assignment = assignment


def which_is_which(paths: Sequence[Path], said: Sequence[str] = ()) -> Assignment:
    """Which of the files that were named is which sequence; see ``app.opening.open_study``.

    said : sentences on what lies beside them, for its notices.
    A silent file that cannot be opened at all is left out with a notice, and not asked about.
    Raises UnknownSequences if names are silent, and FileError if there is nothing to open.
    """
    given, plain = _with_segmentation(*explicit(paths))
    several = ""
    try:
        assignment = assign(collect(plain), given) if plain else given
    except SeveralVersions as open_ones:
        assignment, several = open_ones.assignment, open_ones.message
    readable, notices = [], [*said, *assignment.notices]
    for path in assignment.unknown:
        try:
            check_nifti(path)
            readable.append(path)
        except FileError as error:
            if not assignment.files:
                raise
            notices.append(f"A file was left out. {error.message}")
    assignment = replace(assignment, unknown=tuple(readable), notices=tuple(notices))
    if assignment.unknown:
        raise UnknownSequences(assignment, several)
    return assignment


def _with_segmentation(given: Assignment, plain: list[Path]) -> tuple[Assignment, list[Path]]:
    """The same with the newest DICOM segmentation among the files as what it is."""
    files = [path for path in plain if not is_folder(path) and is_dicom(path)]
    if given.segmentation is not None or not files:
        return given, plain
    found: list[SegmentationFile] = []
    for path in files:
        with suppress(FileError):  # said when its turn comes
            found += filter(None, [segmentation_in(path)])
    if not found:
        return given, plain
    paths = [one.frames[0].path for one in sorted(found, key=lambda one: one.made)]
    return replace(given, segmentation=paths[-1]), [path for path in plain if path not in paths]
