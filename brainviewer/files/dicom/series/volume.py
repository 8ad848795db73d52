"""The slices of a stack as a volume."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.geometry import Grid
from brainviewer.core.study import FileWindow
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.files.dicom.pixels.voi import telling, window_of_slices
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.patients import source_of
from brainviewer.files.dicom.series.pixels import (
    AGAIN,
    REPORT_EVERY,
    DamagedFile,
    SliceReader,
    value_type,
)
from brainviewer.files.dicom.series.stacks import Stack
from brainviewer.files.dicom.series.turning import (
    sums_of_ends,
    turn_round,
    turned_notices,
    turned_window,
)
from brainviewer.files.dicom.source_header import source_header
from brainviewer.files.stored_volume import StoredVolume


@dataclass(frozen=True, eq=False)
class StackHeader:
    """What a volume takes in memory; see ``files.nifti.volume_limits``."""

    grid: Grid
    dtype: np.dtype[Any]

    @property
    def read_bytes(self) -> int:
        """Bytes of a voxel while it is read."""
        return self.dtype.itemsize

    @property
    def kept_bytes(self) -> int:
        """Bytes of a voxel in memory."""
        return self.dtype.itemsize


def header_of(stack: Stack) -> StackHeader:
    """Size and number type of the volume. Raises FileError if the stack is none."""
    if stack.grid is None:
        raise FileError(f"A series cannot be shown. {stack.problem}", AGAIN)
    return StackHeader(stack.grid, value_type(stack.there))


def read_stack(stack: Stack, report: Report = silent) -> StoredVolume:
    """Read a volume, (columns, rows, slices), its values rescaled slice by slice.

    MONOCHROME1 is turned round, so that large values are bright; see ``turning``. A few slices
    whose files are damaged are left black, as missing ones are.
    Raises FileError if more files are damaged or one is gone, and Cancelled when ``report`` does.
    """
    header = header_of(stack)
    columns, rows, count = header.grid.shape
    values = np.zeros((count, rows, columns), header.dtype)
    slices = SliceReader()
    stack = stack.without(_read_slices(slices, stack, values, report))
    if header.dtype.kind == "f" and not all(np.isfinite(one).all() for one in values):
        raise FileError("A series holds values that are no numbers.", AGAIN)
    frames = stack.there
    # Slice by slice: whoever picks the slices that are there copies the volume.
    there = [one for one, frame in zip(values, stack.frames, strict=True) if frame is not None]
    ends = [slices.ends_of(frame) if frame.inverted else None for frame in frames]
    sums = sums_of_ends(there, [frame.inverted for frame in frames], ends)
    turned = 0
    for one, total in zip(there, sums, strict=True):
        if total is not None:
            turn_round(one, total)
            turned += 1
    said = turned_notices(turned, len(there))
    notices = tuple(dict.fromkeys((*stack.notices, *slices.notices, *said)))
    low, high = float(min(one.min() for one in there)), float(max(one.max() for one in there))
    windows = telling(_windows(frames, sums, header.dtype.kind in "iu"), low, high)
    for one, frame in zip(values, stack.frames, strict=True):
        if frame is None:
            one[...] = min(low, 0)
    data = values.transpose(2, 1, 0)
    return StoredVolume(
        data,
        header.grid,
        header.dtype.name,
        notices,
        series=source_of(stack),
        frame_of_reference=stack.first.tags.text("FrameOfReferenceUID"),
        windows=windows,
        header=source_header(stack),
    )


def _read_slices(
    slices: SliceReader, stack: Stack, values: NDArray[Any], report: Report
) -> list[Frame]:
    """Read the slices that are there into values (slices, rows, columns), file by file.

    Returns those whose files are damaged. Raises FileError if these are too many.
    """
    damaged: list[Frame] = []
    files: dict[Path, list[tuple[Frame, NDArray[Any]]]] = {}
    for frame, into in zip(stack.frames, values, strict=True):
        if frame is not None:
            files.setdefault(frame.path, []).append((frame, into))
    for index, (path, some) in enumerate(files.items()):

        def tell(fraction: float, text: str, index: int = index) -> None:
            report((index + fraction) / len(files), text)

        # Of thousands of files with a slice each, not every one is worth a word.
        try:
            slices.read(path, some, silent if index % REPORT_EVERY and len(some) == 1 else tell)
        except DamagedFile:
            damaged += [frame for frame, _ in some]
            if not stack.may_miss(len(damaged)):
                raise
    return damaged


def _windows(
    frames: Sequence[Frame], sums: Sequence[float | None], whole: bool
) -> tuple[FileWindow, ...]:
    """Those of the files, turned round where the values were."""
    of_slices = [
        frame.windows(whole)
        if total is None
        else tuple(turned_window(one, total) for one in frame.windows(whole))
        for frame, total in zip(frames, sums, strict=True)
    ]
    return window_of_slices(of_slices)


def read_thinned(stack: Stack, spacing_mm: float) -> StoredVolume:
    """Slices of a volume that are about so far apart, to see what it shows. Raises FileError."""
    grid = header_of(stack).grid
    step = max(1, round(spacing_mm / grid.spacing[2]))
    frames = stack.frames[::step]
    if not any(frames):
        raise FileError("A series misses too many slices.", AGAIN)
    return read_stack(replace(stack, frames=frames, grid=grid.every((1, 1, step))))


def middle_image(stack: Stack, size: int) -> NDArray[np.uint8]:
    """The middle slice as (size, size) grey levels, as it is stored. Raises FileError."""
    import cv2

    frames = stack.there
    frame = frames[len(frames) // 2]
    values = np.zeros(frame.shape, value_type([frame]))
    SliceReader().read(frame.path, [(frame, values)])
    grey = auto_window(values[..., None]).apply(values)
    if frame.inverted:
        grey = 255 - grey
    height, width = (n * mm for n, mm in zip(frame.shape, frame.pixel_spacing, strict=True))
    scale = size / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    image = np.zeros((size, size), np.uint8)
    top, left = (size - rows) // 2, (size - columns) // 2
    small = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    image[top : top + rows, left : left + columns] = small
    return image
