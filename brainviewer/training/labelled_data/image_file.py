"""Pixels of image files for training, decoded by OpenCV as for the models that ship."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import read_ordinary

GREY, COLOUR = cv2.IMREAD_GRAYSCALE, cv2.IMREAD_COLOR
_MOST_BYTES = 2**28


def read_pixels(path: Path, flags: int, what: str = "") -> NDArray[np.uint8]:
    """The pixels of an image, (rows, columns) or (rows, columns, 3) in the order blue, green, red.

    flags : ``GREY``, ``COLOUR`` or another of OpenCV
    what : the image in a sentence, such as "The image 001.jpg"; by default that of a case.
    Raises FileError if it is no ordinary file, too large, or cannot be decoded.
    """
    content = np.frombuffer(read_ordinary(path, _MOST_BYTES), np.uint8)
    try:
        image = cv2.imdecode(content, flags) if content.size else None
    except cv2.error:
        image = None
    if image is None:
        named = what or f"The image {path.name} of the case {path.parent.name}"
        raise FileError(f"{named} cannot be read.", "Check the data folder.")
    return np.asarray(image, np.uint8)
