"""Grey levels and images against those of pyqtgraph, which did this before."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.devices import image_of
from brainviewer.painting.slice_image import checkerboard, grey_levels

KINDS = ["u1", "i1", "<i2", ">i2", "<u2", "<i4", "<u4", "<i8", "<f4", ">f4", "<f8"]


@pytest.mark.parametrize("kind", KINDS)
def test_grey_levels_are_those_of_pyqtgraph_to_the_last_one(kind: str) -> None:
    import pyqtgraph as pg

    random = np.random.default_rng(7)
    dtype = np.dtype(kind)
    values: NDArray[Any] = (random.normal(size=(64, 57)) * 60 + 50).clip(0, 120).astype(dtype)
    if dtype.itemsize > 1:
        values[:8] = random.uniform(0, 30_000, (8, 57)).astype(dtype)
    for low, width in ((0.0, 255.0), (13.7, 41.3), (-20.0, 500.0), (100.0, 20_000.0)):
        window = Window(low + width / 2, width)
        expected = pg.functions.rescaleData(
            values, 255 / window.width, window.low, dtype=np.uint8, clip=(0, 255)
        )
        assert np.array_equal(grey_levels(values, window), expected)
        # a slice is a view with any strides
        assert np.array_equal(grey_levels(values.T[::-1], window), expected.T[::-1])


def test_an_image_has_pixels_of_its_own() -> None:
    pixels = np.arange(5 * 7, dtype=np.uint8).reshape(5, 7)
    image = image_of(pixels, QImage.Format.Format_Grayscale8)
    pixels[:] = 0
    assert (image.width(), image.height()) == (7, 5)
    assert [image.pixelColor(x, y).red() for y in range(5) for x in range(7)] == list(range(35))


def test_a_checkerboard_shows_two_slices_in_turn():
    one, other = np.zeros((80, 60), np.uint8), np.full((80, 60), 255, np.uint8)
    board = checkerboard(one, other, (1.0, 2.0))
    assert (board[:20, :10] == 0).all() and (board[:20, 10:20] == 255).all()
    assert (board[20:40, :10] == 255).all() and (board[20:40, 10:20] == 0).all()
    assert board.mean() == pytest.approx(127.5)
