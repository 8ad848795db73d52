"""What is hidden of an image stays hidden, so that a network can be asked what it goes by."""

import numpy as np
import pytest

pytest.importorskip("torch")

from brainviewer.training.image_classification.evaluation.held_out_predictions import (
    middle_hidden,
)


def heads(count: int = 3, size: int = 40) -> np.ndarray:
    random = np.random.default_rng(0)
    tensor = np.full((count, size, size, 1), -3, np.float32)
    tensor[:, 1:-1, 1:-1] = random.uniform(-2, 2, (count, size - 2, size - 2, 1))
    return tensor


def test_the_border_is_all_that_is_left() -> None:
    tensor = heads()
    before = tensor.copy()
    shown = middle_hidden(tensor, 0.8)
    hidden = np.zeros((40, 40), bool)
    hidden[4:-4, 4:-4] = True
    assert np.array_equal(shown[:, ~hidden], tensor[:, ~hidden])
    assert all(len(np.unique(one[hidden])) == 1 for one in shown)
    left = tensor[0, ~hidden]
    assert shown[0, 20, 20, 0] == np.median(left[left > -3])
    assert np.array_equal(tensor, before)


def test_what_the_border_shows_does_not_depend_on_what_is_hidden() -> None:
    tensor = heads()
    other = tensor.copy()
    other[:, 4:-4, 4:-4] += 1
    assert np.array_equal(middle_hidden(tensor, 0.8), middle_hidden(other, 0.8))


def test_a_smaller_square_hides_less() -> None:
    tensor = heads()
    assert (middle_hidden(tensor, 0.6) != tensor)[0, ..., 0].sum() == 24 * 24


def test_an_image_of_which_nothing_is_left_becomes_black() -> None:
    tensor = np.full((1, 20, 20, 1), -3, np.float32)
    tensor[0, 9:11, 9:11] = 2
    assert np.unique(middle_hidden(tensor, 0.8)).tolist() == [-3]
