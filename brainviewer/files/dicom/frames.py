"""The pixels of a DICOM file, one frame after the other: what is stored, and what is meant."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.uid import RLELossless

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.header import AGAIN, PixelLayout
from brainviewer.files.dicom.pixels.compressed import frames_there, plugin_for
from brainviewer.files.image2d.photometric import rgb_of_ycc, to_eight_bits

LARGER = "Some of its pixels are larger numbers than the header promises."
_PARTIAL = ("YBR_PARTIAL_422", "YBR_PARTIAL_420")
_VIDEO = ("1.2.840.10008.1.2.4.10", "1.2.840.10008.1.2.7.")


def stored_frames(
    layout: PixelLayout, file: BinaryIO, name: str, notices: list[str]
) -> Iterator[tuple[NDArray[Any], str]]:
    """Stored values and photometric interpretation of each frame, in the order of the file.

    file : at the first byte of the pixels, as ``read_header`` leaves it.
    notices : takes sentences on pixels that are not as the header says.

    Yields (rows, columns) or (rows, columns, samples) arrays, their bits put right and signed as
    the header says; of colours that a codec has turned into RGB, "RGB".
    Raises FileError if they are stored in a way that cannot be read here.
    """
    try:
        plugin = plugin_for(layout.syntax)
    except NotImplementedError:
        raise _unreadable(layout, name) from None
    if layout.bits.allocated == 1 and not layout.syntax.is_encapsulated:
        for bits in _single_bits(layout, file):
            yield bits, layout.photometric
        return
    if layout.syntax.is_encapsulated:
        notices += _frames_left_out(layout, file)
    decoder = get_decoder(layout.syntax)
    # A decoder of native pixels forgets after one frame that two pixels share their colour.
    parts: list[list[int] | None] = [None]
    if not layout.syntax.is_encapsulated:
        parts = [[frame] for frame in range(layout.frames)]
    frames = chain.from_iterable(
        decoder.iter_array(
            file,
            indices=part,
            raw=True,
            validate=False,
            decoding_plugin=plugin,
            allow_excess_frames=False,
            correct_unused_bits=False,
            apply_jls_sign_correction=False,
            apply_j2k_sign_correction=False,
            **layout.options(),
        )
        for part in parts
    )
    unpacked = not layout.syntax.is_encapsulated or layout.syntax == RLELossless
    for values, properties in frames:
        native = np.asarray(values, values.dtype.newbyteorder("="))
        notice = ""
        if unpacked and not layout.floating and layout.bits.allocated > 1:
            native, beyond = layout.bits.numbers(native)
            notice = layout.bits.beyond if beyond else ""
        elif not unpacked and _outside(native, layout):
            notice = LARGER
        if notice and notice not in notices:
            notices.append(notice)
        yield native, str(properties["photometric_interpretation"])


def colours(stored: NDArray[Any], photometric: str, layout: PixelLayout) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 RGB of (rows, columns, 3) stored values."""
    if photometric.startswith("YBR_FULL") or photometric in _PARTIAL:
        most = 2**layout.bits.stored - 1
        stored = rgb_of_ycc(stored, most, photometric in _PARTIAL)
    return to_eight_bits(stored, layout.bits.stored)


def _frames_left_out(layout: PixelLayout, file: BinaryIO) -> list[str]:
    try:
        there = frames_there(file, layout.syntax)
    except (ValueError, struct.error):  # the decoder will tell
        return []
    if there <= layout.frames:
        return []
    return [f"It holds {there} frames, of which the header names {layout.frames} only."]


def _outside(values: NDArray[Any], layout: PixelLayout) -> bool:
    low, high = layout.bits.limits
    return bool(values.min() < low or values.max() > high)


def _single_bits(layout: PixelLayout, file: BinaryIO) -> Iterator[NDArray[np.uint8]]:
    """Frames of bits, which do not begin at whole bytes (pydicom 3.0 cuts such frames short)."""
    begin, count = file.tell(), layout.rows * layout.columns
    for frame in range(layout.frames):
        skipped, offset = divmod(frame * count, 8)
        file.seek(begin + skipped)
        packed = np.frombuffer(file.read((offset + count + 7) // 8), np.uint8)
        bits = np.unpackbits(packed, bitorder="little")[offset : offset + count]
        yield bits.reshape(layout.rows, layout.columns)


def _unreadable(layout: PixelLayout, name: str) -> FileError:
    said = layout.syntax.name
    if str(layout.syntax).startswith(_VIDEO):
        return FileError(f"{name} is a video ({said}), which BrainViewer does not open.", AGAIN)
    return FileError(f"{name} is stored in a way that is not known here: {said}.", AGAIN)
