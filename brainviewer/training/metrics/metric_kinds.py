"""Kinds of metrics of a classifier, by what is known of their uncertainty.

Every metric takes true classes (n,) int, probabilities (n, classes) float and ``counts``
(draws, n), how often each patient is in each bootstrap draw; without counts, every patient once.
It returns (draws,) float. Some know a better interval than the draws give (``Share``,
``WorstRecall``), or what to do where no draw differs from another (``without_spread``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.metrics.fractions import Z, effective_number, wilson

Truth = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Counts = NDArray[np.float64]
Values = NDArray[np.float64]
Tables = NDArray[np.float64]
"""(draws, classes, classes) counts; rows are true classes, columns are answers."""
Draws = Counts | None
Groups = NDArray[Any] | None
"""(n,) of those that are drawn together, such as patients; None if each stands for itself."""
Ends = tuple[float, float]
Random = np.random.Generator
Parts = tuple[Values, NDArray[np.bool_]]
Measure = Callable[..., Values]


@dataclass(frozen=True)
class Share:
    """A figure that is a share of some of the patients.

    parts : of truth and probabilities, how much each patient counts (n,), and who is so (n,) bool.
    drawn : measures draws, where the share of a draw is of other patients.
    """

    parts: Callable[[Truth, Probabilities], Parts]
    drawn: Measure | None = None

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        if self.drawn is not None:
            return self.drawn(truth, probabilities, counts)
        whole, so = self.parts(truth, probabilities)
        every = each_once(truth, counts)
        return ratio(every @ (whole * so), every @ whole)

    def rests_on(self, truth: Truth, runs: Probabilities, groups: Groups) -> tuple[int, float]:
        """How many patients it is a share of, and how many independent ones that is worth.

        runs : (seeds, n, classes); the mean over seeds counts, which are no further patients.
        """
        parts = [self.parts(truth, run) for run in runs]
        many = round(float(np.mean([whole.sum() for whole, _ in parts])))
        if groups is None or many == 0:
            return many, float(many)
        worth = [effective_number(w, so.astype(float), groups) for w, so in parts if w.any()]
        return many, float(np.mean(worth))


@dataclass(frozen=True)
class WorstRecall:
    """The recall of the class that is found least often, of those that occur."""

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        each = [recall(int(c))(truth, probabilities, counts) for c in np.unique(truth)]
        return np.asarray(np.nanmin(each, axis=0))

    def interval(self, truth: Truth, runs: Probabilities, groups: Groups) -> Ends:
        """The least of the recalls' lower ends, and of their upper ones.

        Where every recall lies in its interval, the least of them lies in this one.
        """
        ends = []
        for place in np.unique(truth):
            one = recall(int(place))
            share = float(np.mean([one(truth, run)[0] for run in runs]))
            ends.append(wilson(share, one.rests_on(truth, runs, groups)[1]))
        return min(low for low, _ in ends), min(high for _, high in ends)


@dataclass(frozen=True)
class OfTable:
    """A figure that follows from the confusion matrix: (draws, classes, classes) -> (draws,)."""

    of: Callable[[Tables], Values]

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        return self.of(confusion(truth, probabilities, counts))

    def without_spread(self, truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
        """The interval where no draw differs from another: of draws from the posterior with half
        a patient more in each cell (Jeffreys 1946). units : independent patients."""
        tables = np.concatenate([confusion(truth, run) for run in runs]).mean(axis=0)
        cells = tables * units / tables.sum() + 0.5
        drawn = self.of(random.gamma(cells, size=(2000, *cells.shape)))
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        return float(low), float(high)


@dataclass(frozen=True)
class Area:
    """Area under the ROC curve of one class against the rest, ties counted half."""

    index: int

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        every = each_once(truth, counts)
        score = probabilities[:, self.index]
        ill, well = truth == self.index, truth != self.index
        difference = score[ill][:, None] - score[well][None, :]
        above = (difference > 0) + 0.5 * (difference == 0)
        wins = ((every[:, ill] @ above) * every[:, well]).sum(axis=1)
        return ratio(wins, every[:, ill].sum(axis=1) * every[:, well].sum(axis=1))

    def without_spread(self, truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
        """The interval where no draw differs, as if the classes cannot be told apart at all, or
        always (``area_interval``)."""
        share = units / len(truth)
        ill = max(1.0, share * float(np.sum(truth == self.index)))
        value = float(np.mean([self(truth, run)[0] for run in runs]))
        return area_interval(value, ill, max(1.0, units - ill))


@dataclass(frozen=True)
class MeanArea:
    """Mean over the classes of the area of each against the rest; classes : how many there are."""

    classes: int

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        each = [Area(place)(truth, probabilities, counts) for place in range(self.classes)]
        return np.asarray(np.mean(each, axis=0))

    def without_spread(self, truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
        """The mean of the intervals of the classes: where one does not differ, no other does."""
        areas = [Area(place) for place in range(self.classes)]
        ends = np.array([area.without_spread(truth, runs, units, random) for area in areas])
        return float(ends[:, 0].mean()), float(ends[:, 1].mean())


@dataclass(frozen=True)
class Biased:
    """A figure that drawing patients again makes larger (``bias`` of the bootstrap).

    bins : of truth and probabilities, the mean probability of each bin and how many in it are
        wrong and right (bins, 2), if the figure follows from these.
    """

    measure: Measure
    bins: Callable[[Truth, Probabilities], tuple[Values, Values]] | None = None

    def __call__(self, truth: Truth, probabilities: Probabilities, counts: Draws = None) -> Values:
        return self.measure(truth, probabilities, counts)

    def without_spread(
        self, truth: Truth, runs: Probabilities, units: int, random: Random
    ) -> Ends | None:
        """As for ``OfTable``, with half a patient more wrong and right in each bin."""
        if self.bins is None:
            return None
        sure, cells = self.bins(truth, runs[0])
        drawn = random.gamma(cells * units / cells.sum() + 0.5, size=(2000, *cells.shape))
        low, high = np.percentile(binned_error(sure, drawn), [2.5, 97.5])
        return float(low), float(high)


def binned_error(sure: Values, cells: Values) -> Values:
    """Expected calibration error of (draws, bins, 2) wrong and right answers.

    sure : (bins,) mean probability of the answers in each bin.
    """
    gaps = cells.sum(axis=2) * sure - cells[:, :, 1]
    return np.asarray(np.abs(gaps).sum(axis=1) / cells.sum(axis=(1, 2)))


def confusion(
    truth: Truth, probabilities: Probabilities, counts: Draws = None
) -> NDArray[np.float64]:
    """(draws, classes, classes): rows are true classes, columns are answers."""
    classes = probabilities.shape[1]
    pairs = truth * classes + probabilities.argmax(axis=1)
    table = each_once(truth, counts) @ np.eye(classes**2)[pairs]
    return np.asarray(table.reshape(-1, classes, classes))


def _accuracy(truth: Truth, probabilities: Probabilities) -> Parts:
    return np.ones(len(truth)), probabilities.argmax(axis=1) == truth


accuracy = Share(_accuracy)
"""Share of right answers."""


def recall(index: int) -> Share:
    """Share of the patients of one class that are answered so."""

    def parts(truth: Truth, probabilities: Probabilities) -> Parts:
        return (truth == index).astype(float), probabilities.argmax(axis=1) == index

    return Share(parts)


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


def each_once(truth: Truth, counts: Draws) -> Counts:
    """The draws, or one in which every patient is once."""
    return np.ones((1, len(truth))) if counts is None else counts


def ratio(part: Values, whole: Values) -> Values:
    """NaN where the whole is empty."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan))
