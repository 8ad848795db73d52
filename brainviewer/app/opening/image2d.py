"""Opens a single image as a study of its own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.audit_trail.openings import not_shown, record_opened
from brainviewer.core.errors import Report, silent
from brainviewer.core.geometry import SIZE_UNKNOWN, Grid, Unit
from brainviewer.core.luma import grey_levels
from brainviewer.core.study import FileWindow, Modality, Study, Volume
from brainviewer.core.voi.voi_window import opening_window
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.image2d.reader import read_image2d


@dataclass(frozen=True, eq=False)
class _Decoded:
    """An image of either kind: what a study is made of.

    frames : (frames, rows, columns) values; rgb : the same with colours, or None.
    """

    frames: NDArray[Any]
    rgb: NDArray[np.uint8] | None
    grid: Grid
    shown: tuple[float, float] | None
    notices: tuple[str, ...]
    windows: tuple[FileWindow, ...] = ()


def open_image2d(path: Path, report: Report = silent) -> Study:
    """An image as a study of one volume, (columns, rows, frames), shown as it is stored.

    Raises FileError if it cannot be opened, and Cancelled when ``report`` does.
    """
    report(0.1, "Reading the image")
    decoded = (_read_dicom if is_dicom(path) else _read_image2d)(path, report)
    report(0.8, "Reading the image")
    rgb = None if decoded.rgb is None else decoded.rgb.transpose(2, 1, 0, 3)
    data = decoded.frames.transpose(2, 1, 0)
    volume = Volume(
        Modality.IMAGE,
        data,
        decoded.grid,
        path.name,
        (data if rgb is None else rgb).dtype.name,
        rgb=rgb,
        shown=decoded.shown,
        file_windows=decoded.windows,
    )
    notices = decoded.notices
    if decoded.grid.unit is Unit.PIXEL:
        notices = (*notices, SIZE_UNKNOWN)
    report(1.0, "Open")
    study = Study(
        {Modality.IMAGE: volume},
        decoded.grid,
        path.name,
        notices=notices,
        content_hash=_content_hash(decoded),
    )
    record_opened(study)
    return study


def thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 of at most ``size`` a side: the middle frame, as it opens.

    Raises FileError if it cannot be opened.
    """
    import cv2

    with not_shown():
        study = open_image2d(path)
    volume = study.volumes[Modality.IMAGE]
    values = volume.data if volume.rgb is None else volume.rgb
    plane = np.ascontiguousarray(values[:, :, study.frame_index()].swapaxes(0, 1))
    pixels = opening_window(volume).apply(plane)
    scale = size / max(plane.shape[:2])
    shape = max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale))
    small = cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA)
    image = small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)
    return np.asarray(image, np.uint8)


def _read_image2d(path: Path, report: Report) -> _Decoded:
    image = read_image2d(path, report)
    rows, columns = image.pixels.shape[:2]
    affine, unit = np.eye(4), Unit.PIXEL
    if size := image.pixel_size:
        affine[0, 0], affine[1, 1], unit = size.width, size.height, size.unit
    deep = image.pixels.dtype == np.uint16
    coloured = image.coloured
    return _Decoded(
        (image.grey() if coloured else image.pixels)[None],
        np.asarray(image.pixels, np.uint8)[None] if coloured else None,
        Grid((columns, rows, 1), affine, oriented=False, as_stored=True, unit=unit),
        None if deep else (0.0, 255.0),
        tuple(image.notices),
    )


def _read_dicom(path: Path, report: Report) -> _Decoded:
    image = read_dicom(path, report)
    if image.frames.ndim == 3:
        return _Decoded(image.frames, None, image.grid, image.shown, image.notices, image.windows)
    colours = np.asarray(image.frames, np.uint8)
    return _Decoded(grey_levels(colours), colours, image.grid, image.shown, image.notices)


def _content_hash(decoded: _Decoded) -> str:
    """sha256 of the decoded pixels and of how large they are; names do not count."""
    pixels = decoded.frames if decoded.rgb is None else decoded.rgb
    grid = decoded.grid
    digest = hashlib.sha256(np.ascontiguousarray(pixels).data)
    digest.update(f"{pixels.dtype.name} {pixels.shape} {grid.unit} {grid.oriented}".encode())
    digest.update((np.round(grid.affine, 6) + 0.0).astype("<f8").tobytes())
    return digest.hexdigest()
