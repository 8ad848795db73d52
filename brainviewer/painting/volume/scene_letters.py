"""The patient's directions in a corner of the 3D image: three axes with R L A P S I."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkTextProperty
from vtkmodules.vtkRenderingFreeType import vtkFreeTypeTools

from brainviewer.painting.volume.view import LOOKS, Rotation

_LETTERS = "RLASPI"
_NEAR = np.array((0.94, 0.96, 0.98))
_FAR = np.array((0.30, 0.35, 0.40))
_POINTS_AN_INCH = 72
_PLAIN_PX = 450
"""Along the shorter side of an image whose letters are 13 pixels high."""
_SMALLEST, _LARGEST = 0.75, 1.15
"""Of that size; on a screen letters in a large view are no larger than the texts beside it."""
_SUBPIXEL = 4
"""Bits after the point in the places of lines."""


def draw_letters(image: NDArray[np.uint8], rotation: Rotation, ratio: float | None = None) -> None:
    """Letters around a small cross of axes, into an image; what is nearer is brighter.

    image : (height, width, 3), changed. rotation : as in ``VolumeView``.
    ratio : pixels a point of the screen on which the image will be seen; None for an image that
        is seen elsewhere, where letters are a part of it.
    """
    height, width = image.shape[:2]
    scale, point = min(width, height) / _PLAIN_PX, 1.0 if ratio is None else ratio
    scale = max(scale, _SMALLEST * point)
    if ratio is not None:
        scale = min(scale, _LARGEST * point)
    radius = 25 * scale
    middle = np.array((50.0 * scale, height - 1 - 50.0 * scale))
    nearest_last = sorted(_LETTERS, key=lambda letter: float(rotation[2] @ LOOKS[letter][0]))
    for letter in nearest_last:
        right, up, near = rotation @ LOOKS[letter][0]
        way = np.array((right, -up))
        colour = _FAR + (_NEAR - _FAR) * (0.5 + 0.5 * near)
        start, end = (
            np.rint(at * 2**_SUBPIXEL).astype(int).tolist()
            for at in (middle, middle + radius * way)
        )
        wide = max(1, round(1.2 * scale))
        cv2.line(image, start, end, (150 * colour).tolist(), wide, cv2.LINE_AA, _SUBPIXEL)
        # An axis that points straight at the viewer has both its letters in one place.
        if near > -0.9:
            _stamp(
                image,
                _glyph(letter, round(13 * scale)),
                middle + (radius + 10 * scale) * way,
                colour,
            )


def _stamp(
    image: NDArray[np.uint8],
    glyph: NDArray[np.float32],
    centre: NDArray[np.float64],
    colour: NDArray[np.float64],
) -> None:
    """Put a letter over an image, as much of it as falls on it."""
    height, width = glyph.shape
    left, top = (int(n) for n in np.rint(centre - ((width - 1) / 2, (height - 1) / 2)))
    rows = slice(max(0, top), max(0, min(top + height, image.shape[0])))
    columns = slice(max(0, left), max(0, min(left + width, image.shape[1])))
    there = image[rows, columns]
    if not there.size:
        return
    part = glyph[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    there[:] = np.rint(there + (255 * colour - there) * part[..., None]).astype(np.uint8)


@lru_cache(maxsize=64)
def _glyph(letter: str, size: int) -> NDArray[np.float32]:
    """How much of each pixel a letter covers, 0 to 1, cut down to the letter."""
    style = vtkTextProperty(font_size=max(4, size))
    style.SetFontFamilyToArial()
    style.BoldOn()
    drawn = vtkImageData()
    vtkFreeTypeTools.GetInstance().RenderString(style, letter, _POINTS_AN_INCH, drawn)
    width, height, _ = drawn.GetDimensions()
    colours = vtk_to_numpy(drawn.GetPointData().GetScalars()).reshape(height, width, -1)
    covered = colours[::-1, :, 3]
    rows, columns = (np.flatnonzero(covered.any(axis=axis)) for axis in (1, 0))
    cut = covered[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(cut / 255, dtype=np.float32)
