"""Differences of samples have the size of their definition and the chance of a permutation."""

from math import comb, log

import numpy as np
import pytest

from brainviewer.core.monitoring.statistics import (
    compare_counts,
    compare_positions,
    expected_index,
    largest_step,
    stability_index,
)


def test_the_stability_index_is_that_of_its_definition() -> None:
    before, now = np.array([50, 30, 20]), np.array([5, 3, 12])
    parts = [
        ((n + 0.5) / 21.5 - (b + 0.5) / 101.5) * log(((n + 0.5) / 21.5) / ((b + 0.5) / 101.5))
        for b, n in zip(before, now, strict=True)
    ]
    assert stability_index(before, now) == pytest.approx(sum(parts))
    assert stability_index(before, before) == 0


def test_the_index_without_any_change_is_what_is_expected() -> None:
    random, fractions = np.random.default_rng(1), [0.4, 0.3, 0.2, 0.1]
    before, now = (random.multinomial(n, fractions, 2_000) for n in (200, 80))
    assert expected_index(before[0], now[0]) == pytest.approx(3 * (1 / 200 + 1 / 80))
    assert stability_index(before, now).mean() == pytest.approx(0.0525, rel=0.1)
    assert expected_index(np.array([9, 1, 0]), np.array([5, 5, 0])) == pytest.approx(0.2)


def test_the_largest_step_is_that_of_the_cumulative_fractions() -> None:
    assert largest_step(np.array([1, 1, 2]), np.array([2, 0, 2])) == pytest.approx(0.25)
    assert largest_step(np.array([4, 0, 0]), np.array([0, 0, 4])) == 1


def test_the_chance_is_that_of_the_hypergeometric_distribution() -> None:
    # Of 20 cases 5 are of the second kind, and 4 of these are among the 6 of the sample.
    found = compare_counts(np.array([13, 1]), np.array([2, 4]), largest_step)
    seen = abs(2 / 6 - 13 / 14)
    exact = sum(
        comb(15, 6 - k) * comb(5, k) / comb(20, 6)
        for k in range(6)
        if abs((6 - k) / 6 - (15 - 6 + k) / 14) >= seen - 1e-9
    )
    assert found.chance == pytest.approx(exact, abs=0.008)


@pytest.mark.parametrize("statistic", [stability_index, largest_step])
def test_samples_of_one_distribution_differ_no_more_often_than_said(statistic) -> None:
    random, fractions = np.random.default_rng(2), [0.4, 0.3, 0.2, 0.1, 0.0]
    chances = [
        compare_counts(
            random.multinomial(93, fractions), random.multinomial(15, fractions), statistic
        ).chance
        for _ in range(400)
    ]
    assert np.mean(np.array(chances) <= 0.05) < 0.08
    assert np.mean(np.array(chances) <= 0.5) < 0.57


def test_another_mix_has_a_small_chance() -> None:
    assert compare_counts(np.array([54, 23, 16]), np.array([2, 2, 26])).chance < 5e-5


def test_positions_of_one_distribution_differ_no_more_often_than_said() -> None:
    random = np.random.default_rng(3)
    chances = [
        compare_positions(random.normal(size=(60, 4)), random.normal(size=(20, 4))).chance
        for _ in range(300)
    ]
    assert np.mean(np.array(chances) <= 0.05) < 0.085


def test_the_distance_of_positions_is_that_of_their_means() -> None:
    random = np.random.default_rng(4)
    before, now = random.normal(size=(200, 3)), random.normal((2, 0, 0), size=(100, 3))
    found = compare_positions(before, now)
    spread = np.cov(np.concatenate([before, now]), rowvar=False)
    shrunk = 0.8 * spread + 0.2 * np.diag(np.diag(spread))
    away = now.mean(axis=0) - before.mean(axis=0)
    assert found.size == pytest.approx(away @ np.linalg.solve(shrunk, away))
    assert found.chance < 5e-5


def test_positions_that_never_vary_say_nothing() -> None:
    same = np.ones((20, 2))
    assert compare_positions(same, same).chance == 1
