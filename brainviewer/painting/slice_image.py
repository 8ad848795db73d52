"""One slice as pixels: grey levels, colour maps, heatmap and outlines, smooth at any size."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cmap
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from brainviewer.core.annotations import Point
from brainviewer.core.findings import Heatmap
from brainviewer.core.slices import Convention, SliceView
from brainviewer.core.study import Volume
from brainviewer.painting import palette

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class Viewport:
    """The part of a slice that is shown.

    centre : world position in mm, RAS+, in the middle of the pane.
    mm_per_point : how many mm a pixel of the pane at 1× covers; of a picture, in its own unit.
    """

    centre: Point
    mm_per_point: float


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the pixels of a slice lie in a pane.

    size : width and height of the pane in pixels.
    origin : x and y in the pane, in pixels, of the slice's top left corner (the corner of the
        pixel, not its centre).
    step : x and y pane pixels per slice pixel.
    """

    view: SliceView
    size: tuple[int, int]
    origin: tuple[float, float]
    step: tuple[float, float]

    @classmethod
    def of(
        cls, view: SliceView, size: tuple[int, int], scale: float, viewport: Viewport | None = None
    ) -> "Placement":
        """The whole slice in the middle of the pane, or what a viewport shows of it."""
        (rows, columns), (height, width) = view.shape, view.pixel_spacing
        if viewport is None:
            mm = max(columns * width / size[0], rows * height / size[1])
            row, column = (rows - 1) / 2, (columns - 1) / 2
        else:
            mm = viewport.mm_per_point / scale
            row, column = view.to_screen(viewport.centre)[0]
        step = width / mm, height / mm
        origin = size[0] / 2 - (column + 0.5) * step[0], size[1] / 2 - (row + 0.5) * step[1]
        return cls(view, size, (float(origin[0]), float(origin[1])), step)

    @property
    def pixels_per_mm(self) -> float:
        """Pane pixels per mm."""
        return self.step[0] / self.view.pixel_spacing[1]

    def pixel_of(self, row: float, column: float) -> tuple[float, float]:
        """x and y in the pane of a position on the slice (pixel centres at integers)."""
        return (
            self.origin[0] + (column + 0.5) * self.step[0],
            self.origin[1] + (row + 0.5) * self.step[1],
        )

    def resampled(self, values: NDArray[Any]) -> tuple[NDArray[np.float32], tuple[int, int]]:
        """Values (rows, columns) of the slice at the resolution of the pane, interpolated.

        Returns the visible part and the x and y of its top left pixel in the pane; the part is
        empty when nothing of the slice is visible.
        """
        rows, columns = values.shape
        x0, x1, left, right = _visible(self.origin[0], self.step[0], columns, self.size[0])
        y0, y1, top, bottom = _visible(self.origin[1], self.step[1], rows, self.size[1])
        if x1 <= x0 or y1 <= y0:
            return np.zeros((0, 0), np.float32), (0, 0)
        source = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
        part = source.resize(
            (x1 - x0, y1 - y0), Image.Resampling.BICUBIC, (left, top, right, bottom)
        )
        return np.asarray(part, dtype=np.float32), (x0, y0)


def _visible(origin: float, step: float, count: int, size: int) -> tuple[int, int, float, float]:
    """Pane pixels [from, to) that a slice covers along one axis, and the slice's part in them."""
    first = max(0, int(np.ceil(origin - 1e-6)))
    last = min(size, int(np.floor(origin + count * step + 1e-6)))
    begin = min(max((first - origin) / step, 0.0), float(count))
    end = min(max((last - origin) / step, 0.0), float(count))
    return first, last if end > begin else first, begin, end


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


def own_colours(volume: Volume, colour_map: str) -> NDArray[np.uint8] | None:
    """(i, j, k, 3) the colours that a picture is shown in; None if it is shown by its grey values.

    A colour map is made for grey values: choosing one takes a picture's own colours away.
    """
    return volume.rgb if colour_map in ("", "gray", "grey") else None


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


def heat_bar(width: int, height: int) -> Image.Image:
    """The heatmap's colours from low to high, on black, for a legend."""
    values = np.tile(np.linspace(0, 1, max(width, 2), dtype=np.float32), (max(height, 1), 1))
    picture = np.zeros((*values.shape, 3), np.uint8)
    colours = heat_rgba(values, 1.0)
    blend(picture, colours[..., :3], colours[..., 3] / 255, (0, 0))
    return Image.fromarray(picture)


def heat_values(heatmap: Heatmap, view: SliceView) -> NDArray[np.float32]:
    """The map's values (rows, columns) as the view arranges them."""
    radiological = SliceView.of(view.grid, heatmap.plane, Convention.RADIOLOGICAL)
    arranged: NDArray[np.float32] = view.arrange(radiological.restore(heatmap.values))
    return arranged


def blend(picture: RGB, colours: RGB, alpha: NDArray[Any], at: tuple[int, int]) -> None:
    """Lay colours over a part of a picture (rows, columns, 3), in place.

    colours : (h, w, 3) or one colour (3,); alpha : (h, w) in 0..1; at : x and y of the part.
    """
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not rows.size:
        return
    # Most overlays cover a small part of the slice.
    down, right = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    weight = alpha[down, right].astype(np.float32)[..., None]
    colours = colours[down, right] if colours.ndim == 3 else colours
    part = picture[at[1] :, at[0] :][down, right]
    part[:] = np.rint(part * (1 - weight) + colours.astype(np.float32) * weight)


def rgb_of(colour: str) -> RGB:
    """(3,) uint8 of a colour such as ``#FFB347``."""
    return np.array(ImageColor.getrgb(colour)[:3], dtype=np.uint8)
