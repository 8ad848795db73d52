"""What every decoder of single images returns."""

from dataclasses import dataclass

from brainviewer.files.image2d.pixel_size import PixelSize
from brainviewer.files.image2d.plain_pixels import Pixels


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """One image.

    pixels : (rows, columns) grey, or (rows, columns, 3) uint8 RGB, the right way up. Grey is uint16
        where the file has more than 8 bits, else uint8.
    format : of the file, such as JPEG
    stored_size : (columns, rows) in the file, before it was turned upright
    notices : what was done to it that a user should know, sentences
    pixel_size : where the file knows it (TIFF)
    """

    pixels: Pixels
    format: str
    stored_size: tuple[int, int]
    notices: tuple[str, ...] = ()
    pixel_size: PixelSize | None = None
