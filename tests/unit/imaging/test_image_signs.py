"""Signs that an image is not one slice of a head by MR."""

import cv2
import numpy as np
import pytest

from brainviewer.imaging.measure.image_signs import bone_ring, largest_part, percentile_of_bytes


@pytest.mark.parametrize("percent", [0, 10, 37.5, 99.5, 99.8, 100])
def test_a_percentile_from_the_histogram_is_that_of_numpy(percent):
    random = np.random.default_rng(5)
    for grey in (
        random.integers(0, 256, (40, 31), np.uint8),
        random.integers(0, 3, 1000, np.uint8) * 90,
        np.full((7, 7), 255, np.uint8),
        np.array([12], np.uint8),
        np.array([3, 250], np.uint8),
    ):
        assert percentile_of_bytes(grey, percent) == pytest.approx(
            np.percentile(grey, percent), abs=1e-9
        )


@pytest.mark.parametrize(
    ("rim", "brain", "is_ct"), [(255, 90, True), (190, 90, False), (255, 170, False)]
)
def test_a_ring_of_bone_is_white_around_a_brain_that_is_not(rim, brain, is_ct):
    grey = np.zeros((256, 256), np.uint8)
    cv2.ellipse(grey, (128, 128), (80, 100), 0, 0, 360, brain, cv2.FILLED)
    cv2.ellipse(grey, (128, 128), (80, 100), 0, 0, 360, rim, 9)
    ring = bone_ring(grey, largest_part(grey))
    assert (ring is not None) == is_ct
    if is_ct:
        assert ring > 0.2
