"""From stored values to the values that are meant: modality LUT and rescale (PS3.3 C.11.1)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.core.study import FileWindow
from brainviewer.files.dicom.dataset_values import frame_group, text
from brainviewer.files.dicom.header import AGAIN, PixelLayout
from brainviewer.files.dicom.pixels.palette import Table, table_entries
from brainviewer.files.dicom.pixels.rescale_line import (
    NOT_RESCALED,
    Line,
    partly_rescaled,
    rescale_line,
)
from brainviewer.files.dicom.pixels.stored_bits import in_type
from brainviewer.files.dicom.pixels.voi import WINDOW_WORDS, windows_said

NARROWED = "Its values are kept to seven digits."
_GROUP = "PixelValueTransformationSequence"


@dataclass(frozen=True, eq=False)
class Rescaling:
    """What is done to the stored values of each frame.

    lines : slope and intercept of each frame
    table : values instead of the lines
    dtype : the number type that holds the results
    span : the smallest and the largest result that the stored bits allow; None for floats
    """

    lines: tuple[Line, ...]
    table: Table | None
    dtype: str
    span: tuple[float, float] | None

    def apply(self, stored: NDArray[Any], frame: int) -> NDArray[Any]:
        """The values of one frame (from 0)."""
        if self.table is not None:
            return self.table.apply(stored)
        slope, intercept = self.lines[frame]
        if (slope, intercept) == NOT_RESCALED:
            return in_type(stored, self.dtype)
        return in_type(stored * np.float64(slope) + intercept, self.dtype)

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return self.dtype != "float32"

    def narrows(self, stored: NDArray[Any]) -> bool:
        """Whether stored values lose digits in ``dtype``."""
        if self.table is not None or stored.dtype.itemsize <= 2:
            return False
        return not np.array_equal(stored.astype(np.float32).astype(stored.dtype), stored)


def rescaling(dataset: Dataset, layout: PixelLayout, name: str) -> Rescaling:
    """What the header says of each frame.

    Raises FileError where it says what cannot be: nobody knows the true values then.
    """
    if table := _modality_table(dataset, layout, name):
        span = (0.0, float(2**table.bits - 1))
        lines = (NOT_RESCALED,) * layout.frames
        return Rescaling(lines, table, table.entries.dtype.name, span)
    lines = _lines(dataset, layout.frames, name)
    if layout.floating:
        return Rescaling(lines, None, "float32", None)
    ends = [slope * end + more for slope, more in set(lines) for end in layout.bits.limits]
    span = min(ends), max(ends)
    if set(lines) == {NOT_RESCALED}:
        size = max(layout.bits.allocated, 8) // 8
        dtype = f"{'int' if layout.bits.signed else 'uint'}{8 * size}" if size <= 2 else "float32"
    elif all(float(n).is_integer() for line in lines for n in line):
        dtype = _smallest(*span)
    else:
        dtype = "float32"
    return Rescaling(lines, None, dtype, span)


def _smallest(low: float, high: float) -> str:
    names = ("uint8", "uint16") if low >= 0 else ("int8", "int16")
    for name in names:
        if np.iinfo(name).min <= low and high <= np.iinfo(name).max:
            return name
    return "float32"


def _modality_table(dataset: Dataset, layout: PixelLayout, name: str) -> Table | None:
    """The modality LUT; None if there is none."""
    sequence = dataset.get("ModalityLUTSequence")
    if not sequence:
        return None
    try:
        table = table_entries(sequence[0], "LUTDescriptor", "LUTData", layout)
        if table is None or not 0 < table.bits <= 16:
            raise ValueError
    except SENSELESS:
        said = f"The modality LUT of {name} is incomplete, so that its true values are unknown."
        raise FileError(said, AGAIN) from None
    deep = table.bits > 8 or int(table.entries.max()) > 255
    return replace(table, entries=table.entries.astype("uint16" if deep else "uint8"))


def _lines(dataset: Dataset, frames: int, name: str) -> tuple[Line, ...]:
    """Slope and intercept of each frame: in a group of its own, for all frames, or of the file."""
    places = (frame_group(dataset, frame, _GROUP) or dataset for frame in range(frames))
    written = [(text(place, "RescaleSlope"), text(place, "RescaleIntercept")) for place in places]
    try:
        lines = tuple(rescale_line(*pair) for pair in written)
        partly = partly_rescaled(written)
    except ValueError as error:
        raise FileError(f"{name} cannot be shown. {error}", AGAIN) from None
    if partly:
        raise FileError(f"{name} says of some frames only how they are rescaled.", AGAIN)
    return lines


def frame_windows(dataset: Dataset, frame: int, whole: bool) -> tuple[FileWindow, ...]:
    """The windows that the header names for a frame (from 0); see ``windows_said``."""
    place = frame_group(dataset, frame, "FrameVOILUTSequence") or dataset
    return windows_said(*(text(place, word) or "" for word in WINDOW_WORDS), whole=whole)
