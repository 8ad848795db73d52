"""Many small images on one sheet, each with two lines of text below it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainviewer.imaging.preprocess.head_crop import Crop
from brainviewer.painting.canvas import Canvas, draw_pixels
from brainviewer.painting.palette import BACKGROUND, PANEL, QUIET, TEXT, TUMOUR

_TILE, _GAP, _TEXT, _HEAD, _SCALE = 132, 10, 34, 34, 2


@dataclass(frozen=True, eq=False)
class Tile:
    """One image: (height, width, 1 or 3) uint8, what stands below, and a rectangle on it.

    caution : the second line says something that is wrong or doubtful.
    """

    image: NDArray[np.uint8]
    first: str
    second: str
    caution: bool = False
    crop: Crop | None = None


def contact_sheet(title: str, tiles: Sequence[Tile], columns: int = 8) -> bytes:
    """A PNG of all tiles, row by row."""
    columns = max(1, min(columns, len(tiles)))
    rows = -(-len(tiles) // columns)
    wide = max(3 * (_TILE + _GAP), columns * (_TILE + _GAP)) + _GAP
    tall = _HEAD + rows * (_TILE + _TEXT + _GAP) + _GAP

    def draw(canvas: Canvas) -> None:
        canvas.paint(0, 0, wide, tall, PANEL)
        named = canvas.shortened(title, wide - 2 * _GAP, 13, True)
        canvas.text(_GAP, 10, named, 13, TEXT, bold=True)
        for number, tile in enumerate(tiles):
            row, column = divmod(number, columns)
            left, top = _GAP + column * (_TILE + _GAP), _HEAD + row * (_TILE + _TEXT + _GAP)
            _draw(canvas, tile, left, top)

    content = io.BytesIO()
    sheet = Image.fromarray(draw_pixels(draw, (wide, tall), _SCALE))
    sheet.save(content, "PNG", optimize=True)
    return content.getvalue()


def _draw(canvas: Canvas, tile: Tile, left: float, top: float) -> None:
    height, width = tile.image.shape[:2]
    zoom = _TILE / max(height, width)
    x, y = left + (_TILE - width * zoom) / 2, top + (_TILE - height * zoom) / 2
    canvas.paint(left, top, left + _TILE, top + _TILE, BACKGROUND)
    rgb = np.broadcast_to(tile.image, (height, width, 3))
    canvas.place(rgb, x, y, width * zoom, height * zoom)
    if tile.crop is not None:
        low, high = (x + zoom * tile.crop.left, y + zoom * tile.crop.top), tile.crop
        far = x + zoom * high.right, y + zoom * high.bottom
        canvas.stroke([low, (far[0], low[1]), far, (low[0], far[1])], TUMOUR, 1.4, closed=True)
    colour = TUMOUR if tile.caution else QUIET
    for line, (text, ink) in enumerate(((tile.first, TEXT), (tile.second, colour))):
        place = top + _TILE + 4 + 14 * line
        canvas.text(left, place, canvas.shortened(text, _TILE, 11), 11, ink)
