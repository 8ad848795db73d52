"""Figures against values worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.training import figures

# Two of three A right, one of two O right, the G taken for A.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
ANSWERS = np.array([0, 0, 1, 1, 0, 0])
SURE = np.full((6, 3), 0.1) + 0.7 * np.eye(3)[ANSWERS]


def test_confusion_counts_truth_in_rows() -> None:
    assert figures.confusion(TRUTH, SURE).tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]


def test_figures_from_the_confusion_matrix() -> None:
    assert_allclose(figures.accuracy(TRUTH, SURE), 3 / 6)
    assert_allclose(figures.balanced_accuracy(TRUTH, SURE), (2 / 3 + 1 / 2 + 0) / 3)
    assert_allclose(figures.macro_f1(TRUTH, SURE), (4 / 7 + 2 / 4 + 0) / 3)
    chance = (3 * 4 + 2 * 2 + 1 * 0) / 36
    assert_allclose(figures.kappa(TRUTH, SURE), (0.5 - chance) / (1 - chance))


def test_constant_answers_have_no_kappa_and_half_an_auroc() -> None:
    constant = np.tile([0.6, 0.3, 0.1], (6, 1))
    assert_allclose(figures.kappa(TRUTH, constant), 0, atol=1e-12)
    assert figures.auroc(2)(TRUTH, constant) == 0.5


def test_auroc_counts_pairs_in_the_right_order() -> None:
    score = np.array([0.1, 0.4, 0.4, 0.9])
    table = np.column_stack([1 - score, score])
    # Pairs (ill, well): .4>.1, .4=.4, .9>.1, .9>.4
    assert_allclose(figures.auroc(1)(np.array([0, 0, 1, 1]), table), 3.5 / 4)
    assert np.isnan(figures.auroc(1)(np.array([0, 0, 0, 0]), table))


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    assert_allclose(figures.calibration_error(TRUTH, SURE), 0.8 - 0.5)
    assert_allclose(figures.calibration_error(np.array([0, 1]), np.eye(2)), 0)


def test_brier_and_log_loss() -> None:
    table = np.array([[0.7, 0.2, 0.1]])
    assert_allclose(figures.brier(np.array([0]), table), 0.09 + 0.04 + 0.01)
    assert_allclose(figures.log_loss(np.array([1]), table), -np.log(0.2))


def test_bootstrap_intervals_hold_the_value_and_can_be_repeated() -> None:
    truth, table = np.tile(TRUTH, 10), np.tile(SURE, (10, 1))
    wanted = {"accuracy": figures.accuracy}
    value, low, high = figures.bootstrap(truth, table, wanted, 500, 1)["accuracy"]
    assert low < value == 0.5 < high
    # The standard error of a share of one half among 60 patients is 0.065.
    assert_allclose(high - low, 4 * 0.0645, rtol=0.2)
    assert figures.bootstrap(truth, table, wanted, 500, 1)["accuracy"] == (value, low, high)


@pytest.mark.parametrize("name", figures.measures(("A", "O", "G")))
def test_perfect_answers_have_the_best_figures(name: str) -> None:
    best = 0 if "error" in name or "Brier" in name else 1
    measure = figures.measures(("A", "O", "G"))[name]
    assert_allclose(measure(TRUTH, np.eye(3)[TRUTH]), best)
