"""Ranks of values, as rank correlation and rank sums want them."""

import numpy as np
from numpy.typing import NDArray


def average_ranks(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Rank of each value, from 1; equal values share the mean of their ranks.

    values : (n,) numbers without NaN

    The same as ``scipy.stats.rankdata``, whose import takes a second.
    """
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(values)]
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks
