"""Compressed frames of DICOM, decoded by imagecodecs: a plugin of pydicom's decoders.

See https://pydicom.github.io/pydicom/stable/guides/decoding/decoder_plugins.html.
"""

from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import parse_basic_offsets, parse_fragments
from pydicom.pixels import get_decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from brainviewer.files.dicom.pixels.stored_bits import StoredBits
from brainviewer.files.image2d.jpeg_markers import adobe_transform, is_whole, jpeg_frame

PLUGIN = "imagecodecs"
_DECODED = (*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEG2000TransferSyntaxes)
DECODER_DEPENDENCIES = dict.fromkeys(_DECODED, (PLUGIN,))
_COD, _SOC, _SOI = b"\xff\x52", b"\xff\x4f", b"\xff\xd8"
_SIZ = b"\xff\x51"
_ITEM_HEAD = 8


def is_available(uid: str) -> bool:
    """Whether frames of this transfer syntax can be decoded here; pydicom asks."""
    return uid in DECODER_DEPENDENCIES


def plugin_for(syntax: UID) -> str:
    """The name of the plugin that decodes a transfer syntax, which is registered if need be.

    Raises NotImplementedError if pydicom does not know the syntax.
    """
    decoder = get_decoder(syntax)
    if not syntax.is_encapsulated or syntax == RLELossless:
        return "pydicom" if syntax.is_encapsulated else ""
    if PLUGIN not in decoder.available_plugins:
        decoder.add_plugin(PLUGIN, (__name__, "decode_frame"))
    return PLUGIN


def frames_there(file: BinaryIO, syntax: UID) -> int:
    """How many compressed frames begin in a file, which is at the first of their items.

    A frame may fill several items, but each begins with the marker of its codestream.
    Raises ValueError or struct.error if they are damaged. The file stays where it is.
    """
    place = file.tell()
    try:
        frames = parse_basic_offsets(file)
        _, items = parse_fragments(file)
        if syntax == RLELossless:  # has no marker
            return len(frames or items)
        marker = _SOC if syntax in JPEG2000TransferSyntaxes else _SOI
        return sum(_begins_with(file, item + _ITEM_HEAD, marker) for item in items)
    finally:
        file.seek(place)


def _begins_with(file: BinaryIO, offset: int, marker: bytes) -> bool:
    file.seek(offset)
    return file.read(len(marker)) == marker


def decode_frame(source: bytes, runner: Any) -> bytes:
    """One frame as pydicom wants it: colour by pixel, in the smallest integers that hold it.

    Raises ValueError if it is cut off, has another shape than the header says, or gives numbers
    that its own codestream rules out.
    """
    syntax = runner.transfer_syntax
    if syntax in JPEGTransferSyntaxes:
        values = _decode_jpeg(source, runner)
    elif syntax in JPEGLSTransferSyntaxes:
        values = imagecodecs.jpegls_decode(source)
    else:
        values = imagecodecs.jpeg2k_decode(source)
        _check_depth(values, _depth_of_jpeg_2000(source))
        if _colours_mixed(source):
            runner.set_option("photometric_interpretation", "RGB")
    samples = runner.samples_per_pixel
    expected = (runner.rows, runner.columns) + ((samples,) if samples > 1 else ())
    if values.shape != expected:
        raise ValueError("the compressed image has another shape than the header says")
    runner.set_option("bits_allocated", 8 * values.dtype.itemsize)
    runner.set_option("planar_configuration", 0)
    return _as_represented(values, runner.bits_stored, bool(runner.pixel_representation)).tobytes()


def _as_represented(
    values: NDArray[np.integer[Any]], bits: int, signed: bool
) -> NDArray[np.integer[Any]]:
    """The same bits with or without a sign: most codecs do not know of signs.

    Raises ValueError if more bits are used than those that the sign was looked for in.
    """
    if (values.dtype.kind == "i") == signed:
        return values
    if not signed:
        return values.view(f"u{values.dtype.itemsize}") & ((1 << bits) - 1)
    size = values.dtype.itemsize
    numbers = values.view(f"i{size}")
    if bits >= 8 * size:
        return numbers
    numbers, beyond = StoredBits(8 * size, bits, bits - 1, signed).numbers(numbers)
    if beyond:
        raise ValueError("the compressed image has more bits than the header says")
    return numbers


def _decode_jpeg(source: bytes, runner: Any) -> NDArray[np.integer[Any]]:
    """Colours of lossy JPEG as RGB: what the codestream says of them counts, then the header."""
    frame = jpeg_frame(source)
    if not is_whole(source):
        raise ValueError("the compressed image is cut off")
    if runner.samples_per_pixel != 3 or frame.lossless:
        values = np.asarray(imagecodecs.jpeg8_decode(source, colorspace=0, outcolorspace=0))
        if not runner.pixel_representation:  # else a sign may fill the bits above
            _check_depth(values, frame.bits)
        return values
    transform = adobe_transform(source)
    mixed = "YBR" in runner.photometric_interpretation if transform is None else transform == 1
    coded = "YCBCR" if mixed else "RGB"
    runner.set_option("photometric_interpretation", "RGB")
    return np.asarray(imagecodecs.jpeg8_decode(source, colorspace=coded, outcolorspace="RGB"))


def _check_depth(values: NDArray[np.integer[Any]], bits: int) -> None:
    """Damaged codestreams decode to larger numbers than they have bits for."""
    low, high = (-(1 << bits - 1), 1 << bits - 1) if values.dtype.kind == "i" else (0, 1 << bits)
    if values.min() < low or values.max() >= high:
        raise ValueError("the compressed image is damaged")


def _depth_of_jpeg_2000(source: bytes) -> int:
    """Bits of the first component (ITU-T T.800, A.5.1); the most there are if it is not found."""
    at = source.find(_SOC + _SIZ, 0, 4096)
    return (source[at + 42] & 0x7F) + 1 if at >= 0 and len(source) > at + 42 else 38


def _colours_mixed(source: bytes) -> bool:
    """Whether JPEG 2000 mixed the colours itself, so that its decoder gave RGB back."""
    at = source.find(_COD, 0, 4096)
    return at >= 0 and source[at + 8 : at + 9] == b"\1"
