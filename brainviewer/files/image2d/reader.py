"""Single images from disk, whoever made them: the one door to image files that are no DICOM.

An image is judged by its header before memory is taken. What comes out is plain: grey or RGB, the
right way up, opaque.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Cancelled, FileError, Report, silent
from brainviewer.core.geometry import Unit
from brainviewer.core.luma import grey_levels
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding.process import decode
from brainviewer.files.image2d.decoded_image import DecodedImage
from brainviewer.files.image2d.first_look import JPEG, MOST_FILE_BYTES, PNG, safe_to_decode
from brainviewer.files.image2d.pillow_image import decode_with_pillow
from brainviewer.files.image2d.pixel_size import PixelSize
from brainviewer.files.image2d.plain_pixels import AS_IMAGE2D
from brainviewer.files.image2d.png_chunks import check_png
from brainviewer.files.ordinary_file import check_ordinary, open_ordinary, plain_errors

MOST_BYTES = 4_000_000_000
"""The largest file in which an image is looked for."""


@dataclass(frozen=True, eq=False)
class Image2D(DecodedImage):
    """One decoded image. file_bytes : size of the file"""

    file_bytes: int = 0

    @property
    def coloured(self) -> bool:
        """Whether it has any colour."""
        return self.pixels.ndim == 3

    def grey(self) -> NDArray[np.uint8]:
        """(rows, columns) uint8: luma of colours; deep grey with its range spread."""
        if self.pixels.ndim == 3:
            return grey_levels(self.pixels)
        if self.pixels.dtype == np.uint8:
            return np.asarray(self.pixels, np.uint8)
        low, high = int(self.pixels.min()), int(self.pixels.max())
        spread = (self.pixels.astype(np.float32) - low) * (255 / max(high - low, 1))
        return np.asarray(np.rint(spread), np.uint8)

    def rgb(self) -> NDArray[np.uint8]:
        """(rows, columns, 3) uint8; grey three times where there is no colour."""
        if self.pixels.ndim == 3:
            return np.asarray(self.pixels, np.uint8)
        return np.repeat(self.grey()[..., None], 3, axis=2)


def read_image2d(path: Path, report: Report = silent) -> Image2D:
    """Decode a JPG, PNG, TIFF, BMP, WebP, JPEG 2000 or still GIF.

    EXIF rotation is applied, palettes and CMYK become RGB, transparent parts black, and of a TIFF
    with several pages the first is taken. JPG and PNG of 8 bits are decoded at once, all others in
    a child process.

    Raises FileError if it is no such image, moves, is damaged, too small or too large (then
    hardly more than its header has been read), and Cancelled when ``report`` does.
    """
    file_bytes, name = size_of_file(path), shortened(path.name)
    try:
        content = _small_file(path, file_bytes)
        if content is not None and safe_to_decode(content):
            if content.startswith(PNG):
                check_png(io.BytesIO(content), name)
            image = decode_with_pillow(io.BytesIO(content), name)
        else:
            decoded = decode("image", path, report)
            image = _image(decoded.frames[0], decoded.about, decoded.notices)
    except (FileError, Cancelled):
        raise
    except MemoryError:
        raise FileError(f"There is not enough memory to open {name}.", AS_IMAGE2D) from None
    except Exception:
        # Damaged files make the decoders raise almost anything: OSError, SyntaxError,
        # struct.error, zlib.error, KeyError and more.
        raise FileError(f"{name} is damaged or cut off.", AS_IMAGE2D) from None
    return Image2D(**vars(image), file_bytes=file_bytes)


def size_of_file(path: Path) -> int:
    """In bytes; raises FileError if it is no ordinary file, or an empty one."""
    size = check_ordinary(path, MOST_BYTES)
    if size == 0:
        raise FileError(
            f"{shortened(path.name)} is an empty file.", "Copy it again from its source."
        )
    return size


def _small_file(path: Path, file_bytes: int) -> bytes | None:
    """The content of a JPEG or a PNG that is not very long; None of others."""
    with open_ordinary(path) as file, plain_errors(path):
        start = file.read(len(PNG))
        if file_bytes > MOST_FILE_BYTES or not start.startswith((JPEG, PNG)):
            return None
        return start + file.read(MOST_FILE_BYTES)


def _image(pixels: NDArray[Any], about: dict[str, Any], notices: tuple[str, ...]) -> DecodedImage:
    """What the child process says of an image."""
    size = about["pixel_size"]
    if size is not None:
        size = PixelSize(float(size["height"]), float(size["width"]), Unit(size["unit"]))
    columns, rows = about["stored_size"]
    return DecodedImage(pixels, str(about["format"]), (int(columns), int(rows)), notices, size)
