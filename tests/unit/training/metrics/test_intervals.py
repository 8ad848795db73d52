"""Intervals against values worked out by hand, and what they must hold."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.wilson import wilson
from brainviewer.training.image_classification.evaluation.results import measures as image_measures
from brainviewer.training.metrics import metrics as figures
from brainviewer.training.metrics.fractions import effective_number
from brainviewer.training.metrics.intervals import Estimate, estimates, fraction, percentiles
from brainviewer.training.metrics.metric_kinds import area_interval

TRUTH = np.array([0, 0, 0, 1, 1, 2])
SURE = np.full((6, 3), 0.1) + 0.7 * np.eye(3)[[0, 0, 1, 1, 0, 0]]
CODES = ("A", "O", "G")
ACCURACY = {"accuracy": figures.accuracy}


def table(seed: int, count: int, right: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and probabilities that are right so often."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 3
    said = np.where(random.random(count) < right, truth, random.integers(3, size=count))
    chances = random.dirichlet(np.ones(3), count) + 2 * np.eye(3)[said]
    return truth, chances / chances.sum(axis=1, keepdims=True)


def test_a_fraction_has_the_interval_of_wilson() -> None:
    assert_allclose(wilson(0.1, 10), (0.0179, 0.4042), atol=1e-4)  # 1 of 10
    assert_allclose(wilson(0.0, 20), (0.0, 0.1611), atol=1e-4)
    assert_allclose(wilson(1.0, 20), (0.8389, 1.0), atol=1e-4)
    truth, predictions = np.tile(TRUTH, 10), np.tile(SURE, (10, 1))
    found = estimates(truth, predictions, {**ACCURACY, "recall G": figures.recall(2)}, 50, 1)
    assert found["accuracy"] == Estimate(0.5, *wilson(0.5, 60), 60)
    assert found["recall G"] == Estimate(0.0, *wilson(0.0, 10), 10)


def test_seeds_are_no_further_patients() -> None:
    truth, predictions = table(1, 60)
    one = estimates(truth, predictions, figures.measures(CODES), 100, 1)
    three = estimates(truth, np.stack([predictions] * 3), figures.measures(CODES), 100, 1)
    for name, found in one.items():
        assert_allclose(found[:3], three[name][:3], err_msg=name)


def test_copies_that_are_drawn_together_tell_nothing_new() -> None:
    truth, predictions = table(3, 60)
    alone = estimates(truth, predictions, figures.measures(CODES), 400, 1)
    twice, names = np.repeat(predictions, 2, axis=0), np.repeat(np.arange(60), 2).astype(str)
    together = estimates(np.repeat(truth, 2), twice, figures.measures(CODES), 400, 1, names)
    apart = estimates(np.repeat(truth, 2), twice, figures.measures(CODES), 400, 1)
    for name in alone:
        width, same, narrow = (one[name].high - one[name].low for one in (alone, together, apart))
        assert same == pytest.approx(width, rel=0.25), name
        assert narrow < 0.9 * same, name
    assert together["accuracy"].of == 120
    assert together["accuracy"].effective == pytest.approx(60, rel=0.05)


def test_groups_of_one_are_no_groups() -> None:
    truth, predictions = table(4, 30)
    plain = estimates(truth, predictions, ACCURACY, 50, 1)
    assert estimates(truth, predictions, ACCURACY, 50, 1, np.arange(30)) == plain


def test_the_effective_number_is_that_of_the_groups_where_all_agree() -> None:
    groups = np.repeat(np.arange(8), 5)
    whole = np.ones(40)
    same = np.repeat([1.0, 0, 1, 1, 0, 1, 0, 1], 5)
    assert effective_number(whole, same, groups) == pytest.approx(7)  # eight, less one for the mean
    assert effective_number(whole, np.ones(40), groups) == 8
    mixed = np.tile([1.0, 0, 1, 0, 1], 8)  # no group differs from another
    assert effective_number(whole, mixed, groups) == 40


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [9, 30, 93])
@pytest.mark.parametrize("right", [0.0, 0.6, 0.95, 1.0])
def test_every_interval_holds_its_estimate_and_has_a_width(
    seed: int, count: int, right: float
) -> None:
    """A percentile bootstrap of a calibration error would lie above its estimate."""
    truth, predictions = table(seed, count, right)
    if seed % 3 == 0:
        predictions = np.eye(3)[predictions.argmax(axis=1)] * 0.9 + 0.1 / 3
    groups = None if seed % 2 else np.arange(count) // 3 * 3 + truth % 3
    wanted = figures.measures(CODES) | image_measures(CODES)
    constant = {name for name in wanted if "equally frequent" in name or name == "Brier score"}
    known = estimates(truth, predictions, wanted, 200, seed, groups)
    assert wanted.keys() - constant <= known.keys()
    for name, found in known.items():
        entry = found.entry(name, "images", count)
        assert entry["low"] <= entry["value"] <= entry["high"], name
        assert entry["low"] < entry["high"], name
        assert entry["images"] <= count


def test_predictions_that_never_vary_have_no_narrow_interval() -> None:
    truth, _ = table(1, 30)
    constant = np.tile([0.6, 0.3, 0.1], (30, 1))
    found = estimates(truth, constant, figures.measures(CODES), 200, 1)
    for name in ("Cohen's kappa", "balanced accuracy", "macro F1", "AUROC A against the rest"):
        assert found[name].low < found[name].value < found[name].high, name
    # Nothing can be drawn that differs, and nothing is counted.
    assert "log loss, classes equally frequent" not in found


def test_what_cannot_be_told_is_left_out() -> None:
    truth, predictions = table(1, 30)
    found = estimates(np.minimum(truth, 1), predictions, figures.measures(CODES), 100, 1)
    assert "recall G" not in found and "AUROC G against the rest" not in found
    assert "error" not in estimates(
        truth, predictions, {"error": figures.doubtful_error(0.0)}, 50, 1
    )


def test_what_draws_add_to_a_distance_is_taken_off() -> None:
    drawn = np.linspace(0.10, 0.20, 1001)
    assert_allclose(percentiles(0.05, drawn), (0.1025, 0.1975), atol=1e-4)
    assert_allclose(percentiles(0.05, drawn, biased=True), (0.0025, 0.0975), atol=1e-4)
    assert percentiles(0.5, np.full(9, 0.5)) is None


def test_the_calibration_error_is_covered() -> None:
    """Of perfectly calibrated answers, whose estimates are all too high, 95 % hold the mean."""
    random = np.random.default_rng(5)
    inside, values = 0, []
    spans = []
    for seed in range(60):
        chances = random.dirichlet([2, 1, 1], 120)
        truth = np.array([random.choice(3, p=row) for row in chances])
        wanted = {"ece": figures.calibration_error}
        one = estimates(truth, chances, wanted, 200, seed)["ece"]
        values.append(one.value)
        spans.append((one.low, one.high))
    for low, high in spans:
        inside += low <= np.mean(values) <= high
    assert inside >= 51  # of 60


def test_the_worst_recall_is_the_least_of_the_intervals() -> None:
    truth, predictions = table(2, 90)
    found = estimates(truth, predictions, image_measures(CODES), 100, 1)
    each = [found[f"recall {code}"] for code in CODES]
    worst = found["worst-class recall"]
    assert worst.value == min(one.value for one in each)
    assert worst.low == min(one.low for one in each)
    assert worst.high == min(one.high for one in each)


def test_the_interval_of_an_area_is_open_where_all_pairs_are_right() -> None:
    low, high = area_interval(1.0, 20, 30)
    assert 0.85 < low < 0.95 and high == 1.0
    # As Hanley & McNeil's own standard error tells it in the middle.
    low, high = area_interval(0.8, 500, 500)
    assert_allclose((low, high), (0.8 - 1.96 * 0.0142, 0.8 + 1.96 * 0.0142), atol=3e-3)


def test_an_entry_says_what_a_fraction_is_of() -> None:
    assert fraction(0.25, 4).entry("recall", "images", 99) == {
        "name": "recall", "value": 0.25, "low": 0.0456, "high": 0.6994, "images": 4
    }  # fmt: skip
    grouped = fraction(0.25, 40, 4.04).entry("recall", "images", 99)
    assert (grouped["images"], grouped["effective"]) == (40, 4.0)
    assert Estimate(0.5, 0.4, 0.6).entry("AUROC", "patients", 93)["patients"] == 93


def test_intervals_can_be_repeated() -> None:
    truth, predictions = table(6, 40)
    wanted = figures.measures(CODES)
    assert estimates(truth, predictions, wanted, 100, 1) == estimates(
        truth, predictions, wanted, 100, 1
    )
