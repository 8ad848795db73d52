"""How much two samples differ, and how often they would by chance. NumPy only.

The population stability index (PSI) of Siddiqi (2006) has the usual limits 0.1 and 0.25, which say
nothing where few cases are compared: with no change at all it is about ``(bins - 1) (1/n + 1/m)``
(Yurdakul 2018). So it is told as a size, and what decides is its exact chance, given all cases of
both samples (permutation; Phipson & Smyth 2010 for the estimate of it).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]

DRAWS = 60_000
"""Of the permutation; the smallest chance that they can tell is one in so many."""
_STEPS = (200, 2_000, 10_000, DRAWS)
_ENOUGH = 10
"""Draws at least as extreme after which no more are made: the chance is not small."""
_SHRINKAGE = 0.2


@dataclass(frozen=True)
class Difference:
    """How much a sample differs from a reference.

    size : PSI, largest difference of the cumulative fractions, or squared Mahalanobis distance.
    chance : that it is so large without any change.
    """

    size: float
    chance: float


def stability_index(reference: Counts, sample: Counts) -> Numbers:
    """The population stability index of counts; half a case is added to each bin.

    reference, sample : (bins,) or (n, bins)
    """
    before = (reference + 0.5) / (reference + 0.5).sum(axis=-1, keepdims=True)
    now = (sample + 0.5) / (sample + 0.5).sum(axis=-1, keepdims=True)
    return np.asarray(((now - before) * np.log(now / before)).sum(axis=-1), np.float64)


def expected_index(reference: Counts, sample: Counts) -> float:
    """What the stability index is on average without any change (Yurdakul 2018), about.

    reference, sample : (bins,), neither without any case; bins that are empty in both do not count.
    """
    bins = int(np.count_nonzero(reference + sample))
    return float((bins - 1) * (1 / reference.sum() + 1 / sample.sum()))


def largest_step(reference: Counts, sample: Counts) -> Numbers:
    """The largest difference of the cumulative fractions (Kolmogorov 1933, Smirnov 1939), of bins.

    reference, sample : (bins,) or (n, bins), in the order of the values.
    """
    before = reference.cumsum(axis=-1) / reference.sum(axis=-1, keepdims=True)
    now = sample.cumsum(axis=-1) / sample.sum(axis=-1, keepdims=True)
    return np.asarray(np.abs(now - before).max(axis=-1), np.float64)


def compare_counts(
    reference: Counts,
    sample: Counts,
    statistic: Callable[[Counts, Counts], Numbers] = stability_index,
) -> Difference:
    """How much counts differ from those of a reference; see ``stability_index``.

    reference, sample : (bins,), neither without any case.
    """
    together, size = reference + sample, float(statistic(reference, sample))
    cases = int(sample.sum())
    random = np.random.default_rng(0)

    def extreme(draws: int) -> int:
        drawn = random.multivariate_hypergeometric(together, cases, draws, method="marginals")
        return int(np.count_nonzero(statistic(together - drawn, drawn) >= size - 1e-12))

    return Difference(size, _chance(extreme))


def compare_positions(reference: Numbers, sample: Numbers) -> Difference:
    """How far the mean of a sample lies from that of a reference.

    The squared Mahalanobis distance with the covariance of both together, shrunk towards its
    diagonal, which is Hotelling's T² but for its factor.

    reference : (m, d). sample : (n, d). Neither is empty.
    """
    both = np.concatenate([reference, sample])
    spread = np.cov(both, rowvar=False) if len(both) > 1 else np.eye(both.shape[1])
    spread = np.atleast_2d(spread)
    diagonal = np.diag(np.maximum(np.diag(spread), 1e-9))
    shrunk = (1 - _SHRINKAGE) * spread + _SHRINKAGE * diagonal
    inverse = np.linalg.inv(shrunk)
    middle, count, rest = both.mean(axis=0), len(sample), len(reference)
    # The mean of the rest follows from that of the sample, for all cases are in one of them.
    away = (sample.mean(axis=0) - middle) * (count + rest) / rest
    size = float(away @ inverse @ away)
    # In whitened coordinates the distance is a plain sum of squares.
    white = ((both - middle) @ np.linalg.cholesky(inverse)).astype(np.float32)
    random = np.random.default_rng(0)

    def extreme(draws: int) -> int:
        found, at_once = 0, max(1, 4_000_000 // len(both))
        for start in range(0, draws, at_once):
            many = min(at_once, draws - start)
            keys = random.random((many, len(both)), np.float32)
            last = np.partition(keys, count - 1, axis=1)[:, count - 1 : count]
            means = (
                (keys <= last).astype(np.float32)
                @ white
                * np.float32((count + rest) / rest / count)
            )
            found += int(np.count_nonzero((means**2).sum(axis=1) >= size * (1 - 1e-5)))
        return found

    return Difference(size, _chance(extreme))


def _chance(extreme: Callable[[int], int]) -> float:
    """The chance, from draws in ever larger parts while it may still be small.

    extreme : makes so many draws and says how many are as extreme as what was seen.
    """
    found = made = 0
    for step in _STEPS:
        found += extreme(step - made)
        made = step
        if found >= _ENOUGH:
            break
    return (found + 1) / (made + 1)
