"""The rectangle around the head in a single image of unknown origin.

As the tutorials for MR images do it: blur, threshold, erode and dilate, take the largest outer
contour, and cut at its extreme points (OpenCV's ``findContours``; Suzuki & Abe 1985).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_THRESHOLD = 45  # of 255, as in the tutorials
_LEAST_AREA, _WIDEST = 0.3, 1.7


@dataclass(frozen=True)
class Crop:
    """A rectangle in pixels, ``right`` and ``bottom`` not included.

    doubt : why it should be looked at; empty if there is no reason to.
    """

    left: int
    top: int
    right: int
    bottom: int
    doubt: str = ""

    def of(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of an image inside the rectangle."""
        return image[self.top : self.bottom, self.left : self.right]


def largest_contour(image: NDArray[np.uint8]) -> Crop:
    """The rectangle of the largest bright region.

    image : (height, width, 3) RGB

    Where nothing is bright enough the whole image is returned, with a doubt.
    """
    height, width = image.shape[:2]
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    bright = cv2.threshold(grey, _THRESHOLD, 255, cv2.THRESH_BINARY)[1]
    bright = cv2.dilate(cv2.erode(bright, None, iterations=2), None, iterations=2)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return Crop(0, 0, width, height, "nothing is bright enough")
    contour = max(contours, key=cv2.contourArea).reshape(-1, 2)
    (left, top), (right, bottom) = contour.min(axis=0), contour.max(axis=0) + 1
    wide, high = int(right - left), int(bottom - top)
    doubt = ""
    if wide * high < _LEAST_AREA * width * height:
        doubt = f"only {100 * wide * high / (width * height):.0f} % of the image"
    elif max(wide, high) > _WIDEST * min(wide, high):
        doubt = f"{wide} x {high} pixels is no shape of a head"
    return Crop(int(left), int(top), int(right), int(bottom), doubt)
