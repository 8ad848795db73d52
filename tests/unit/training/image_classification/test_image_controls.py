"""Controls: what is hidden stays hidden, and simple classifiers find what is there."""

import numpy as np
import pytest

from brainviewer.training.image_classification.evaluation.controls import (
    border_only,
    centre_masked,
    held_out,
    lesion_masked,
    spectrum,
)


def heads(count: int = 3, size: int = 40) -> np.ndarray:
    random = np.random.default_rng(0)
    tensor = np.full((count, size, size, 1), -3, np.float32)
    tensor[:, 1:-1, 1:-1] = random.uniform(-2, 2, (count, size - 2, size - 2, 1))
    return tensor


def test_the_border_is_all_that_is_left() -> None:
    tensor = heads()
    shown = border_only(tensor)
    assert np.array_equal(shown[:, :4], tensor[:, :4])
    assert np.array_equal(shown[:, :, -4:], tensor[:, :, -4:])
    assert all(len(np.unique(one[4:-4, 4:-4])) == 1 for one in shown)
    left = tensor[0].copy()
    left[4:-4, 4:-4] = -3
    assert shown[0, 20, 20, 0] == np.median(left[left > -3])


def test_what_the_border_shows_does_not_depend_on_what_is_hidden() -> None:
    tensor = heads()
    other = tensor.copy()
    other[:, 4:-4, 4:-4] += 1
    assert np.array_equal(border_only(tensor), border_only(other))


def test_the_centre_and_the_tumour_are_hidden_and_nothing_else() -> None:
    tensor = heads()
    before = tensor.copy()
    shown = centre_masked(tensor)
    hidden = np.zeros((40, 40), bool)
    hidden[8:-8, 8:-8] = True
    assert all(len(np.unique(one[hidden])) == 1 for one in shown)
    assert np.array_equal(shown[:, ~hidden], tensor[:, ~hidden])
    boxes = np.array([[5, 10, 15, 30], [-4, -4, 6, 6], [30, 30, 60, 44]], float)
    shown = lesion_masked(tensor, boxes)
    changed = shown[..., 0] != tensor[..., 0]
    assert changed[0].sum() == 20 * 10
    assert changed[0, 10:30, 5:15].all()
    assert not changed[1, 6:].any()
    assert changed[2, 30:, 30:].any()
    assert np.array_equal(tensor, before)


def test_an_image_of_which_nothing_is_left_becomes_black() -> None:
    tensor = np.full((1, 20, 20, 1), -3, np.float32)
    tensor[0, 9:11, 9:11] = 2
    assert np.unique(border_only(tensor)).tolist() == [-3]


def test_blur_takes_power_from_the_outer_rings() -> None:
    sharp = heads(2, 64)
    blurred = (sharp + np.roll(sharp, 1, 1) + np.roll(sharp, 1, 2) + np.roll(sharp, 2, 1)) / 4
    lost = spectrum(sharp) - spectrum(blurred)
    assert (lost[:, -4:] > lost[:, :4]).all()


def test_classifiers_learn_from_other_folds_only() -> None:
    pytest.importorskip("sklearn")
    random = np.random.default_rng(1)
    truth = np.arange(160) % 2
    fold_of = np.arange(160) // 40 + 1
    tells = np.column_stack([truth + 0.1 * random.normal(size=160), random.normal(size=160)])
    for predictions in held_out(tells, truth, fold_of).values():
        assert np.mean(predictions.argmax(axis=1) == truth) > 0.95
    # Half of the folds have the opposite rule, so that what is learned elsewhere is wrong.
    rule = np.where(fold_of > 2, truth, 1 - truth)
    own = fold_of == 1
    predictions = held_out(np.column_stack([rule, truth * 0]), truth, fold_of)[
        "logistic regression"
    ]
    assert np.mean(predictions.argmax(axis=1)[own] == truth[own]) < 0.1
