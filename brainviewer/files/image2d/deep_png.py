"""PNG of 16 bits per channel, of which Pillow keeps 8."""

from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from brainviewer.files.image2d.decoded_image import DecodedImage
from brainviewer.files.image2d.pillow_image import opened, orientation_of
from brainviewer.files.image2d.plain_pixels import plain_pixels
from brainviewer.files.image2d.upright import upright


def decode_deep_png(file: BinaryIO, name: str) -> DecodedImage:
    """Decode it; the header is read by Pillow. Raises almost anything if it is damaged."""
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
