"""Networks for single images answer together, and are compared image by image."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.image_classification.evaluation.tumour_ensemble import (
    differences,
    standard_error,
    together,
)

TRUTH = np.array([0, 1, 2, 3] * 25)


def said(right: float) -> Predictions:
    """The first answers are right, the others wrong."""
    count = round(right * len(TRUTH))
    shown = np.where(np.arange(len(TRUTH)) < count, TRUTH, (TRUTH + 1) % 4)
    names = tuple(map(str, range(len(TRUTH))))
    return Predictions(names, ("1",) * len(TRUTH), TRUTH, 0.6 * np.eye(4)[shown] + 0.1, None)


def test_together_is_the_mean() -> None:
    one, other = said(0.5), said(1.0)
    both = together([one, replace(other, probabilities=other.probabilities * 3)])
    assert (both.probabilities.argmax(axis=1) == TRUTH).all()
    with pytest.raises(FileError, match="not measured on the same images"):
        together([one, replace(other, files=other.files[::-1])])


def test_a_difference_is_over_the_same_images() -> None:
    found = differences({"a": said(0.9), "b": said(0.8)})["a - b"]
    assert found["accuracy"] == pytest.approx(0.1)
    assert found["standard_error"] == pytest.approx((0.1 * 0.9 / 100) ** 0.5)


def test_copies_count_as_one() -> None:
    values = np.repeat([0.0, 1.0], 50)
    alone = standard_error(values, None)
    pairs = standard_error(values, np.arange(100) // 2)
    assert pairs == pytest.approx(alone * 2**0.5)
