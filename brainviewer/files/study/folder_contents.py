"""What lies in a folder without a NIfTI image: named by its bytes, with what helps."""

import zlib
from pathlib import Path

from brainviewer.core.counting import counted, first_few
from brainviewer.core.errors import FileError
from brainviewer.files.file_kind import START_BYTES, FileKind
from brainviewer.files.folder_listing import files_in, folders_in, list_folder
from brainviewer.files.nifti.header import known_kind
from brainviewer.files.ordinary_file import check_ordinary, open_ordinary, plain_errors

_PAIR = FileKind(
    "pairs of .hdr and .img files (Analyze or NIfTI)",
    "Convert each pair to one .nii.gz file, for example with fslchfiletype or ITK-SNAP.",
)
_DICOM = FileKind(
    "DICOM files without an image that can be shown",
    "Copy them again from their source, or open the folder that holds the images.",
)
_PACKED_DICOM = FileKind(
    "DICOM files packed with gzip",
    "Unpack them, for example with gunzip, and open the folder again.",
)
_CD = FileKind(
    "the list of a CD without its images (DICOM)",
    "Copy the whole CD, or open the folder that holds its images.",
)
_ADVICE = "Open a folder that holds NIfTI files (.nii, .nii.gz), DICOM files or images."
_MOST_FILES, _DEEPEST = 200, 3


def nothing_to_open(folder: Path) -> FileError:
    """The error for a folder in which there is neither a NIfTI image nor an image.

    What could become a study is named first: volumes of other formats, DICOM, archives.
    """
    found: dict[FileKind, list[str]] = {}
    places = [place for depth in range(_DEEPEST + 1) for place in _folders_below(folder, depth)]
    files = [file for place in places for file in files_in(place)]
    for file in files[:_MOST_FILES]:
        if kind := _kind_of_file(file):
            found.setdefault(kind, []).append(file.name)
    kind = min(found, key=_importance, default=None)
    if kind is not None and _importance(kind) < len(_FIRST):
        names = found[kind]
        several = len(names) > 1 and kind not in (_PAIR, _DICOM, _PACKED_DICOM)
        what = f"{len(names)} files, each {kind.name}" if several else kind.name
        said = f"The folder {folder.name} holds no NIfTI image, but {what}: {first_few(names)}."
        return FileError(said, kind.advice)
    if files and all(map(_is_empty, files)):
        said = f"The folder {folder.name} holds {counted(len(files), 'file')} without content."
        return FileError(said, "Copy the folder again from its source.")
    if files and not found:
        first = first_few([file.name for file in files])
        said = f"The folder {folder.name} holds nothing that is known here: {first}."
        return FileError(said, _ADVICE)
    if not files:
        why = "its folders hold no files" if list_folder(folder) else _nothing_shown(folder)
        if any(_folders_below(folder, _DEEPEST + 1)):
            why = f"nothing is searched more than {_DEEPEST} folders down"
        empty = f"There is no image in the folder {folder.name}: {why}."
        return FileError(empty, _ADVICE)
    return FileError(f"There is no image in the folder {folder.name}.", _ADVICE)


def _is_empty(file: Path) -> bool:
    try:
        return not check_ordinary(file)
    except FileError:
        return False


def _nothing_shown(folder: Path) -> str:
    with plain_errors(folder):
        return "what it holds is hidden" if any(folder.iterdir()) else "it is empty"


_FIRST = ("pairs", "encrypted", "volume", "DICOM", "pointer", "PAR/REC", "HDF5", "MATLAB", "NumPy",
          "archive", "packed", "photo", "image", "drawing", "document", "page",
          "video")  # fmt: skip


def _importance(kind: FileKind) -> int:
    places = [n for n, word in enumerate(_FIRST) if word in kind.name]
    return min(places, default=len(_FIRST))


def _kind_of_file(file: Path) -> FileKind | None:
    name = file.name.lower().removesuffix(".gz")
    if name.endswith(".hdr") or (name.endswith(".img") and not file.with_suffix(".hdr").exists()):
        return _PAIR
    if name == "dicomdir":
        return _CD
    if name.endswith(".dcm") and file.suffix.lower() != ".gz":
        return _DICOM
    try:
        with open_ordinary(file) as opened, plain_errors(file):
            stored = opened.read(START_BYTES)
    except FileError:
        return None
    start = _unpacked(stored)
    kind = known_kind(start)
    if kind is None or "DICOM" not in kind.name:
        return kind
    return _DICOM if start == stored else _PACKED_DICOM


def _folders_below(folder: Path, depth: int) -> list[Path]:
    """The folders so many levels below."""
    level = [folder]
    for _ in range(depth):
        level = folders_in(level)[:_MOST_FILES]
    return level


def _unpacked(start: bytes) -> bytes:
    """The same bytes; if they are packed with gzip, unpacked as far as they go."""
    if not start.startswith(b"\x1f\x8b"):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, START_BYTES) or start
    except zlib.error:
        return start
