"""Single DICOM images from disk, with one frame or many.

Read with GDCM through SimpleITK. No name, number or date of the patient is ever asked for.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid, Unit
from brainviewer.files.native_output import without_stderr
from brainviewer.files.ordinary_file import open_ordinary
from brainviewer.files.picture_reader import LEAST_SIDE, MOST_PIXELS, size_of_file, too_small

MOST_VOXELS = 512_000_000
_PIXEL_SPACING, _AT_DETECTOR = "0028|0030", "0018|1164"
_ORIENTATION, _PHOTOMETRIC = "0020|0037", "0028|0004"
_CENTRE, _WIDTH = "0028|1050", "0028|1051"
_BITS, _SAMPLES = "0028|0100", "0028|0002"
_SYNTAX = b"\x02\x00\x10\x00UI"  # explicit and little-endian in every file
_UNCOMPRESSED = (b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.2")
_AGAIN = "Export it again from its source, or save the image as PNG."


@dataclass(frozen=True, eq=False)
class DicomImage:
    """A decoded image.

    frames : (frames, rows, columns) stored values after the file's own rescaling, in the number
        type that holds them; or (frames, rows, columns, 3) uint8 RGB.
    grid : of (columns, rows, frames), shown as stored; ``oriented`` if the file says how the
        patient lay, in pixels if it does not say how large they are.
    shown : values shown black and white; see ``Volume``.
    notices : sentences.
    """

    frames: NDArray[Any]
    grid: Grid
    shown: tuple[float, float] | None
    notices: tuple[str, ...] = ()


def read_dicom(path: Path) -> DicomImage:
    """Decode a DICOM image of one or many frames.

    Raises FileError if it cannot be read, holds no image, or one that is too large; then no more
    than its header has been read.
    """
    import SimpleITK as sitk  # noqa: N813 - the name that everybody knows it by

    size_of_file(path)
    open_ordinary(path).close()  # whether it may be read
    # ITK would print its doubts to the terminal.
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        size = (*reader.GetSize(), 1)[:3]
        if size[0] * size[1] > MOST_PIXELS or size[0] * size[1] * size[2] > MOST_VOXELS:
            shape = " × ".join(str(n) for n in size if n > 1)
            raise FileError(f"{path.name} is too large to open ({shape} pixels).", _AGAIN)
        if min(size[:2]) < LEAST_SIDE:
            raise too_small(path.name, size)
        tags = {key: reader.GetMetaData(key).strip() for key in reader.GetMetaDataKeys()}
        if _promises_too_much(path, tags, size):
            raise FileError(f"{path.name} holds fewer pixels than its header promises.", _AGAIN)
        with without_stderr():
            image = reader.Execute()
    except (RuntimeError, MemoryError):
        raise FileError(
            f"{path.name} is no DICOM image that can be shown, or it is damaged.", _AGAIN
        ) from None
    frames = _plain(sitk.GetArrayFromImage(image), path.name)
    if frames.ndim == 2 or (frames.ndim == 3 and image.GetNumberOfComponentsPerPixel() > 1):
        frames = frames[None]
    grid, notices = _grid(image, tags, size)
    return DicomImage(frames, grid, _shown(tags, frames), notices)


def _promises_too_much(path: Path, tags: dict[str, str], size: tuple[int, ...]) -> bool:
    """Whether pixels are missing, which GDCM would make black; of compressed ones nobody knows."""
    with path.open("rb") as file:
        head = file.read(4096)
    place = head.find(_SYNTAX) + len(_SYNTAX)
    length = int.from_bytes(head[place : place + 2], "little")
    syntax = head[place + 2 : place + 2 + length].rstrip(b"\0 ")
    if syntax not in _UNCOMPRESSED or "422" in tags.get(_PHOTOMETRIC, ""):
        return False
    try:
        bits = int(tags[_BITS]) * int(tags.get(_SAMPLES, 1))
    except (KeyError, ValueError):
        return False
    return path.stat().st_size < size[0] * size[1] * size[2] * bits // 8


def _plain(values: NDArray[Any], name: str) -> NDArray[Any]:
    """At most 32 bits, and finite."""
    if values.dtype.itemsize > 2:
        values = values.astype(np.float32)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise FileError(f"{name} holds values that are no numbers.", _AGAIN)
    return values


def _grid(image: Any, tags: dict[str, str], size: tuple[int, ...]) -> tuple[Grid, tuple[str, ...]]:
    """Where the pixels are, as far as the file knows."""
    spacing = np.array((*image.GetSpacing(), 1.0)[:3])
    direction = np.reshape(image.GetDirection(), (image.GetDimension(),) * 2)
    turn = np.eye(3)
    turn[: len(direction), : len(direction)] = direction
    # The tags of enhanced files lie where GDCM reads them and we do not.
    sized = _PIXEL_SPACING in tags or not np.allclose(spacing[:2], 1)
    oriented = _ORIENTATION in tags or not np.allclose(turn, np.eye(3))
    shape = (int(size[0]), int(size[1]), int(size[2]))
    affine = np.eye(4)
    if not sized:
        return Grid(shape, affine, oriented=False, as_stored=True, unit=Unit.PIXEL), ()
    if oriented:
        to_ras = np.diag((-1.0, -1.0, 1.0))
        affine[:3, :3] = to_ras @ turn @ np.diag(spacing)
        affine[:3, 3] = to_ras @ (*image.GetOrigin(), 0.0)[:3]
    else:
        affine[:3, :3] = np.diag(spacing)
    notices = []
    if _AT_DETECTOR in tags and tags.get(_PIXEL_SPACING) in (None, tags[_AT_DETECTOR]):
        notices.append("Its lengths are those at the detector; the patient's are smaller.")
    return Grid(shape, affine, oriented, as_stored=True), tuple(notices)


def _shown(tags: dict[str, str], frames: NDArray[Any]) -> tuple[float, float] | None:
    """Black and white by the file's window; turned round where small values are bright."""
    low = high = None
    try:
        centre = float(tags[_CENTRE].split("\\")[0])
        width = float(tags[_WIDTH].split("\\")[0])
        if np.isfinite((centre, width)).all() and width >= 1:
            low, high = centre - width / 2, centre + width / 2
    except (KeyError, ValueError):
        pass
    if tags.get(_PHOTOMETRIC) == "MONOCHROME1":
        if low is None or high is None:
            low, high = float(frames.min()), float(frames.max())
        return high, low
    if frames.ndim == 4:
        return 0.0, 255.0
    return None if low is None or high is None else (low, high)
