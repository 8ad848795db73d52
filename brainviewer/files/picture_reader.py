"""Single pictures from disk, whoever made them: the one place that decodes image files.

A picture is judged by its header before memory is taken, and only the decoders named here are
used. What comes out is plain: grey or RGB, the right way up, opaque.
"""

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Pillow opens TIFF and WebP by name once their plugins are there; the others always are.
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from brainviewer.core.errors import FileError
from brainviewer.core.luma import luma
from brainviewer.files.native_output import without_stderr
from brainviewer.files.ordinary_file import check_ordinary, open_ordinary
from brainviewer.files.pixel_size import PixelSize, pixel_size, whole_slide

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

MOST_PIXELS = 64_000_000
LEAST_SIDE = 8  # pixels
_FORMATS = (
    "JPEG",
    "PNG",
    "BMP",
    "GIF",
    TiffImagePlugin.TiffImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")
_FILMS = ("GIF", "PNG", "WEBP")
_AS_PICTURE = "Save it again as PNG or JPG."
# Pillow warns through Python's filters, which belong to the whole process.
_quiet = threading.Lock()


@dataclass(frozen=True, eq=False)
class Picture:
    """One decoded picture.

    pixels : (rows, columns) grey, or (rows, columns, 3) uint8 RGB. Grey is uint16 where the file
        has more than 8 bits, else uint8; colours that are all grey come as grey.
    format : of the file, such as JPEG
    stored_size : (columns, rows) in the file, before it was turned upright
    file_bytes : size of the file
    notices : what was done to it that a user should know, sentences
    pixel_size : where the file knows it (TIFF)
    """

    pixels: Pixels
    format: str
    stored_size: tuple[int, int]
    file_bytes: int
    notices: tuple[str, ...] = ()
    pixel_size: PixelSize | None = None

    @property
    def coloured(self) -> bool:
        """Whether it has any colour."""
        return self.pixels.ndim == 3

    def grey(self) -> NDArray[np.uint8]:
        """(rows, columns) uint8: luma of colours; deep grey with its range spread."""
        if self.pixels.ndim == 3:
            return np.asarray(np.rint(luma(self.pixels)), np.uint8)
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


def read_picture(path: Path) -> Picture:
    """Decode a JPG, PNG, TIFF, BMP, WebP or still GIF.

    EXIF rotation is applied, palettes and CMYK become RGB, transparent parts black, and of a TIFF
    with several pages the first is taken.

    Raises FileError if it is no such picture, moves, is damaged, has a side below ``LEAST_SIDE`` or
    more than ``MOST_PIXELS``; then hardly more than its header has been read.
    """
    try:
        file_bytes = size_of_file(path)
        # Not by its name: Pillow 13 maps a named TIFF that lies on its side with its sides swapped.
        with (
            _without_warnings(),
            open_ordinary(path) as file,
            Image.open(file, formats=_FORMATS) as image,
        ):
            return _decode(image, path.name, file_bytes)
    except FileError:
        raise
    except UnidentifiedImageError:
        if _begins_as_picture(path):
            raise _damaged(path.name) from None
        raise FileError(
            f"{path.name} is not a picture, whatever its name says.",
            "Give a JPG, PNG, TIFF, BMP or WebP file.",
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(path.name) from None
    except MemoryError:
        raise FileError(f"There is not enough memory to open {path.name}.", _AS_PICTURE) from None
    except Exception:
        # Damaged files make the decoders raise almost anything: OSError, SyntaxError,
        # struct.error, zlib.error, KeyError and more.
        raise _damaged(path.name) from None


def size_of_file(path: Path) -> int:
    """In bytes; raises FileError if it is no ordinary file, or an empty one."""
    size = check_ordinary(path)
    if size == 0:
        raise FileError(f"{path.name} is an empty file.", "Copy it again from its source.")
    return size


@contextmanager
def _without_warnings() -> Iterator[None]:
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _decode(image: Image.Image, name: str, file_bytes: int) -> Picture:
    columns, rows = image.size
    if whole_slide(image):
        raise FileError(
            f"{name} is a whole-slide image, which BrainViewer does not open.",
            "Export the part that is meant as TIFF or PNG.",
        )
    if columns * rows > MOST_PIXELS:
        raise _too_large(name, image.size)
    if min(columns, rows) < LEAST_SIDE:
        raise too_small(name, image.size)
    kind, frames = image.format or "", getattr(image, "n_frames", 1)
    if frames > 1 and kind in _FILMS:
        raise FileError(
            f"{name} is a film of {frames} pictures.", "Save the one that is meant as PNG."
        )
    notices = []
    if frames > 1 and kind == "TIFF":
        notices.append(f"It holds {frames} pages; the first is shown.")
    size, about_size = pixel_size(image)
    with without_stderr():
        upright = ImageOps.exif_transpose(image)
    pixels, said = _plain(upright, name)
    notices += [*about_size, *said]
    return Picture(pixels, kind, (columns, rows), file_bytes, tuple(notices), size)


def _plain(image: Image.Image, name: str) -> tuple[Pixels, list[str]]:
    """Grey or RGB pixels, and what was done to get them."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16), []
    if image.mode in ("I", "F"):
        return _scaled(np.asarray(image, np.float64), name)
    if image.mode in ("L", "1"):
        return np.asarray(image.convert("L"), np.uint8), []
    notices = []
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        if np.asarray(layered.getchannel("A")).min() < 255:
            notices.append("Its transparent parts are shown black.")
            ground = Image.new("RGBA", layered.size, (0, 0, 0, 255))
            layered = Image.alpha_composite(ground, layered)
        image = layered
    colours = np.asarray(image.convert("RGB"), np.uint8)
    first = colours[..., 0]
    if np.array_equal(first, colours[..., 1]) and np.array_equal(first, colours[..., 2]):
        return np.ascontiguousarray(first), notices
    return colours, notices


def _scaled(values: NDArray[np.float64], name: str) -> tuple[Pixels, list[str]]:
    """Values of 32 bits as uint16; whole numbers that fit stay what they are."""
    if not np.isfinite(values).all():
        raise FileError(f"{name} holds values that are no numbers.", _AS_PICTURE)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 65535 and np.array_equal(values, np.rint(values)):
        return values.astype(np.uint16), []
    spread = (values - low) * (65535 / max(high - low, 1e-12))
    return np.rint(spread).astype(np.uint16), ["Its values were scaled to 16 bits."]


def too_small(name: str, size: Sequence[int]) -> FileError:
    """What to raise for a picture with a side below ``LEAST_SIDE``; size : columns, rows, …"""
    return FileError(
        f"{name} is too small to show anything ({size[0]} × {size[1]} pixels).",
        f"Give a picture of at least {LEAST_SIDE} × {LEAST_SIDE} pixels.",
    )


def _begins_as_picture(path: Path) -> bool:
    """Whether it was one of them: a TIFF often has its table of contents at its end."""
    with path.open("rb") as file:
        return file.read(8).startswith(_BEGINNINGS)


def _damaged(name: str) -> FileError:
    return FileError(f"{name} is damaged or cut off.", _AS_PICTURE)


def _too_large(name: str, size: tuple[int, int] | None = None) -> FileError:
    said = f" ({size[0]} × {size[1]} pixels)" if size else ""
    return FileError(
        f"{name} is too large to open{said}.",
        f"Save it with at most {MOST_PIXELS // 1_000_000} million pixels.",
    )
