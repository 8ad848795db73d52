"""Colours become grey by one rule, in whatever shape they come."""

import numpy as np
import pytest
from PIL import Image

from brainviewer.core.luma import luma


def test_grey_keeps_its_value_and_green_weighs_most() -> None:
    assert luma(np.full((2, 3, 3), 200, np.uint8)) == pytest.approx(np.full((2, 3), 200.0))
    red, green, blue = luma(255 * np.eye(3, dtype=np.float32))
    assert blue < red < green
    assert luma(np.zeros((0, 3), np.uint8)).shape == (0,)


def test_it_is_that_of_pillow() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    expected = np.asarray(Image.fromarray(colours).convert("L"), np.float32)
    assert luma(colours).dtype == np.float32
    assert np.abs(luma(colours) - expected).max() <= 0.51
