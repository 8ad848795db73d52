"""From stored values to the values that are meant: modality LUT and rescale (PS3.3 C.11.1)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from brainviewer.files.dicom.header import PixelLayout, frame_group, number, numbers
from brainviewer.files.dicom.palette import Table, table_entries

NARROWED = "Its values are kept to seven digits."
_GROUP = "PixelValueTransformationSequence"
_LEAST_WIDTH, _LARGEST = 1e-6, 1e30
"""Of a window: beyond them the arithmetic of its display ends."""


@dataclass(frozen=True, eq=False)
class Rescaling:
    """What is done to the stored values of each frame.

    lines : slope and intercept of each frame
    table : values instead of the lines
    dtype : the number type that holds the results
    span : the smallest and the largest result that the stored bits allow; None for floats
    """

    lines: tuple[tuple[float, float], ...]
    table: Table | None
    dtype: str
    span: tuple[float, float] | None

    def apply(self, stored: NDArray[Any], frame: int) -> NDArray[Any]:
        """The values of one frame (from 0)."""
        if self.table is not None:
            return self.table.apply(stored)
        slope, intercept = self.lines[frame]
        if (slope, intercept) == (1, 0):
            return stored.astype(self.dtype, copy=False)
        return (stored * np.float64(slope) + intercept).astype(self.dtype)

    @property
    def least_width(self) -> float:
        """Of a window that makes sense: one grey level, where there are whole levels."""
        return _LEAST_WIDTH if self.dtype == "float32" else 1.0

    def narrows(self, stored: NDArray[Any]) -> bool:
        """Whether stored values lose digits in ``dtype``."""
        if self.table is not None or stored.dtype.itemsize <= 2:
            return False
        return not np.array_equal(stored.astype(np.float32).astype(stored.dtype), stored)


def rescaling(dataset: Dataset, layout: PixelLayout) -> Rescaling:
    """What the header says of each frame; what it says wrongly is not applied."""
    found = None
    if sequence := dataset.get("ModalityLUTSequence"):
        found = table_entries(sequence[0], "LUTDescriptor", "LUTData", layout)
    lines = tuple(_line(dataset, frame) for frame in range(layout.frames))
    if found is not None:
        dtype = "uint8" if found.bits <= 8 else "uint16"
        span = (0.0, float(2**found.bits - 1))
        table = replace(found, entries=found.entries.astype(dtype))
        return Rescaling(lines, table, dtype, span)
    if layout.floating:
        return Rescaling(lines, None, "float32", None)
    low, high = 0, 2**layout.bits_stored - 1
    if layout.signed:
        low, high = -(2 ** (layout.bits_stored - 1)), 2 ** (layout.bits_stored - 1) - 1
    ends = [slope * end + more for slope, more in set(lines) for end in (low, high)]
    span = min(ends), max(ends)
    if set(lines) == {(1.0, 0.0)}:
        size = max(layout.bits_allocated, 8) // 8
        dtype = f"{'int' if layout.signed else 'uint'}{8 * size}" if size <= 2 else "float32"
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


def _line(dataset: Dataset, frame: int) -> tuple[float, float]:
    place = frame_group(dataset, frame, _GROUP) or dataset
    slope = number(place, "RescaleSlope", 1.0) or 1.0  # some write 0 for want of any
    intercept = number(place, "RescaleIntercept", 0.0) or 0.0
    return (slope, intercept) if np.isfinite((slope, intercept)).all() else (1.0, 0.0)


def frame_window(dataset: Dataset, frame: int, least_width: float) -> tuple[float, float] | None:
    """The values that a frame (from 0) is meant to be shown black and white at, if it is said."""
    place = frame_group(dataset, frame, "FrameVOILUTSequence") or dataset
    centres, widths = numbers(place, "WindowCenter"), numbers(place, "WindowWidth")
    if not centres or not widths or not np.isfinite((centres[0], widths[0])).all():
        return None
    low, high = centres[0] - widths[0] / 2, centres[0] + widths[0] / 2
    sensible = widths[0] >= least_width and max(abs(low), abs(high)) < _LARGEST
    return (low, high) if sensible else None
