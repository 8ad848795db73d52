"""Figures against values worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.training.metrics import metrics as figures

# Two of three A right, one of two O right, the G taken for A.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
PREDICTIONS = np.array([0, 0, 1, 1, 0, 0])
SURE = np.full((6, 3), 0.1) + 0.7 * np.eye(3)[PREDICTIONS]
CODES = ("A", "O", "G")


def test_confusion_counts_truth_in_rows() -> None:
    assert figures.confusion(TRUTH, SURE)[0].tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]


def test_figures_from_the_confusion_matrix() -> None:
    assert_allclose(figures.accuracy(TRUTH, SURE), 3 / 6)
    assert_allclose(figures.balanced_accuracy(TRUTH, SURE), (2 / 3 + 1 / 2 + 0) / 3)
    assert_allclose(figures.macro_f1(TRUTH, SURE), (4 / 7 + 2 / 4 + 0) / 3)
    assert_allclose([figures.recall(n)(TRUTH, SURE)[0] for n in range(3)], [2 / 3, 1 / 2, 0])
    chance = (3 * 4 + 2 * 2 + 1 * 0) / 36
    assert_allclose(figures.kappa(TRUTH, SURE), (0.5 - chance) / (1 - chance))


def test_constant_predictions_have_no_kappa_and_half_an_auroc() -> None:
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


def test_calibration_at_another_prevalence_weighs_the_patients() -> None:
    equal = figures.calibration_error_at((1 / 3, 1 / 3, 1 / 3))
    assert_allclose(equal(TRUTH, SURE), 0.8 - (2 / 3 + 1 / 2 + 0) / 3)
    as_here = figures.calibration_error_at((3 / 6, 2 / 6, 1 / 6))
    assert_allclose(as_here(TRUTH, SURE), figures.calibration_error(TRUTH, SURE))


def test_brier_and_log_loss() -> None:
    table = np.array([[0.7, 0.2, 0.1]])
    assert_allclose(figures.brier(np.array([0]), table), 0.09 + 0.04 + 0.01)
    assert_allclose(figures.log_loss(np.array([1]), table), -np.log(0.2))
    losses = -np.log([(0.8 * 0.8 * 0.1) ** (1 / 3), (0.8 * 0.1) ** (1 / 2), 0.1])
    assert_allclose(figures.balanced_log_loss(TRUTH, SURE), losses.mean())


def test_selective_error_looks_at_the_most_confident() -> None:
    sure = np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.55])
    table = np.column_stack([sure, 1 - sure])
    truth = np.array([0, 0, 1, 0, 1, 1])
    assert_allclose(figures.selective_error(0.5)(truth, table), 1 / 3)
    assert_allclose(figures.selective_error(1.0)(truth, table), 3 / 6)
    # Two thirds of a draw in which the surest patient is there five times.
    counts = np.array([[5, 0, 1, 0, 0, 0]])
    assert_allclose(figures.selective_error(1.0)(truth, table, counts), 1 / 6)
    assert figures.risk_coverage(truth, table)[2] == (0.5, pytest.approx(1 / 3))


def test_doubtful_predictions_are_judged_apart() -> None:
    table = np.array([[0.9, 0.1], [0.55, 0.45], [0.45, 0.55], [0.2, 0.8]])
    truth = np.array([0, 1, 1, 1])
    assert_allclose(figures.doubtful_error(0.6)(truth, table), 1 / 2)
    assert_allclose(figures.doubtful_error(0.6, doubtful=False)(truth, table), 0)
    assert np.isnan(figures.doubtful_error(0.1)(truth, table))


def test_reliability_holds_every_patient_once() -> None:
    bins = figures.reliability(TRUTH, SURE)
    assert bins == [{"confidence": pytest.approx(0.8), "accuracy": 0.5, "patients": 6}]


@pytest.mark.parametrize("name", figures.measures(CODES))
def test_a_draw_is_judged_like_the_patients_in_it(name: str) -> None:
    """Counting patients twice is the same as having them twice."""
    random = np.random.default_rng(5)
    table = random.dirichlet([1, 1, 1], size=12)
    truth = np.arange(12) % 3
    draw = random.integers(12, size=12)
    truth, draw = np.append(truth, [0, 1, 2]), np.append(draw, [12, 13, 14])
    table = np.concatenate([table, random.dirichlet([1, 1, 1], size=3)])
    counts = np.bincount(draw, minlength=15)[None, :].astype(float)
    measure = figures.measures(CODES)[name]
    assert_allclose(measure(truth, table, counts), measure(truth[draw], table[draw]))


@pytest.mark.parametrize("name", figures.measures(CODES))
def test_perfect_predictions_have_the_best_figures(name: str) -> None:
    best = 0 if any(word in name for word in ("error", "Brier score", "log loss")) else 1
    measure = figures.measures(CODES)[name]
    assert_allclose(measure(TRUTH, np.eye(3)[TRUTH]), best, atol=1e-9)
