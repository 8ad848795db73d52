"""Decodes a single image for ``files.decoding``, whatever its name says."""

from collections.abc import Callable
from dataclasses import asdict
from typing import BinaryIO

from brainviewer.core.errors import FileError
from brainviewer.files.decoding.message import Decoding
from brainviewer.files.file_kind import START_BYTES, kind_of
from brainviewer.files.image2d.decoded_image import DecodedImage
from brainviewer.files.image2d.first_look import JPEG, PNG
from brainviewer.files.image2d.png_chunks import check_png

Decoder = Callable[[BinaryIO, str], DecodedImage]
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_JPEG_2000 = (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
_BY_PILLOW = ("a BMP image", "a GIF image", "a PNG image", "a WebP image")


def start_decoding(file: BinaryIO, name: str) -> Decoding:
    """Decode an image at once; ``about`` holds the fields of ``DecodedImage`` but the pixels.

    Raises FileError if it is none that can be opened, and almost anything if it is damaged.
    """
    start = file.read(START_BYTES)
    file.seek(0)
    if start.startswith(PNG):
        check_png(file, name)
    image = _decoder_for(start, name)(file, name)
    about = {
        "format": image.format,
        "stored_size": image.stored_size,
        "pixel_size": None if image.pixel_size is None else asdict(image.pixel_size),
    }
    pixels = image.pixels
    return Decoding(pixels.shape, pixels.dtype.name, 1, iter([pixels]), about, list(image.notices))


def _decoder_for(start: bytes, name: str) -> Decoder:
    if start.startswith(_TIFF):
        from brainviewer.files.image2d.tiff_image import decode_tiff

        return decode_tiff
    if start.startswith(PNG) and start[24:25] == b"\x10":
        from brainviewer.files.image2d.codec_image import decode_deep_png

        return decode_deep_png
    if start.startswith((JPEG, *_JPEG_2000)):
        from brainviewer.files.image2d.codec_image import decode_jpeg, decode_jpeg_2000

        return decode_jpeg if start.startswith(JPEG) else decode_jpeg_2000
    kind = kind_of(start)
    if kind is not None and kind.name in _BY_PILLOW:
        from brainviewer.files.image2d.pillow_image import decode_with_pillow

        return decode_with_pillow
    if kind is not None:
        if kind.image:
            said = f"{name} is {kind.name}, which BrainViewer does not open."
        else:
            said = f"{name} is not an image but {kind.name}."
        raise FileError(said, kind.advice)
    raise FileError(
        f"{name} is not an image, whatever its name says.",
        "Give a JPG, PNG, TIFF, BMP or WebP file.",
    )
