"""Benign edits: small, repeatable, and counted rightly."""

import cv2
import numpy as np
import pytest

from brainviewer.training.image_classification.data.benign_edits import (
    EDITS,
    EXTRA_EDITS,
    changed_predictions,
    edit,
)

EVERY = [*EDITS, *EXTRA_EDITS]


def head() -> np.ndarray:
    image = np.zeros((200, 160), np.uint8)
    cv2.ellipse(image, (80, 100), (60, 80), 0, 0, 360, 110, cv2.FILLED)
    cv2.circle(image, (60, 90), 12, 180, cv2.FILLED)
    return image


@pytest.mark.parametrize("name", EVERY)
def test_an_edit_changes_a_copy_and_is_the_same_for_the_same_seed(name: str) -> None:
    image = head()
    edited = edit(image, name, 3)
    assert edited.dtype == np.uint8
    assert edited.ndim == 2
    assert edited.shape != image.shape or not np.array_equal(edited, image)
    assert np.array_equal(edited, edit(image, name, 3))
    assert np.array_equal(image, head())


@pytest.mark.parametrize("name", EVERY)
def test_the_tumour_stays_the_brightest_place_in_the_head(name: str) -> None:
    edited = edit(head(), name, 1)
    # Away from letters and frames: the middle half.
    rows, columns = edited.shape
    middle = cv2.GaussianBlur(edited, (0, 0), 4)[
        rows // 4 : -rows // 4, columns // 3 : -columns // 3
    ]
    assert middle.max() > 1.3 * np.median(middle)


def test_a_turned_image_keeps_its_corners() -> None:
    corner = np.zeros((100, 60), np.uint8)
    corner[:8, :8] = 200
    for name in ("turned 15° left", "turned 15° right"):
        assert edit(corner, name, 0).sum() == pytest.approx(corner.sum(), rel=0.02)


def test_letters_differ_from_seed_to_seed_and_stay_inside() -> None:
    image = head()
    first, second = (edit(image, "text burned in", seed) for seed in (1, 2))
    assert first.shape == image.shape
    assert not np.array_equal(first, second)
    assert 0.005 < np.mean(first != image) < 0.2


def test_changed_predictions_have_an_interval_that_stays_open_at_none() -> None:
    before = np.array([0, 1, 2, 3] * 50)
    flipped = before.copy()
    flipped[:10] = 3 - flipped[:10]
    said = changed_predictions(before, {"none": before, "some": flipped})
    fraction, low, high = said["none"][:3]
    assert (fraction, low) == (0.0, 0.0)
    assert high == pytest.approx(0.0188, abs=2e-4)  # by Wilson's formula for 0 of 200
    fraction, low, high = said["some"][:3]
    assert fraction == pytest.approx(0.05)
    assert (low, high) == pytest.approx((0.0274, 0.0896), abs=2e-4)
    assert said["all together"][0] == pytest.approx(0.025)
