"""Single DICOM images from disk, with one frame or many.

Decoded in a child process. No name, number or date of the patient is ever asked for.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import FileWindow, Modality, Volume
from brainviewer.core.voi.voi_window import opening_window
from brainviewer.files.decoding.process import DamagedError, Decoded, decode
from brainviewer.files.dicom.pixels.voi import telling
from brainviewer.files.image2d.reader import size_of_file

_SAMPLED = 200_000  # values, as ``core.voi.voi_window`` takes of a whole volume
_AGAIN = "Export it again from its source, or save the image as PNG."


@dataclass(frozen=True, eq=False)
class DicomImage:
    """A decoded image.

    frames : (frames, rows, columns) stored values after the file's own rescaling, in the number
        type that holds them; or (frames, rows, columns, 3) uint8 RGB.
    grid : of (columns, rows, frames), shown as stored; ``oriented`` if the file says how the
        patient lay, in pixels if it does not say how large they are.
    shown : values shown black and white, the larger one first where small values are bright
        (MONOCHROME1); see ``Volume``.
    windows : those that the file names and that make sense for its values.
    notices : sentences.
    """

    frames: NDArray[Any]
    grid: Grid
    shown: tuple[float, float] | None
    windows: tuple[FileWindow, ...] = ()
    notices: tuple[str, ...] = ()


def read_dicom(path: Path, report: Report = silent) -> DicomImage:
    """Decode a DICOM image of one or many frames.

    Raises FileError if it cannot be read, holds no image, or one that is too large (then no more
    than its header has been read), and Cancelled when ``report`` does.
    """
    size_of_file(path)
    try:
        decoded = decode("dicom", path, report)
    except DamagedError:
        raise FileError(
            f"{shortened(path.name)} is no DICOM image that can be shown, or it is damaged.", _AGAIN
        ) from None
    frames, about = decoded.frames, decoded.about
    count, rows, columns = frames.shape[:3]
    grid = Grid(
        (columns, rows, count),
        np.array(about["affine"], float),
        oriented=bool(about["oriented"]),
        as_stored=True,
        unit=Unit.MM if about["sized"] else Unit.PIXEL,
    )
    windows = _windows(decoded)
    return DicomImage(frames, grid, _shown(decoded, grid, windows), windows, decoded.notices)


def _windows(decoded: Decoded) -> tuple[FileWindow, ...]:
    """Those of the file, turned round where small values are bright."""
    frames, about = decoded.frames, decoded.about
    said = [FileWindow(str(n), float(low), float(high)) for n, low, high in about["windows"]]
    found = telling(said, float(frames.min()), float(frames.max()))
    if not about["inverted"]:
        return found
    return tuple(FileWindow(one.name, one.white, one.black) for one in found)


def _shown(
    decoded: Decoded, grid: Grid, windows: tuple[FileWindow, ...]
) -> tuple[float, float] | None:
    """Black and white by the file's first window; turned round where small values are bright."""
    frames = decoded.frames
    if frames.ndim == 4:
        return 0.0, 255.0
    if windows:
        return windows[0].black, windows[0].white
    if not decoded.about["inverted"]:
        return None
    # As the same image opens that was stored the other way round.
    low, high = decoded.about["span"] or (float(frames.min()), float(frames.max()))
    step = max(1, round((frames.size / _SAMPLED) ** (1 / 3)))
    sample = frames.transpose(2, 1, 0)[::step, ::step, ::step].astype(np.float64)
    window = opening_window(Volume(Modality.IMAGE, low + high - sample, grid))
    return low + high - window.low, low + high - window.high
