"""The files that may be DICOM among what the user names: folders of any nesting, CDs, archives."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.dicom.archive import Place, is_archive, unpacked
from brainviewer.files.image2d.folder import CONTENTS_OF_A_CD, is_dicom
from brainviewer.files.ordinary_file import is_folder, resolved
from brainviewer.files.study.places import (
    TooManyImages,
    holds_sequences,
    images_of_study,
    of_sequences,
)

_MOST_FILES = 100_000
_NO_DICOM = frozenset((
    ".bat", ".bmp", ".cfg", ".chm", ".class", ".css", ".csv", ".db", ".dll", ".doc", ".docx",
    ".exe", ".gif", ".gz", ".htm", ".html", ".ico", ".inf", ".ini", ".jar", ".jpeg", ".jpg", ".js",
    ".json", ".log", ".md", ".nii", ".pdf", ".png", ".py", ".rtf", ".so", ".sys", ".tif", ".tiff",
    ".txt", ".webp", ".xml", ".xsl", ".zip",
))  # fmt: skip
"""Endings of what lies beside images, as the viewer on a CD."""


@dataclass(frozen=True)
class Found:
    """Files that may be DICOM.

    closed : how many folders may not be read. archives : ZIP files that lie among them.
    members : of archives that were unpacked, see ``Unpacked``.
    """

    files: tuple[Path, ...]
    closed: int = 0
    archives: tuple[Path, ...] = ()
    members: Mapping[Place, Path | None] = field(default_factory=dict)


def may_hold_series(paths: Sequence[Path]) -> bool:
    """Whether everything that is named is DICOM, or a folder that may hold it.

    A folder with NIfTI images holds none, unless they are masks and the like, as results are.
    """
    return bool(paths) and all(map(_may_be_dicom, paths))


def _may_be_dicom(path: Path) -> bool:
    if not is_folder(path):
        return is_archive(path) or path.name.upper() == CONTENTS_OF_A_CD or is_dicom(path)
    try:
        return not holds_sequences(path)
    except FileError:
        return False  # several studies of NIfTI files, which is said when they are opened


def nifti_beside(paths: Sequence[Path]) -> tuple[Path, ...]:
    """All NIfTI images of one study in folders that may hold DICOM series as well.

    Empty if there are masks and the like only, or several studies. Raises TooManyImages.
    """
    if not all(map(is_folder, paths)):
        return ()
    try:
        images = [image for folder in paths for image in images_of_study(folder)]
    except TooManyImages:
        raise
    except FileError:  # said when they are opened
        return ()
    return tuple(images) if of_sequences(images) else ()


def possible_files(paths: Sequence[Path], report: Report = silent) -> Found:
    """The files to be looked at, by the names of folders and files.

    Raises FileError if there are too many, or if an archive cannot be read, and Cancelled when
    ``report`` does.
    """
    files: dict[Path, None] = {}
    closed: list[OSError] = []
    archives: list[Path] = []
    members: dict[Place, Path | None] = {}
    for path in paths:
        if is_folder(path):
            folder = path
        elif path.name.upper() == CONTENTS_OF_A_CD:
            folder = resolved(path).parent
        elif is_archive(path):
            archive = unpacked(path, report)
            folder = archive.folder
            members.update(archive.members)
        else:
            files[path] = None
            continue
        for place, folders, names in os.walk(folder, onerror=closed.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            report(0.0, "Looking for images")
            for name in sorted(names):
                ending = os.path.splitext(name)[1].lower()  # noqa: PTH122  # of many thousands
                if ending not in _NO_DICOM and not name.startswith("."):
                    files[Path(place, name)] = None
                elif ending == ".zip" and not name.startswith("."):
                    archives.append(Path(place, name))
            if len(files) > _MOST_FILES:
                raise FileError(
                    f"{shortened(folder.name)} holds more than {_MOST_FILES:,} files.",
                    "Open the folder of one patient.",
                )
    return Found(tuple(files), len(closed), tuple(archives), members)
