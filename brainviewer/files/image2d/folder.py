"""Which files are single images, without decoding any: it is asked before anything is loaded."""

import re
from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.counting import first_few
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.files.file_kind import DICOM_BYTES, starts_as_dicom
from brainviewer.files.folder_listing import files_in, folders_in, list_folder
from brainviewer.files.ordinary_file import (
    is_folder,
    is_ordinary,
    open_ordinary,
    plain_errors,
    resolved,
)
from brainviewer.files.study.places import images_of_study, is_nifti_name

IMAGE_SUFFIXES = frozenset((
    ".bmp", ".gif", ".j2c", ".j2k", ".jfif", ".jls", ".jp2", ".jpe", ".jpeg", ".jpf", ".jpg",
    ".png", ".tif", ".tiff", ".webp",
))  # fmt: skip
"""Endings of the names of files that ``read_image2d`` may be able to read, in small letters."""
DICOM_SUFFIXES = frozenset((".dcm", ".dicom", ".ima"))
CONTENTS_OF_A_CD = "DICOMDIR"
"""The file that lists what is on a CD; DICOM itself, but no image (DICOM PS3.10)."""
_DEEPEST_OF_A_CD = 7
_MOST_FOLDERS = 500
_ENOUGH = 5


class ImagesInFolders(FileError):
    """Images lie in several folders, of which one can be opened at a time.

    images : one of each folder
    """

    def __init__(self, message: str, images: Sequence[Path]) -> None:
        advice = f"Open one of these folders, or a single image, for example {images[0]}."
        super().__init__(message, advice)
        self.images = tuple(images)


def is_dicom(path: Path) -> bool:
    """Whether a file is DICOM by its name, or by its beginning."""
    if path.suffix.lower() in DICOM_SUFFIXES:
        return True
    try:
        with open_ordinary(path) as file, plain_errors(path):
            return starts_as_dicom(file.read(DICOM_BYTES))
    except FileError:
        return False


def is_image2d(path: Path) -> bool:
    """Whether a file is a single image by its name, or DICOM by its content."""
    return path.suffix.lower() in IMAGE_SUFFIXES or is_dicom(path)


def images_of(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The images that were meant, in the order of their names; none if it is a study.

    paths : images; or a folder that holds some and no NIfTI image, or the root of a CD with one
        series of DICOM images.
    Raises ImagesInFolders if a folder holds images in its folders only.
    """
    if len(paths) == 1 and paths[0].name.upper() == CONTENTS_OF_A_CD and is_ordinary(paths[0]):
        return dicom_images_below(resolved(paths[0]).parent)
    if len(paths) == 1 and is_folder(paths[0]):
        return _images_in(paths[0])
    if not paths or not all(is_image2d(path) and not is_folder(path) for path in paths):
        return ()
    return tuple(dict.fromkeys(paths))


def images_among(paths: Sequence[Path]) -> list[Path]:
    """The images that are named, those of every folder; empty if it is a study.

    Raises BrainViewerError if there are images and something else, FileError as ``images_of``.
    """
    found = [images_of([path]) for path in paths]
    if not any(found):
        return []
    images: list[Path] = []
    for path, some in zip(paths, found, strict=True):
        # A folder called scan.jpg is one image that cannot be read, not a reason to stop.
        if not some and not is_image2d(path):
            raise BrainViewerError(
                f"{path.name} is no image, but others are.",
                "Give images alone, or the files of one study.",
            )
        images += some or (path,)
    return images


def _images_in(folder: Path) -> tuple[Path, ...]:
    folders = folders_in([folder])
    if any(list_folder(place, is_nifti_name) for place in (folder, *folders)):
        return ()
    if list_folder(folder, lambda name: name.upper() == CONTENTS_OF_A_CD):
        return dicom_images_below(folder)
    found = [entry for entry in files_in(folder) if is_ordinary(entry) and is_image2d(entry)]
    if found:
        return tuple(sorted(found, key=_natural))
    if _is_study(folder):
        return ()
    with_images = {
        place.name: image for place in folders if (image := _image_in(list_folder(place)[:20]))
    }
    if with_images:
        names = first_few(list(with_images))
        raise ImagesInFolders(
            f"The folder {folder.name} holds images only in its folders: {names}.",
            list(with_images.values()),
        )
    return dicom_images_below(folder) if folders else ()


def _image_in(files: Sequence[Path]) -> Path | None:
    return next((file for file in files if is_ordinary(file) and is_image2d(file)), None)


def _is_study(folder: Path) -> bool:
    """Whether there is a NIfTI image in a folder or a few levels below it."""
    try:
        return bool(images_of_study(folder))
    except FileError:
        return True  # several studies; reported when it is opened


def dicom_images_below(folder: Path) -> tuple[Path, ...]:
    """The DICOM images of the only folder below that holds some, as on a CD; none if there is none.

    Raises ImagesInFolders that names the folders if there are several.
    """
    level, found = [folder], dict[Path, tuple[Path, ...]]()
    for _ in range(_DEEPEST_OF_A_CD):
        for place in level:
            files = [e for e in list_folder(place) if e.name.upper() != CONTENTS_OF_A_CD]
            files = [e for e in files if is_ordinary(e)]
            if any(map(is_dicom, files[:_ENOUGH])):
                found[place] = tuple(sorted(filter(is_dicom, files), key=_natural))
        level = folders_in(level)[:_MOST_FOLDERS]
    if len(found) > 1:
        names = [f"{place.relative_to(folder)} ({len(images)})" for place, images in found.items()]
        raise ImagesInFolders(
            f"The folder {folder.name} holds DICOM images in {len(found)} folders: "
            f"{first_few(names)}.",
            [images[0] for images in found.values()],
        )
    return next(iter(found.values()), ())


def _natural(path: Path) -> list[tuple[int, str]]:
    """Names in the order of their numbers: 2.jpg before 10.jpg."""
    parts = re.split(r"(\d+)", path.name.lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
