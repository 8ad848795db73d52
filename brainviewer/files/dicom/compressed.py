"""Compressed frames of DICOM, decoded by imagecodecs: a plugin of pydicom's decoders.

See https://pydicom.github.io/pydicom/stable/guides/decoding/decoder_plugins.html.
"""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from brainviewer.files.image2d.jpeg_markers import adobe_transform, jpeg_frame

PLUGIN = "imagecodecs"
_DECODED = (*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEG2000TransferSyntaxes)
DECODER_DEPENDENCIES = dict.fromkeys(_DECODED, (PLUGIN,))
_COD = b"\xff\x52"


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


def decode_frame(source: bytes, runner: Any) -> bytes:
    """One frame as pydicom wants it: colour by pixel, in the smallest integers that hold it."""
    syntax = runner.transfer_syntax
    if syntax in JPEGTransferSyntaxes:
        values = _decode_jpeg(source, runner)
    elif syntax in JPEGLSTransferSyntaxes:
        values = imagecodecs.jpegls_decode(source)
    else:
        values = imagecodecs.jpeg2k_decode(source)
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
    """The same bits with or without a sign: most codecs do not know of signs."""
    if (values.dtype.kind == "i") == signed:
        return values
    if not signed:
        return values.view(f"u{values.dtype.itemsize}") & ((1 << bits) - 1)
    unused = max(8 * values.dtype.itemsize - bits, 0)
    return values.view(f"i{values.dtype.itemsize}") << unused >> unused


def _decode_jpeg(source: bytes, runner: Any) -> NDArray[np.integer[Any]]:
    """Colours of lossy JPEG as RGB: what the codestream says of them counts, then the header."""
    frame = jpeg_frame(source)
    if runner.samples_per_pixel != 3 or frame.lossless:
        return np.asarray(imagecodecs.jpeg8_decode(source, colorspace=0, outcolorspace=0))
    transform = adobe_transform(source)
    mixed = "YBR" in runner.photometric_interpretation if transform is None else transform == 1
    coded = "YCBCR" if mixed else "RGB"
    runner.set_option("photometric_interpretation", "RGB")
    return np.asarray(imagecodecs.jpeg8_decode(source, colorspace=coded, outcolorspace="RGB"))


def _colours_mixed(source: bytes) -> bool:
    """Whether JPEG 2000 mixed the colours itself, so that its decoder gave RGB back."""
    at = source.find(_COD, 0, 4096)
    return at >= 0 and source[at + 8 : at + 9] == b"\1"
