"""Where the studies of a list come from: a folder, or those opened lately."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from brainviewer.app.study_list.dicom_examinations import (
    dicom_examinations,
    examinations_among,
    opens_as_dicom,
    why_none,
)
from brainviewer.app.study_list.listed import ListedStudy, NotListed
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import SEQUENCES
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.folder_listing import folders_in, list_folder, refuse_whole_disk
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.study.folder import collect
from brainviewer.files.study.places import ABOUT_DATA, LOOKING, studies_below
from brainviewer.files.study.said_by_names import day_of, patient_and_study, patient_folder
from brainviewer.files.study.sequence_names import role_of
from brainviewer.files.study_list.entry import place_key


class StudySource(Protocol):
    """Anything that a list of studies can be made from.

    title : names it in the window.
    """

    @property
    def title(self) -> str: ...

    def studies(self, report: Report = silent) -> Iterator[ListedStudy | NotListed]:
        """Every study, the first ones at once; called in a thread. Raises BrainViewerError.

        report : called while nothing is found, too; may raise ``Cancelled``.
        """
        ...


@dataclass(frozen=True)
class FolderOfStudies:
    """Every study in a folder, down to six levels.

    Folders without NIfTI, as high up as there are any, are looked through for DICOM, which headers
    tell apart. Of a folder with both, that is listed which is opened.
    """

    folder: Path

    @property
    def title(self) -> str:
        """The name of the folder."""
        return shown_text(self.folder.name or str(self.folder))

    def studies(self, report: Report = silent) -> Iterator[ListedStudy | NotListed]:
        """NIfTI by the names of folders, then DICOM, then what is neither.

        Raises FileError if the folder cannot be read, or is the whole disk.
        """
        refuse_whole_disk([self.folder])
        found: set[Path] = set()
        above: set[Path] = set()
        dicom: set[Path] = set()
        for folder, images in studies_below(self.folder, report=report):
            found.add(folder)
            above.update(folder.parents)
            with suppress(FileError):  # one that vanishes meanwhile
                if opens_as_dicom(folder):
                    dicom.add(folder)
                    yield from examinations_among([folder])
                else:
                    yield _listed((folder,), folder, images)
        # Files that lie in the folder itself belong to what is next to them.
        loose = not found and any(not is_folder(entry) for entry in list_folder(self.folder))
        others = [self.folder] if loose else _folders_without(self.folder, found, above)
        for folder in others if self.folder not in dicom else ():
            report(0.0, LOOKING)
            with suppress(FileError):
                for one in dicom_examinations([folder]):
                    places = {path if is_folder(path) else path.parent for path in one.paths}
                    dicom |= places
                    above.update(parent for place in places for parent in place.parents)
                    yield one
        # Beside the images of the one study that a folder is lie its results.
        if self.folder not in dicom and found != {self.folder}:
            yield from self._not_listed(found | dicom, above, report)

    def _not_listed(
        self, found: set[Path], above: set[Path], report: Report
    ) -> Iterator[NotListed]:
        """Folders in which nothing is found, and archives that lie beside folders."""
        for folder in _folders_without(self.folder, found, above):
            report(0.0, LOOKING)
            if folder.name.lower() not in ABOUT_DATA:
                yield NotListed(folder, why_none(folder))
        for path in list_folder(self.folder):
            if not is_folder(path) and is_archive(path):
                yield NotListed(path, "a ZIP archive, which is opened by itself")


@dataclass(frozen=True)
class ExaminationsIn:
    """Every DICOM examination in what was named, of one patient or of several."""

    paths: tuple[Path, ...]

    @property
    def title(self) -> str:
        """The name of the folder or archive."""
        return shown_text(self.paths[0].name or str(self.paths[0]))

    def studies(self, report: Report = silent) -> Iterator[ListedStudy]:
        """By patient and date, as headers say."""
        yield from dicom_examinations(self.paths)


@dataclass(frozen=True)
class RecentStudies:
    """Studies that were opened lately, newest first.

    entries : the paths of each, see ``Settings.recent``.
    """

    entries: tuple[tuple[str, ...], ...]

    @property
    def title(self) -> str:
        """For the window."""
        return "Recent studies"

    def studies(self, report: Report = silent) -> Iterator[ListedStudy]:
        """Those that are still there."""
        for entry in self.entries:
            report(0.0, LOOKING)
            paths = tuple(Path(path) for path in entry)
            with suppress(FileError):
                if not _is_nifti(paths):
                    yield from dicom_examinations(paths)
                    continue
                images = collect(paths)
                whole = len(paths) == 1 and paths[0] not in images
                folder = paths[0] if whole else images[0].parent
                yield _listed(paths, folder, images)


def _folders_without(folder: Path, found: set[Path], above: set[Path]) -> Iterator[Path]:
    """The folders below that neither hold a study found before nor lie in one.

    above : all that hold one.
    """
    with suppress(FileError):  # one that nobody may read
        for child in folders_in([folder]):
            if child in above:
                yield from _folders_without(child, found, above)
            elif child not in found:
                yield child


def _is_nifti(paths: Sequence[Path]) -> bool:
    try:
        return bool(collect(paths))
    except FileError:
        return False


def _listed(paths: tuple[Path, ...], folder: Path, images: Sequence[Path]) -> ListedStudy:
    patient, study = patient_and_study(folder)
    roles = {role_of(image.name) or role_of(image.parent.name) for image in images}
    return ListedStudy(
        paths,
        place_key(images),
        shown_text(patient),
        shown_text(study),
        day_of(folder),
        tuple(m for m in SEQUENCES if m in roles),
        patient_folder=patient_folder(folder),
    )
