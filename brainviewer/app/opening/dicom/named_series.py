"""A DICOM series that was named for a sequence, by its folder or by one of its files."""

from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.counting import first_few
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.study import Modality
from brainviewer.files.dicom.places import possible_files
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.examination import examination_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.ordinary_file import is_folder


def series_named(path: Path, modality: Modality, report: Report = silent) -> Candidate | None:
    """The stack in a folder, or that a file belongs to; None if it is no DICOM.

    Raises FileError if there are several and none is of that sequence.
    """
    of_file = not is_folder(path)
    if of_file and not is_dicom(path):
        return None
    found = possible_files([path.parent if of_file else path], report)
    examination = examination_of(read_headers(found.files, report))
    if examination is None:
        return None
    stacks = list(examination.candidates)
    if of_file:
        stacks = [one for one in stacks if any(f and f.path == path for f in one.stack.frames)]
    usable = [one for one in stacks if one.stack.grid is not None]
    meant = [one for one in usable if one.sequence is modality] if len(usable) > 1 else usable
    if len(meant) == 1:
        return meant[0]
    if not usable:
        raise _no_volume(path, stacks)
    raise FileError(
        f"{path.name} holds {len(usable)} series: {first_few([one.name for one in usable])}.",
        f"Name a file of the series that is {modality}: {modality}=FILE.",
    )


def _no_volume(path: Path, stacks: Sequence[Candidate]) -> FileError:
    why = f" {stacks[0].stack.problem}" if stacks else ""
    return FileError(f"{path.name} is no series that can be shown.{why}", "Give another series.")
