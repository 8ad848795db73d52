"""A slice as arrays of pixels: grey levels, colours, the heatmap, and their enlargement."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cmap
import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.slices import Convention, SliceView
from brainviewer.core.study import Volume
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting import palette

RGB = NDArray[np.uint8]
SQUARE_MM = 20.0
"""Side of a square of the checkerboard."""
_BESIDE = 2
"""Pixels of the slice around the visible part that interpolation looks at."""


def grey_levels(values: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Stored values as grey levels 0..255 of a window; an inverted window is not regarded.

    Worked out in float32 where that holds every stored value, else in float64.
    """
    exact = np.float32 if np.can_cast(values.dtype, np.float32) else np.float64
    grey: NDArray[Any] = values.astype(exact)
    np.subtract(grey, float(window.low), out=grey)
    np.multiply(grey, 255 / float(window.width), out=grey)
    np.clip(grey, 0, 255, out=grey)
    return grey.astype(np.uint8)


def shown_levels(values: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Stored values, or colours (rows, columns, 3), as 0..255 of a window, contiguous."""
    # Straight from the stored number type; nothing becomes float64.
    grey = grey_levels(values, window)
    return np.ascontiguousarray(np.invert(grey) if window.inverted else grey)


def checkerboard(
    one: NDArray[np.uint8], other: NDArray[np.uint8], spacing: tuple[float, float]
) -> NDArray[np.uint8]:
    """Two slices, both (rows, columns) or both (rows, columns, 3), in squares of ``SQUARE_MM``.

    spacing : mm of a pixel along rows and columns.
    """
    down, across = (
        (np.arange(count) * mm / SQUARE_MM).astype(int)
        for count, mm in zip(one.shape[:2], spacing, strict=True)
    )
    first = (down[:, None] + across) % 2 == 0
    return np.where(first if one.ndim == 2 else first[..., None], one, other)


def enlarged(
    pixels: NDArray[np.uint8],
    step: tuple[float, float],
    origin: tuple[float, float],
    size: tuple[float, float],
    smooth: bool,
) -> tuple[NDArray[np.uint8], tuple[int, int]] | None:
    """The visible part of a slice at the resolution of a device, by cubic interpolation.

    pixels : (rows, columns) or (rows, columns, 3)
    step : x and y device pixels per slice pixel.
    origin : x and y of the slice's top left corner on the device.
    size : width and height of what is seen of the device.
    smooth : otherwise the pixels are squares.

    Returns the part and the x and y of its top left pixel; None if nothing is visible.

    cv2 does in a tenth of a millisecond what a painter's smooth scaling takes several for.
    """
    rows, columns = pixels.shape[:2]
    first_column, last_column, left, right = _visible(step[0], origin[0], columns, size[0])
    first_row, last_row, top, bottom = _visible(step[1], origin[1], rows, size[1])
    if right <= left or bottom <= top:
        return None
    part = pixels[first_row:last_row, first_column:last_column]
    width, height = right - left, bottom - top
    smaller = width < part.shape[1] or height < part.shape[0]
    shrinking = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    fine = cv2.resize(
        part, (width, height), interpolation=shrinking if smooth else cv2.INTER_NEAREST
    )
    return np.asarray(fine, np.uint8), (left, top)


def _visible(scale: float, origin: float, count: int, size: float) -> tuple[int, int, int, int]:
    """Slice pixels [from, to) that are visible along an axis, and the device pixels they take."""
    first = max(0, math.floor(-origin / scale) - _BESIDE)
    last = min(count, math.ceil((size - origin) / scale) + _BESIDE)
    return first, last, round(origin + first * scale), round(origin + last * scale)


def colour_table(name: str) -> RGB:
    """(256, 3) colours of a named map; an unknown name gives grey levels."""
    return _table(name or "gray")


@lru_cache(maxsize=32)
def _table(name: str) -> RGB:
    try:
        lut = cmap.Colormap(name).lut(256)
    except (ValueError, KeyError, TypeError):
        lut = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)
    table: RGB = np.rint(np.asarray(lut)[:, :3] * 255).astype(np.uint8)
    return table


def is_grey(colour_map: str) -> bool:
    """Whether a colour map is that of grey levels."""
    return colour_map in ("", "gray", "grey")


def own_colours(volume: Volume, colour_map: str) -> NDArray[np.uint8] | None:
    """(i, j, k, 3) the colours that an image is shown in; None if it is shown by its grey values.

    A colour map is made for grey values: choosing one takes an image's own colours away.
    """
    return volume.rgb if is_grey(colour_map) else None


def heat_rgba(values: NDArray[np.float32], opacity: float) -> RGB:
    """(rows, columns, 4) colours of a class-activation map with values in 0..1.

    What hardly contributed stays clear, so that the anatomy under it can be read.
    """
    clear = np.clip((values - 0.15) / 0.45, 0, 1)
    alpha = clear * clear * (3 - 2 * clear) * opacity * 255
    # The darkest third of the map would only dim the image.
    colours = colour_table(palette.HEAT)[np.clip(40 + values * 215, 0, 255).astype(np.uint8)]
    rgba: RGB = np.dstack((colours, np.rint(alpha).astype(np.uint8)))
    return rgba


def heat_bar(steps: int = 64) -> RGB:
    """(1, steps, 3) the heatmap's colours from low to high, on black, for a legend."""
    rgba = heat_rgba(np.linspace(0, 1, steps, dtype=np.float32)[None], 1.0)
    bar: RGB = np.rint(rgba[..., :3] * (rgba[..., 3:] / 255)).astype(np.uint8)
    return bar


def heat_values(heatmap: Heatmap, view: SliceView) -> NDArray[np.float32]:
    """The map's values (rows, columns) as the view arranges them."""
    radiological = SliceView.of(view.grid, heatmap.plane, Convention.RADIOLOGICAL)
    arranged: NDArray[np.float32] = view.arrange(radiological.restore(heatmap.values))
    return arranged


def fill_table(names: Mapping[int, str], opacity: float) -> RGB:
    """(256, 4) colours of the values of a segmentation by their names, clear at 0 and others."""
    table = np.zeros((256, 4), np.uint8)
    for value in names:
        table[value] = (*rgb_of(palette.segment_colour(value, names)), round(255 * opacity))
    return table


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour such as ``#FFB347``."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
