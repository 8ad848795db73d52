"""Kinds of metrics of a classifier, by what is known of their uncertainty."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.wilson import Z, wilson
from brainviewer.training.metrics.fractions import effective_number

Truth = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Counts = NDArray[np.float64]
"""(draws, n), how often each patient is in each bootstrap draw."""
Values = NDArray[np.float64]
Tables = NDArray[np.float64]
"""(draws, classes, classes) counts; rows are true classes, columns are answers."""
Groups = NDArray[Any] | None
"""(n,) of those that are drawn together, such as patients; None if each stands for itself."""
Ends = tuple[float, float]
Random = np.random.Generator
Parts = Callable[[Truth, Probabilities], tuple[Values, NDArray[np.bool_]]]
WithoutSpread = Callable[[Truth, Probabilities, int, Random], Ends]


@dataclass(frozen=True)
class Metric:
    """A figure of true classes (n,) int and probabilities (n, classes) float.

    values : of these and the counts, (draws,).
    without_spread : the 95 % interval where no draw differs from another, of true classes, runs
        (seeds, n, classes), how many independent patients there are, and chance.
    interval : a better one than the draws give, of true classes, runs and groups.
    biased : drawing patients again makes it larger (``bias`` of the bootstrap).
    """

    values: Callable[[Truth, Probabilities, Counts], Values]
    without_spread: WithoutSpread | None = None
    interval: Callable[[Truth, Probabilities, Groups], Ends] | None = None
    biased: bool = False

    def __call__(
        self, truth: Truth, probabilities: Probabilities, counts: Counts | None = None
    ) -> Values:
        """(draws,), or (1,) with every patient once."""
        every = np.ones((1, len(truth))) if counts is None else counts
        return self.values(truth, probabilities, every)


@dataclass(frozen=True, kw_only=True)
class Fraction(Metric):
    """A figure that is a fraction of some of the patients.

    parts : of truth and probabilities, how much each patient counts (n,), and who is so (n,) bool.
    of_all : in a draw it is a fraction of other patients.
    """

    parts: Parts
    of_all: bool = False

    def rests_on(self, truth: Truth, runs: Probabilities, groups: Groups) -> tuple[int, float]:
        """How many patients it is a fraction of, and how many independent ones that is worth.

        runs : (seeds, n, classes); the mean over seeds counts, which are no further patients.
        """
        parts = [self.parts(truth, run) for run in runs]
        many = round(float(np.mean([whole.sum() for whole, _ in parts])))
        if groups is None or many == 0:
            return many, float(many)
        worth = [effective_number(w, so.astype(float), groups) for w, so in parts if w.any()]
        return many, float(np.mean(worth))


def fraction_metric(parts: Parts) -> Fraction:
    """The fraction of those who are so, everybody weighed as ``parts`` says."""

    def values(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
        whole, so = parts(truth, probabilities)
        return ratio(every @ (whole * so), every @ whole)

    return Fraction(values, parts=parts)


def of_table(of: Callable[[Tables], Values]) -> Metric:
    """A figure that follows from the confusion matrix: (draws, classes, classes) -> (draws,)."""

    def posterior(truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
        """Of draws with half a patient more in each cell (Jeffreys 1946)."""
        tables = np.concatenate([confusion(truth, run) for run in runs]).mean(axis=0)
        cells = tables * units / tables.sum() + 0.5
        return ends_of(of(random.gamma(cells, size=(2000, *cells.shape))))

    return Metric(lambda truth, given, every: of(confusion(truth, given, every)), posterior)


def area(index: int) -> Metric:
    """Area under the ROC curve of one class against the rest, ties counted half."""

    def values(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
        score = probabilities[:, index]
        ill, well = truth == index, truth != index
        difference = score[ill][:, None] - score[well][None, :]
        above = (difference > 0) + 0.5 * (difference == 0)
        wins = ((every[:, ill] @ above) * every[:, well]).sum(axis=1)
        return ratio(wins, every[:, ill].sum(axis=1) * every[:, well].sum(axis=1))

    def certain(truth: Truth, runs: Probabilities, units: int, _: Random) -> Ends:
        """As if the classes cannot be told apart at all, or always (``area_interval``)."""
        ill = max(1.0, units / len(truth) * float(np.sum(truth == index)))
        once = np.ones((1, len(truth)))
        value = float(np.mean([values(truth, run, once)[0] for run in runs]))
        return area_interval(value, ill, max(1.0, units - ill))

    return Metric(values, certain)


def mean_area(classes: int) -> Metric:
    """Mean over the classes of the area of each against the rest; classes : how many there are."""
    areas = [area(place) for place in range(classes)]

    def certain(truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
        """The mean of the intervals of the classes: where one does not differ, no other does."""
        each = [one.without_spread for one in areas if one.without_spread is not None]
        ends = [interval(truth, runs, units, random) for interval in each]
        low, high = np.mean(ends, axis=0).tolist()
        return low, high

    return Metric(lambda *given: np.asarray(np.mean([one(*given) for one in areas], 0)), certain)


def binned_error(sure: Values, cells: Values) -> Values:
    """Expected calibration error of (draws, bins, 2) wrong and right answers.

    sure : (bins,) mean probability of the answers in each bin.
    """
    gaps = cells.sum(axis=2) * sure - cells[:, :, 1]
    return np.asarray(np.abs(gaps).sum(axis=1) / cells.sum(axis=(1, 2)))


def confusion(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Tables:
    """(draws, classes, classes): rows are true classes, columns are answers."""
    classes = probabilities.shape[1]
    pairs = truth * classes + probabilities.argmax(axis=1)
    every = np.ones((1, len(truth))) if counts is None else counts
    return np.asarray((every @ np.eye(classes**2)[pairs]).reshape(-1, classes, classes))


accuracy = fraction_metric(
    lambda truth, given: (np.ones(len(truth)), given.argmax(axis=1) == truth)
)
"""Fraction of right answers."""


def recall(index: int) -> Fraction:
    """Fraction of the patients of one class that are answered so."""
    return fraction_metric(
        lambda truth, given: ((truth == index).astype(float), given.argmax(axis=1) == index)
    )


def _least_recall(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
    each = [recall(int(place))(truth, probabilities, every) for place in np.unique(truth)]
    return np.asarray(np.nanmin(each, axis=0))


def _least_ends(truth: Truth, runs: Probabilities, groups: Groups) -> Ends:
    """The least of the recalls' lower ends, and of their upper ones.

    Where every recall lies in its interval, the least of them lies in this one.
    """
    ends = []
    for one in (recall(int(place)) for place in np.unique(truth)):
        fraction = float(np.mean([one(truth, run)[0] for run in runs]))
        ends.append(wilson(fraction, one.rests_on(truth, runs, groups)[1]))
    return min(low for low, _ in ends), min(high for _, high in ends)


worst_recall = Metric(_least_recall, interval=_least_ends)
"""The recall of the class that is found least often, of those that occur."""


def area_interval(area: float, ill: float, well: float) -> Ends:
    """The 95 % interval of an area under the ROC curve by the variance that it would have if it
    were otherwise (Newcombe 2006, method 5; variance of Hanley & McNeil 1982).

    ill, well : how many independent patients there are of both kinds.
    """
    other = np.linspace(0, 1, 10001)
    more = (ill + well) / 2 - 1
    spread = 1 + more * ((1 - other) / (2 - other) + other / (1 + other))
    reach = Z * np.sqrt(other * (1 - other) * spread / (ill * well))
    inside = other[np.abs(other - area) <= np.maximum(reach, 1e-4)]
    return float(inside.min()), float(inside.max())


def ends_of(drawn: Values) -> Ends:
    """The middle 95 % of what was drawn."""
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def ratio(part: Values, whole: Values) -> Values:
    """NaN where the whole is empty."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan))
