"""Images that imagecodecs decodes: PNG of 16 bits, and kinds of JPEG that cameras do not write."""

from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.decoded_image import ORIENTATION, DecodedImage, upright
from brainviewer.files.image2d.jpeg_markers import exif, jpeg_frame, scan_count
from brainviewer.files.image2d.photometric import rgb_of_ycc
from brainviewer.files.image2d.pillow_image import decode_with_pillow, opened, orientation_of
from brainviewer.files.image2d.plain_pixels import AS_IMAGE2D, plain_pixels
from brainviewer.files.image2d.size_limits import check_size

_SIZES = b"\xff\x4f\xff\x51"
_MOST_SCANS = 1000
"""A decoder goes over all pixels for each; no program writes as many."""
_SYCC = 18
"""Enumerated colour space of JP2: luma and colour differences (ITU-T T.800, I.5.3.3)."""


def decode_jpeg(file: BinaryIO, name: str) -> DecodedImage:
    """Decode a JPEG or JPEG-LS of any process. Raises almost anything if it is damaged."""
    content = file.read()
    frame = jpeg_frame(content)
    if scan_count(content) > _MOST_SCANS:
        raise FileError(f"{name} takes too long to open.", AS_IMAGE2D)
    if frame.huffman and frame.bits == 8:
        file.seek(0)
        return decode_with_pillow(file, name)
    size = frame.columns, frame.rows
    check_size(name, *size)
    decode = imagecodecs.jpegls_decode if frame.near_lossless else imagecodecs.jpeg8_decode
    kind = "JPEG-LS" if frame.near_lossless else "JPEG"
    pixels, notices = plain_pixels(np.asarray(decode(content)), frame.bits, name)
    directory = Image.Exif()
    directory.load(exif(content))
    return DecodedImage(upright(pixels, directory.get(ORIENTATION)), kind, size, tuple(notices))


def decode_jpeg_2000(file: BinaryIO, name: str) -> DecodedImage:
    """Decode a JPEG 2000 codestream, alone or in a JP2. Raises almost anything if damaged."""
    content = file.read()
    at = content.index(_SIZES) + 8
    right, lower, left, upper = (
        int.from_bytes(content[at + 4 * n : at + 4 * n + 4], "big") for n in range(4)
    )
    size = right - left, lower - upper
    check_size(name, *size)
    depth = content[at + 34]
    boxes = content[:at]
    values: NDArray[Any] = np.asarray(imagecodecs.jpeg2k_decode(content))
    bits = 8 if b"pclr" in boxes else (depth & 127) + 1
    channels = 1 if values.ndim == 2 else values.shape[2]
    if channels >= 3 and _colour_space(boxes) == _SYCC and values.dtype.kind == "u":
        values[..., :3] = rgb_of_ycc(values[..., :3], 2**bits - 1)
    pixels, notices = plain_pixels(values, bits, name, alpha=channels in (2, 4))
    return DecodedImage(pixels, "JPEG 2000", size, tuple(notices))


def _colour_space(boxes: bytes) -> int:
    """The enumerated colour space of a JP2; 0 if it has none."""
    at = boxes.find(b"colr")
    if at < 0 or boxes[at + 4 : at + 5] != b"\1":
        return 0
    return int.from_bytes(boxes[at + 7 : at + 11], "big")


def decode_deep_png(file: BinaryIO, name: str) -> DecodedImage:
    """Decode a PNG of 16 bits, of which Pillow keeps 8; raises almost anything if it is damaged."""
    with opened(file, name) as image:
        size, orientation = image.size, orientation_of(image)
        clear = image.info.get("transparency")
    file.seek(0)
    content = file.read()
    if b"IEND" not in content:  # the decoder fills up what is missing
        raise ValueError("the end of the file is missing")
    values = np.asarray(imagecodecs.png_decode(content))
    channels = 1 if values.ndim == 2 else values.shape[2]
    if clear is not None and channels in (1, 3):
        values, channels = _with_alpha(values, clear), channels + 1
    pixels, notices = plain_pixels(values, 16, name, alpha=channels in (2, 4))
    return DecodedImage(upright(pixels, orientation), "PNG", size, tuple(notices))


def _with_alpha(values: NDArray[Any], clear: object) -> NDArray[Any]:
    """A further channel that is 0 where the values are those that the file calls transparent."""
    layers = np.atleast_3d(values)
    solid = ~np.all(layers == np.asarray(clear, values.dtype), axis=-1, keepdims=True)
    return np.concatenate([layers, solid * np.iinfo(values.dtype).max], axis=-1, dtype=values.dtype)
