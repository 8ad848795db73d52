"""Images for training come through the one door to files."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.labelled_data.image_file import COLOUR, GREY, read_pixels


@pytest.fixture
def image(tmp_path: Path) -> Path:
    colours = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.jpg"), colours)
    return tmp_path / "a.jpg"


@pytest.mark.parametrize("flags", [GREY, COLOUR])
def test_pixels_are_those_that_the_models_saw(image, flags):
    expected = cv2.imread(str(image), flags)
    np.testing.assert_array_equal(read_pixels(image, flags, "The image a.jpg"), expected)


def test_pipes_and_what_is_no_image_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(FileError, match="no ordinary file but a pipe"):
        read_pixels(tmp_path / "pipe.jpg", GREY, "It")
    for content in (b"", b"\xff\xd8\xff no image"):
        (tmp_path / "b.jpg").write_bytes(content)
        with pytest.raises(FileError, match="It cannot be read"):
            read_pixels(tmp_path / "b.jpg", GREY, "It")


def test_nothing_else_reads_images_past_it():
    package = Path(__file__).parents[4] / "brainviewer"
    past = [p.name for p in package.rglob("*.py") if "cv2.imread(" in p.read_text(encoding="utf-8")]
    assert past == []
