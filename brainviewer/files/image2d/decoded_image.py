"""What every decoder of single images returns: the image the right way up."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.files.image2d.pixel_size import PixelSize

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
ORIENTATION = 274
"""The tag of EXIF and TIFF that says how an image lies."""


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """One image.

    pixels : (rows, columns) grey, or (rows, columns, 3) uint8 RGB, the right way up. Grey is uint16
        where the file has more than 8 bits, else uint8; colours that are all grey come as grey.
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


def upright(pixels: NDArray[Any], orientation: object) -> NDArray[Any]:
    """The image the right way up; unknown orientations change nothing.

    pixels : (rows, columns) or (rows, columns, channels)
    orientation : where the first row and the first column are seen, 1 to 8
    """
    if orientation not in range(2, 9):
        return pixels
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
