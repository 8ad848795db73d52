"""Images that Pillow decodes: JPEG, PNG, BMP, WebP and GIF of 8 bits, and rare kinds of TIFF."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np

# Pillow opens TIFF and WebP by name once their plugins are there; the others always are.
from PIL import Image, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.decoded_image import ORIENTATION, DecodedImage, Pixels, upright
from brainviewer.files.image2d.plain_pixels import AS_IMAGE2D, CLEAR, plain_pixels, scaled
from brainviewer.files.image2d.size_limits import check_size, too_large

_FORMATS = (
    "JPEG",
    "PNG",
    "BMP",
    "GIF",
    TiffImagePlugin.TiffImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
_ANIMATIONS = ("GIF", "PNG", "WEBP")
_PNG_DEPTH = 24
"""Place of the byte that says how many bits a PNG has."""
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20
"""Colour profiles and what programs note beside an image can be longer than the usual 1 MB."""
_TOO_LONG = ("Decompressed data too large", "Too much memory used in text")
# Pillow warns through Python's filters, which belong to the whole process.
_quiet = threading.Lock()


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[Image.Image]:
    """An image whose header was read and judged.

    Raises FileError if it is too small or too large, or an animation; UnidentifiedImageError if it
    is none of the formats that are known here, and almost anything if it is damaged.
    """
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            # Not by its name: Pillow 13 maps a named TIFF that lies on its side with its sides
            # swapped.
            with Image.open(file, formats=_FORMATS) as image:
                check_size(name, *image.size)
                frames = getattr(image, "n_frames", 1)
                if frames > 1 and image.format in _ANIMATIONS:
                    raise FileError(
                        f"{name} is an animation of {frames} images.",
                        "Save the one that is meant as PNG.",
                    )
                yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise too_large(name) from None
        except ValueError as error:
            if not str(error).startswith(_TOO_LONG):
                raise
            raise FileError(
                f"{name} carries too much text, or too large a colour profile, beside its pixels.",
                AS_IMAGE2D,
            ) from None


def decode_with_pillow(file: BinaryIO, name: str) -> DecodedImage:
    """Decode an image. Raises what ``opened`` raises."""
    with opened(file, name) as image:
        size, kind = image.size, image.format or ""
        orientation = orientation_of(image)
        pixels, notices = _plain(image, name)
        if kind == "PNG" and image.mode in ("1", "L") and "transparency" in image.info:
            file.seek(_PNG_DEPTH)
            bits = file.read(1)[0]
            # Pillow spreads pixels of fewer bits over eight, but not always this one value.
            clear = min(image.info["transparency"] * 255 // (2**bits - 1), 255)
            pixels = np.where(pixels == clear, 0, pixels).astype(np.uint8)
            notices = [*notices, CLEAR]
    return DecodedImage(upright(pixels, orientation), kind, size, tuple(notices))


def orientation_of(image: Image.Image) -> object:
    """Where the first row and column are seen; None if it is not said, or not legibly."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # damaged EXIF raises almost anything, and says nothing of the pixels
        return None


def _plain(image: Image.Image, name: str) -> tuple[Pixels, list[str]]:
    """Grey or RGB pixels, and what was done to get them."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16), []
    if image.mode in ("I", "F"):
        return scaled(np.asarray(image), name)
    if image.mode in ("L", "1"):
        return np.asarray(image.convert("L"), np.uint8), []
    notices = []
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        if np.asarray(layered.getchannel("A")).min() < 255:
            notices.append(CLEAR)
            ground = Image.new("RGBA", layered.size, (0, 0, 0, 255))
            layered = Image.alpha_composite(ground, layered)
        image = layered
    pixels, said = plain_pixels(np.asarray(image.convert("RGB"), np.uint8), 8, name)
    return pixels, notices + said
