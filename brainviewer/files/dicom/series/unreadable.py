"""What is said of files that hold no image that can be read, beside images and without any."""

from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.counting import counted, first_few
from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.files.dicom.keywords import ENCRYPTED, UNDECODED
from brainviewer.files.dicom.series.headers import Headers
from brainviewer.files.file_kind import START_BYTES, kind_of
from brainviewer.files.ordinary_file import open_ordinary, plain_errors

_AGAIN = "Open it again when all images are there."
_COPY = "Copy them again from their source."
_PERMISSION = "Change the permissions or copy it to a folder of your own."


def unread_notices(headers: Headers, closed: int = 0) -> list[str]:
    """Sentences about what was not read beside images. closed : folders that may not be read"""
    notices = []
    if closed:
        folders = counted(closed, "folder was", "folders were")
        notices.append(f"{folders} passed over: you have no permission to read what lies there.")
    if headers.refused:
        files = counted(len(headers.refused), "file")
        notices.append(f"{files} could not be read. {headers.refused[0].message}")
    if headers.incomplete:
        count = len(headers.incomplete)
        files = "One image ends" if count == 1 else f"{count} images end"
        notices.append(
            f"{files} before all pixels are there, as while a series is being written. {_AGAIN}"
        )
    if headers.without_rows:
        files = counted(headers.without_rows, "file holds", "files hold")
        notices.append(f"{files} an image without its height (Rows), and cannot be shown. {_COPY}")
    folders_of_images = {frame.path.parent for frame in headers.frames}
    beside = [path for path in headers.empty if path.parent in folders_of_images]
    if beside:
        files = counted(len(beside), "file is", "files are")
        notices.append(f"Beside the images {files} empty (0 bytes): some may not have been copied.")
    if headers.misnamed:
        files = counted(len(headers.misnamed), "file is", "files are")
        notices.append(f"{files} no DICOM, whatever the name says.")
    sets = dict.fromkeys(frame.tags.text(UNDECODED) for frame in headers.frames)
    if named := first_few([shown_text(name) for name in sets if name]):
        notices.append(
            "Some texts, as the patient's name, are left out: they are not written in the "
            f"character set that the files name ({named})."
        )
    if any(frame.tags.text(ENCRYPTED) for frame in headers.frames):
        notices.append("The files hold encrypted data beside the images, which is not read.")
    return notices


def nothing_readable(name: str, headers: Headers, closed: int, images: int = 0) -> FileError | None:
    """Why none of the DICOM files of a place can be shown; None if nothing tells that they are.

    name : of the place. images : how many DICOM files lie there
    """
    if headers.frames:
        return None
    if headers.refused:
        return headers.refused[0]
    if headers.incomplete:
        files = counted(len(headers.incomplete), "DICOM file")
        if headers.encrypted:
            said = f"{name} holds {files} without pixels: they are encrypted."
            return FileError(said, "Decrypt them where they come from, and open the result.")
        said = f"{name} holds {files} that end before all pixels are there."
        return FileError(said, "If they are still being written, open them again; else copy them.")
    if headers.misnamed:
        return _misnamed(name, headers.misnamed)
    named_dicom = [path for path in headers.empty if path.suffix]
    if named_dicom and len(named_dicom) == headers.others:
        files = counted(len(named_dicom), "file")
        return FileError(f"{name} holds {files}, and all are empty (0 bytes).", _COPY)
    if closed:
        said = f"You have no permission to read what lies in {name}."
        return FileError(said, _PERMISSION)
    if images:
        files = counted(images, "DICOM file")
        said = f"{name} holds {files} without an image: Rows, their height, is missing or 0."
        return FileError(said, "Copy them again from their source, or open the folder of images.")
    return None


def _misnamed(name: str, paths: Sequence[Path]) -> FileError:
    files = counted(len(paths), "file")
    kinds = set()
    for path in paths:
        with open_ordinary(path) as file, plain_errors(path):
            kinds.add(kind_of(file.read(START_BYTES)))
    (kind, *others) = kinds
    if kind is None or others:
        first = shortened(paths[0].name)
        said = f"{name} holds {files} with names of DICOM that are none, such as {first}."
        return FileError(said, _COPY)
    each = kind.name if len(paths) == 1 else f"each {kind.name}"
    return FileError(f"{name} holds {files} with names of DICOM, {each}.", kind.advice)
