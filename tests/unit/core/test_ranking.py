"""Ranks against those of SciPy."""

import numpy as np
import pytest
import scipy

from brainviewer.core.ranking import average_ranks


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16, np.uint8, np.bool_])
@pytest.mark.parametrize("count", [1, 2, 3, 50, 20_000])
def test_ranks_are_those_of_scipy_to_the_last_bit(kind: type, count: int) -> None:
    random = np.random.default_rng(count)
    few = random.integers(0, 5, count).astype(kind)
    for values in (few, random.integers(0, 200, count).astype(kind), np.zeros(count, kind)):
        assert np.array_equal(average_ranks(values), scipy.stats.rankdata(values))


def test_real_numbers_and_infinities_have_ranks() -> None:
    values = np.random.default_rng(1).normal(size=10_000).astype(np.float32)
    values[:3], values[3:5], values[10:20] = np.inf, -np.inf, values[20]
    assert np.array_equal(average_ranks(values), scipy.stats.rankdata(values))


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(2).integers(-(2**15), 2**15, 100_000).astype(np.int16),
        2**60 + np.random.default_rng(3).integers(0, 50, 1000),
        np.random.default_rng(4).integers(-90, 90, 1000) / 2,
        np.random.default_rng(5).integers(0, 3, 1000).astype(np.float32) + 1e7,
    ],
    ids=["all of int16", "beyond float64", "halves", "far from zero"],
)
def test_whole_numbers_and_what_looks_like_them_have_the_same_ranks(values: np.ndarray) -> None:
    assert np.array_equal(average_ranks(values), scipy.stats.rankdata(values))


def test_of_nothing_there_are_no_ranks() -> None:
    assert average_ranks(np.zeros(0)).shape == (0,)
