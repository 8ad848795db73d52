"""Ranks of values, as rank correlation and rank sums want them."""

import numpy as np
from numpy.typing import NDArray

_EXACT = 2**53
"""Whole numbers below this are themselves in float64."""


def average_ranks(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Rank of each value, from 1; equal values share the mean of their ranks.

    values : (n,) numbers without NaN

    The same as ``scipy.stats.rankdata``, whose import takes a second. Whole numbers, which most
    images hold, are counted instead of sorted.
    """
    if (counted := _by_counting(values)) is not None:
        return counted
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(values)]
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


def _by_counting(values: NDArray[np.generic]) -> NDArray[np.float64] | None:
    """The same for whole numbers that lie close together; None for others."""
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if not (high - low <= values.size and max(-low, high) < _EXACT):
        return None
    above = values.astype(np.float64) - low
    places = above.astype(np.intp)
    if not np.array_equal(places, above):
        return None
    counts = np.bincount(places)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[places]
    return ranks
