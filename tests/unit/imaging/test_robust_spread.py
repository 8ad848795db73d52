"""How far values spread, told by most of them."""

import numpy as np
import pytest

from brainviewer.imaging.robust_spread import robust_spread


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_is_the_standard_deviation_of_normal_values(dtype: type) -> None:
    values = np.random.default_rng(1).normal(300, 20, 400_000).astype(dtype)
    assert robust_spread(values, float(np.median(values))) == pytest.approx(20, rel=0.01)


def test_a_tenth_of_far_values_hardly_moves_it() -> None:
    values = np.random.default_rng(2).normal(300, 20, 100_000)
    values[:10_000] = 5_000
    assert np.std(values) > 1_000
    assert robust_spread(values, float(np.median(values))) == pytest.approx(20, rel=0.2)


def test_integers_are_not_cut_off() -> None:
    assert robust_spread(np.array([0, 0, 1, 1], np.int16), 0.5) == pytest.approx(1.4826 / 2)
