"""Two classifiers asked about the same cases: how they differ, and whether by chance.

Differences have the percentile interval of a bootstrap that draws both together, over patients
(Efron & Tibshirani 1993). McNemar's test is exact (McNemar 1947), areas under the ROC curve are
compared after DeLong et al. 1988 by ranks (Sun & Xu 2014). A difference is of the second minus the
first.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.ranking import average_ranks
from brainviewer.core.wilson import Z
from brainviewer.training.metrics.intervals import drawn_counts, percentiles
from brainviewer.training.metrics.metric_kinds import Groups, Metric, Probabilities, Truth

_ALL_ALIKE = 1e-12


@dataclass(frozen=True)
class Difference:
    """A figure of both, and their difference with its 95 % interval.

    low, high : None where no draw differs from another. p : two-sided, None where not tested.
    """

    first: float
    second: float
    low: float | None
    high: float | None
    p: float | None = None

    @property
    def value(self) -> float:
        """The second minus the first."""
        return self.second - self.first


def differences(
    truth: Truth,
    first: Probabilities,
    second: Probabilities,
    wanted: Mapping[str, Metric],
    repeats: int,
    seed: int,
    groups: Groups = None,
) -> dict[str, Difference]:
    """Each figure of both classifiers; figures that cannot be told of one are left out.

    truth : (n,) true classes; first, second : (n, classes) probabilities of the same cases, or
        (seeds, n, classes), of which figures are means.
    groups : (n,) of those that are drawn together, such as patients; None if each is for itself.
    """
    counts, _ = drawn_counts(len(truth), groups, repeats, np.random.default_rng(seed))
    both = [given.reshape(-1, *given.shape[-2:]) for given in (first, second)]
    found = {}
    for name, measure in wanted.items():
        values = [float(np.mean([measure(truth, run)[0] for run in runs])) for runs in both]
        if not np.isfinite(values).all():
            continue
        each = [np.mean([measure(truth, run, counts) for run in runs], axis=0) for runs in both]
        drawn = each[1] - each[0]
        ends = percentiles(values[1] - values[0], drawn)
        found[name] = Difference(*values, *(ends or (None, None)))
    return found


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p-value of as many cases that one classifier alone answers rightly, or fewer, if
    both were as likely to (exact binomial test of McNemar 1947); 1 where they never differ.

    only_first, only_second : cases that the first, the second alone answered rightly.
    """
    from scipy.stats import binomtest

    many = only_first + only_second
    return float(binomtest(only_first, many).pvalue) if many else 1.0


def delong(
    positive: NDArray[np.bool_], first: NDArray[np.float64], second: NDArray[np.float64]
) -> Difference:
    """The areas under two ROC curves of the same cases, their difference with its 95 % interval
    and two-sided p-value (DeLong, DeLong & Clarke-Pearson 1988; each case for itself).

    positive : (n,); both kinds occur. first, second : (n,) scores, high for positive.
    """
    placements = [_placements(positive, score) for score in (first, second)]
    areas = [float(ill.mean()) for ill, _ in placements]
    ill = placements[1][0] - placements[0][0]
    well = placements[1][1] - placements[0][1]
    variance = _variance_of_mean(ill) + _variance_of_mean(well)
    difference = areas[1] - areas[0]
    if variance <= _ALL_ALIKE:
        same = abs(difference) <= _ALL_ALIKE
        return Difference(areas[0], areas[1], None, None, 1.0 if same else 0.0)
    spread = math.sqrt(variance)
    p = math.erfc(abs(difference) / spread / math.sqrt(2))
    ends = (difference - Z * spread, difference + Z * spread)
    return Difference(areas[0], areas[1], max(-1.0, ends[0]), min(1.0, ends[1]), p)


def _placements(
    positive: NDArray[np.bool_], score: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each positive case the fraction of the others below it, ties counted half, and of each
    other case the fraction of positive ones above it."""
    among_all = average_ranks(score)
    ill, well = score[positive], score[~positive]
    below = (among_all[positive] - average_ranks(ill)) / len(well)
    above = 1 - (among_all[~positive] - average_ranks(well)) / len(ill)
    return below, above


def _variance_of_mean(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0


def reclassified(truth: Truth, first: Probabilities, second: Probabilities) -> NDArray[np.int64]:
    """(classes, classes, classes) counts: true class, answer of the first, answer of the second."""
    classes = first.shape[1]
    table = np.zeros((classes,) * 3, np.int64)
    np.add.at(table, (truth, first.argmax(axis=1), second.argmax(axis=1)), 1)
    return table


def discordant(truth: Truth, first: Probabilities, second: Probabilities) -> dict[str, Any]:
    """How many cases both, one alone, and none answered rightly, and McNemar's p-value."""
    right = [given.argmax(axis=1) == truth for given in (first, second)]
    only = [int(np.sum(right[place] & ~right[1 - place])) for place in (0, 1)]
    return {
        "both_right": int(np.sum(right[0] & right[1])),
        "only_first_right": only[0],
        "only_second_right": only[1],
        "both_wrong": int(np.sum(~right[0] & ~right[1])),
        "p": mcnemar(*only),
    }
