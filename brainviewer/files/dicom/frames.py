"""The pixels of a DICOM file, one frame after the other: what is stored, and what is meant."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.uid import RLELossless

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.compressed import plugin_for
from brainviewer.files.dicom.header import AGAIN, PixelLayout
from brainviewer.files.image2d.photometric import rgb_of_ycc, to_eight_bits

_PARTIAL = ("YBR_PARTIAL_422", "YBR_PARTIAL_420")
_VIDEO = ("1.2.840.10008.1.2.4.10", "1.2.840.10008.1.2.7.")


def stored_frames(
    layout: PixelLayout, file: BinaryIO, name: str
) -> Iterator[tuple[NDArray[Any], str]]:
    """Stored values and photometric interpretation of each frame, in the order of the file.

    file : at the first byte of the pixels, as ``read_header`` leaves it.

    Yields (rows, columns) or (rows, columns, samples) arrays, their bits put right and signed as
    the header says; of colours that a codec has turned into RGB, "RGB".
    Raises FileError if they are stored in a way that cannot be read here.
    """
    try:
        plugin = plugin_for(layout.syntax)
    except NotImplementedError:
        raise _unreadable(layout, name) from None
    if layout.bits_allocated not in (1, 8, 16, 32, 64):
        raise _unreadable(layout, name)
    if layout.bits_allocated == 1 and not layout.syntax.is_encapsulated:
        for bits in _single_bits(layout, file):
            yield bits, layout.photometric
        return
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
        if unpacked and not layout.floating and layout.bits_allocated > 1:
            native = _used_bits(native, layout)
        yield native, str(properties["photometric_interpretation"])


def colours(stored: NDArray[Any], photometric: str, layout: PixelLayout) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 RGB of (rows, columns, 3) stored values."""
    if photometric.startswith("YBR_FULL") or photometric in _PARTIAL:
        most = 2**layout.bits_stored - 1
        stored = rgb_of_ycc(stored, most, photometric in _PARTIAL)
    return to_eight_bits(stored, layout.bits_stored)


def _used_bits(values: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Without what stands above and below the bits that count (PS3.5, 8.1.1)."""
    above = layout.bits_allocated - 1 - layout.high_bit
    unused = layout.bits_allocated - layout.bits_stored
    return values if unused == 0 else (values << above) >> unused


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
    if layout.bits_allocated not in (1, 8, 16, 32, 64):
        said = f"{layout.bits_allocated} bits per pixel"
    elif str(layout.syntax).startswith(_VIDEO):
        return FileError(f"{name} is a video ({said}), which BrainViewer does not open.", AGAIN)
    return FileError(f"{name} is stored in a way that is not known here: {said}.", AGAIN)
