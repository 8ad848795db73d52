"""Decodes a DICOM image for ``files.decoding``."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.decoding.message import MOST_BYTES, Decoding
from brainviewer.files.dicom.frames import colours, stored_frames
from brainviewer.files.dicom.geometry import placement
from brainviewer.files.dicom.header import AGAIN, PixelLayout, inflated, read_header
from brainviewer.files.dicom.pixels.palette import read_palette
from brainviewer.files.dicom.pixels.rescaling import NARROWED, Rescaling, frame_windows, rescaling
from brainviewer.files.image2d.photometric import colours_narrowed
from brainviewer.files.image2d.size_limits import too_large

Frames = Iterator[tuple[NDArray[Any], str]]
_COLOURS = (
    "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT",
)  # fmt: skip


def start_decoding(file: BinaryIO, name: str) -> Decoding:
    """Read the header; the frames follow as they are asked for.

    Of grey images the frames hold values after the file's own rescaling, never turned round:
    ``about["inverted"]`` says that small values are bright. Colours are RGB.

    Raises FileError if it holds no image that can be shown.
    """
    file = inflated(file, name)
    dataset, layout = read_header(file, name)
    where = placement(dataset, layout)
    about: dict[str, Any] = {
        "affine": where.affine.tolist(),
        "sized": where.sized,
        "oriented": where.oriented,
        "inverted": False,
        "windows": [],
        "span": None,
    }
    notices = list(layout.notices)
    stored = stored_frames(layout, file, name, notices)
    shape: tuple[int, ...] = (layout.rows, layout.columns)
    palette = layout.samples == 1 and layout.photometric == "PALETTE COLOR"
    if palette or layout.samples > 1:
        _check_colours(layout, palette, name)
        decoding = Decoding((*shape, 3), "uint8", layout.frames, iter(()), about, notices)
        if palette:
            table = read_palette(dataset, layout)
            decoding.frames = (table.apply(values) for values, _ in stored)
            narrowed = table.bits
        else:
            decoding.frames = (colours(values, said, layout) for values, said in stored)
            narrowed = layout.bits.stored
        if narrowed > 8:
            decoding.notices.append(colours_narrowed(narrowed))
    else:
        how = rescaling(dataset, layout, name)
        decoding = Decoding(shape, how.dtype, layout.frames, iter(()), about, notices)
        decoding.frames = _grey(stored, how, decoding, name)
        windows = {frame_windows(dataset, frame, how.whole) for frame in range(layout.frames)}
        if len(windows) == 1:
            about["windows"] = [astuple(window) for window in windows.pop()]
        about["inverted"] = layout.photometric == "MONOCHROME1"
        about["span"] = how.span
    decoding.notices += where.notices
    held = decoding.frame_bytes * layout.frames
    if len(decoding.shape) == 3:  # the application holds the grey of colours as well
        held += held // 3
    if held > MOST_BYTES:
        raise too_large(name, (layout.columns, layout.rows, layout.frames))
    return decoding


def _grey(stored: Frames, how: Rescaling, decoding: Decoding, name: str) -> Iterator[NDArray[Any]]:
    for number, (values, _) in enumerate(stored):
        if NARROWED not in decoding.notices and how.narrows(values):
            decoding.notices.append(NARROWED)
        try:
            meant = how.apply(values, number)
        except OverflowError:
            raise FileError(
                f"{name} holds larger numbers than its header promises.", AGAIN
            ) from None
        if meant.dtype.kind == "f" and not np.isfinite(meant).all():
            raise FileError(f"{name} holds values that are no numbers.", AGAIN)
        yield meant


def _check_colours(layout: PixelLayout, palette: bool, name: str) -> None:
    known = palette or (layout.samples == 3 and layout.photometric in (*_COLOURS, "MONOCHROME2"))
    if not known or layout.floating:
        raise FileError(
            f"{name} holds colours of a kind that is not shown here "
            f"({layout.photometric}, {layout.samples} samples per pixel).",
            AGAIN,
        )
