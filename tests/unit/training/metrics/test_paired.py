"""Comparisons of two classifiers on the same cases, against values worked out by hand."""

from math import comb, erfc, sqrt

import numpy as np
import pytest

from brainviewer.training.metrics.metrics import accuracy, auroc, balanced_accuracy
from brainviewer.training.metrics.paired import (
    delong,
    differences,
    discordant,
    mcnemar,
    reclassified,
)


def sure(answers: list[int], classes: int = 2) -> np.ndarray:
    """(n, classes): certain of these answers."""
    return np.eye(classes)[answers]


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),  # 2 * P(X <= 5) is more than 1
        (1, 9, 2 * (1 + 10) / 1024),
        (9, 1, 22 / 1024),
        (0, 6, 2 / 64),
        (2, 8, 2 * (1 + 10 + 45) / 1024),
    ],
)
def test_mcnemar_by_hand(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p, rel=1e-12)


def test_mcnemar_of_many_cases() -> None:
    """Where factorials have hundreds of digits, it is the sum of the binomial distribution."""
    exact = 2 * sum(comb(2000, k) for k in range(951)) / 2**2000
    assert mcnemar(950, 1050) == pytest.approx(exact, rel=1e-12)


def test_delong_by_hand() -> None:
    """Two positive and two other cases. The first has one pair of four the wrong way round."""
    positive = np.array([True, True, False, False])
    first = np.array([0.9, 0.6, 0.7, 0.1])
    second = np.array([0.9, 0.8, 0.7, 0.1])
    found = delong(positive, first, second)
    assert (found.first, found.second) == (0.75, 1.0)
    # Placements of the first: positive 1 and 1/2, others 1/2 and 1; of the second all 1.
    variance = 0.125 / 2 + 0.125 / 2
    assert found.low == pytest.approx(0.25 - 1.959964 * sqrt(variance))
    assert found.high == pytest.approx(0.25 + 1.959964 * sqrt(variance))
    assert found.p == pytest.approx(erfc(0.25 / sqrt(variance) / sqrt(2)))
    assert found.p == pytest.approx(0.4795, abs=1e-4)


def by_definition(positive: np.ndarray, scores: list[np.ndarray]) -> tuple[float, float]:
    """Difference of areas and its variance by the structural components of DeLong's paper."""
    ill, well = [], []
    for score in scores:
        above = score[positive][:, None] - score[~positive][None, :]
        wins = (above > 0) + 0.5 * (above == 0)
        ill.append(wins.mean(axis=1))
        well.append(wins.mean(axis=0))
    spread = np.cov(ill) / positive.sum() + np.cov(well) / (~positive).sum()
    contrast = np.array([-1, 1])
    return float(ill[1].mean() - ill[0].mean()), float(contrast @ spread @ contrast)


def test_delong_by_its_definition_with_ties() -> None:
    random = np.random.default_rng(3)
    positive = random.random(60) < 0.4
    scores = [np.round(random.random(60) + shift * positive, 1) for shift in (0.2, 0.6)]
    difference, variance = by_definition(positive, scores)
    found = delong(positive, *scores)
    assert found.value == pytest.approx(difference)
    assert found.p == pytest.approx(erfc(abs(difference) / sqrt(2 * variance)))
    assert found.high is not None
    assert found.high - found.value == pytest.approx(1.959964 * sqrt(variance))


def test_delong_where_nothing_varies() -> None:
    positive = np.array([True, False])
    perfect, wrong = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    assert delong(positive, perfect, perfect).p == 1.0
    assert delong(positive, perfect, wrong).p == 0.0
    assert delong(positive, perfect, wrong).low is None


def test_under_the_hypothesis_delong_rejects_one_in_twenty() -> None:
    random = np.random.default_rng(0)
    positive = np.arange(120) < 50
    rejected = 0
    for _ in range(600):
        common = random.normal(size=120) + positive
        scores = [common + random.normal(size=120) for _ in range(2)]
        rejected += delong(positive, *scores).p < 0.05
    assert 12 <= rejected <= 52  # 30 are expected


def test_the_bootstrap_draws_both_together() -> None:
    """The second is right wherever the first is, and in two more of ten cases."""
    truth = np.zeros(10, np.int64)
    first, second = sure([0] * 6 + [1] * 4), sure([0] * 8 + [1] * 2)
    found = differences(truth, first, second, {"accuracy": accuracy}, 4000, 1)["accuracy"]
    assert (found.first, found.second) == (0.6, 0.8)
    assert found.value == pytest.approx(0.2)
    # The difference in a draw is the fraction of the two cases that differ: binomial(10, 0.2) / 10.
    assert found.low == pytest.approx(0.0)
    assert found.high == pytest.approx(0.5)


def test_patients_are_drawn_whole() -> None:
    """All cases of one patient together: the difference is that of one patient, or of the other."""
    truth = np.zeros(20, np.int64)
    first, second = sure([0] * 20), sure([0] * 10 + [1] * 10)
    groups = np.repeat([0, 1], 10)
    found = differences(truth, first, second, {"accuracy": accuracy}, 500, 1, groups)["accuracy"]
    assert (found.low, found.high) == (-1.0, 0.0)
    alone = differences(truth, first, second, {"accuracy": accuracy}, 500, 1)["accuracy"]
    assert alone.low > -0.8


def test_what_cannot_be_told_is_left_out_and_equal_ones_have_no_interval() -> None:
    truth = np.array([0, 1, 0, 1])
    same = sure([0, 1, 1, 1], 3)
    wanted = {"balanced": balanced_accuracy, "third": auroc(2)}
    found = differences(truth, same, same, wanted, 50, 1)
    assert list(found) == ["balanced"]
    assert (found["balanced"].value, found["balanced"].low) == (0.0, None)


def test_reclassification_by_hand() -> None:
    truth = np.array([0, 0, 0, 1, 1])
    first, second = sure([0, 0, 1, 1, 0]), sure([0, 1, 0, 1, 1])
    table = reclassified(truth, first, second)
    assert table.tolist() == [[[1, 1], [1, 0]], [[0, 1], [0, 1]]]
    assert discordant(truth, first, second) == {
        "both_right": 2,
        "only_first_right": 1,
        "only_second_right": 2,
        "both_wrong": 0,
        "p": 1.0,
    }
