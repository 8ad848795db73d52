"""Zooming to a place of the 3D view, and how far the head can be moved."""

import numpy as np
import pytest

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import camera_of
from brainviewer.painting.volume.view import LARGEST, VolumeView, three_quarter

AFFINE = np.diag([1.2, 0.9, 2.5, 1.0])
BLOCK = Block(np.zeros((60, 80, 30), np.uint8, order="F"), AFFINE)


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("size", [(400, 300), (220, 510)])
@pytest.mark.parametrize("factor", [1.7, 0.8])
def test_what_is_seen_at_a_place_stays_there(
    perspective: bool, size: tuple[int, int], factor: float
) -> None:
    view = VolumeView(three_quarter(), size=1.3, place=(0.1, -0.2), perspective=perspective)
    camera = camera_of(view, BLOCK, size)
    half = min(size) / 2
    for point in BLOCK.corners:
        x, y = camera.pixels(point)
        at = (x - (size[0] - 1) / 2) / half, ((size[1] - 1) / 2 - y) / half
        nearer = float((point - camera.focus) @ view.rotation[2]) / camera.distance
        zoomed = view.zoomed(factor, at, nearer)
        assert zoomed.size == pytest.approx(1.3 * factor)
        assert camera_of(zoomed, BLOCK, size).pixels(point) == pytest.approx((x, y), abs=1e-6)


def test_at_the_largest_size_nothing_moves() -> None:
    view = VolumeView(size=LARGEST, place=(0.3, 0.1))
    assert view.zoomed(2.0, (0.5, 0.5)).place == pytest.approx(view.place)
    assert view.zoomed(2.0, (0.5, 0.5)).size == LARGEST


@pytest.mark.parametrize("size", [0.4, 1.0, 4.0])
def test_the_head_cannot_be_lost(size: float) -> None:
    view = VolumeView(size=size)
    for way in ((1, 0), (-1, 0.3), (1, 1), (0, -1)):
        far = view
        for _ in range(200):
            far = far.moved(*way)
        assert np.hypot(*far.place) == pytest.approx(1.1)
        assert np.array(far.place) @ way > 0
    assert view.moved(0.2 * size, 0).place == pytest.approx((0.2, 0.0))
    away = view.zoomed(0.2, (0.9, 0.9))
    assert np.hypot(*away.place) <= 1.1 + 1e-9
