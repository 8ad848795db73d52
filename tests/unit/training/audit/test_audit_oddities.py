"""Odd images are noticed, and an ordinary head is not."""

import cv2
import numpy as np
import pytest
from image_folders import head
from numpy.typing import NDArray

from brainviewer.files.image2d.reader import Image2D
from brainviewer.training.audit.image_signature import conspicuous_signs

Grey = NDArray[np.uint8]


def odd(pixels: Grey) -> set[str]:
    rows, columns = pixels.shape[:2]
    image = Image2D(pixels, "PNG", (columns, rows), file_bytes=1000)
    grey = image.grey()
    return set(conspicuous_signs(image, grey, bool(grey.std() < 2)))


def ct() -> Grey:
    """A bright closed ring of bone around an even brain."""
    canvas = np.zeros((200, 200), np.uint8)
    cv2.ellipse(canvas, (100, 100), (70, 85), 0, 0, 360, 255, cv2.FILLED)
    cv2.ellipse(canvas, (100, 100), (58, 73), 0, 0, 360, 90, cv2.FILLED)
    return canvas


def with_text() -> Grey:
    canvas = np.pad(head(3, 180), 40)
    return np.asarray(cv2.putText(canvas, "JOHN D", (4, 18), 0, 0.6, 255, 2), np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_a_head_is_not_odd(seed: int) -> None:
    assert odd(head(seed, 200)) == set()


def test_each_kind_is_noticed() -> None:
    plain = head(3, 120)
    assert odd(np.full((90, 90), 7, np.uint8)) == {"blank"}
    assert odd(np.hstack([plain, plain])) == {"montage"}
    assert odd(np.vstack([plain, plain])) == {"montage"}
    assert odd(head(3, 40)) == {"small"}
    assert odd(np.pad(plain, 8, constant_values=250)) == {"bright edge"}
    assert odd(ct()) == {"CT-like"}
    assert odd(with_text()) == {"text"}
    tinted = np.repeat(plain[..., None], 3, axis=2)
    tinted[30:60, 30:60, 0] = 255
    assert odd(tinted) == {"colour"}
