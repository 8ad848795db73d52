"""Comparisons of cases with a reference, measure by measure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.monitoring.prediction import Decision, KeptPrediction
from brainviewer.core.monitoring.reference import (
    Measure,
    MonitoringReference,
    ReferenceDistribution,
)
from brainviewer.core.monitoring.statistics import (
    Difference,
    compare_counts,
    compare_positions,
    expected_index,
    largest_step,
    stability_index,
)

LEAST_OWN = 50
"""Cases that a reference from here needs."""
LEAST = 15
"""Cases that are worth a comparison."""
_BINS = 10
_DISTANCES = (Measure.CONFIDENCE, Measure.OOD)
YES, NO = "yes", "no"
WITHIN, BEYOND = "within", "beyond"
"""What the OOD score of a case is, as cards name it."""
Cases = Sequence[KeptPrediction]


@dataclass(frozen=True)
class Found:
    """What one comparison found.

    index : population stability index, also where another size decides; of embeddings their
        distance in standard deviations. expected : about so large without any change.
    """

    weeks: int
    difference: Difference
    index: float
    expected: float
    now: dict[str, float]
    before: dict[str, float]
    cases: int
    reference_cases: int

    @property
    def way(self) -> tuple[str, bool]:
        """What differs most, and whether there is more of it now; unknown of embeddings."""
        most = max(self.now, key=lambda one: abs(self.now[one] - self.before[one]), default="")
        return most, self.now.get(most, 0.0) > self.before.get(most, 0.0)


def with_card(card: MonitoringReference, measure: Measure) -> Callable[[Cases, int], Found | None]:
    """Compares with the card: answers that rest on the same, with the same prevalence."""

    def look(cases: Cases, weeks: int) -> Found | None:
        rests_on = ""
        if measure in (Measure.CLASSES, Measure.CONFIDENCE):
            cases = [
                one
                for one in cases
                if one.decision is not Decision.REFUSED
                and (not card.prevalence or one.prevalence == card.prevalence)
            ]
            if not cases:
                return None
            rests_on = Counter(one.rests_on for one in cases).most_common(1)[0][0]
            cases = [one for one in cases if one.rests_on == rests_on]
        distribution = card.of(measure, rests_on)
        if distribution is None:
            return None
        values = [value for one in cases if (value := value_of(measure, one)) is not None]
        if len(values) < LEAST:
            return None
        return _of_counts(distribution, values, weeks)

    return look


def _of_counts(reference: ReferenceDistribution, values: Sequence[object], weeks: int) -> Found:
    counts = np.array(reference.counts)
    if reference.names:
        names = list(reference.names)
        # What is none of the names is a value of its own, which the reference never had.
        names += sorted({str(value) for value in values} - set(names))
        counts = np.concatenate([counts, np.zeros(len(names) - len(counts), int)])
        said = Counter(str(value) for value in values)
        sample = np.array([said[name] for name in names])
        difference = compare_counts(counts, sample, stability_index)
        now, before = _fractions(names, sample), _fractions(names, counts)
    else:
        numbers = np.array(values, np.float64)
        sample = _binned(numbers, reference.edges)
        difference = compare_counts(counts, sample, largest_step)
        now = {"": float(np.median(numbers))}
        before = {"": _binned_median(counts, reference.edges)}
    return Found(
        weeks, difference, *_index(counts, sample), now, before, len(values), int(counts.sum())
    )


def with_own(own: Cases, measure: Measure) -> Callable[[Cases, int], Found | None]:
    """Compares with cases that were seen here before."""
    known = [value for one in own if (value := value_of(measure, one)) is not None]

    def look(cases: Cases, weeks: int) -> Found | None:
        values = [value for one in cases if (value := value_of(measure, one)) is not None]
        if len(values) < LEAST or len(known) < LEAST_OWN:
            return None
        if measure is Measure.EMBEDDING:
            return _of_positions(known, values, weeks)
        if measure in _DISTANCES:
            both = np.array([*known, *values], np.float64)
            # Of both together, so that the bins do not depend on which is which.
            edges = np.unique(np.quantile(both, np.linspace(0, 1, _BINS + 1)[1:-1]))
            counts = _binned(np.array(known, np.float64), edges)
            sample = _binned(np.array(values, np.float64), edges)
            difference = compare_counts(counts, sample, largest_step)
            now, before = (
                {"": float(np.median(np.array(some, np.float64)))} for some in (values, known)
            )
            index = _index(counts, sample)
            return Found(weeks, difference, *index, now, before, len(values), len(known))
        counted = Counter(str(value) for value in known)
        reference = ReferenceDistribution(measure, tuple(counted.values()), tuple(counted))
        return _of_counts(reference, values, weeks)

    return look


def _of_positions(known: Sequence[object], values: Sequence[object], weeks: int) -> Found | None:
    length = Counter(len(one) for one in known if isinstance(one, tuple)).most_common(1)[0][0]
    before, now = (
        np.array([one for one in some if isinstance(one, tuple) and len(one) == length])
        for some in (known, values)
    )
    if len(now) < LEAST:
        return None
    difference = compare_positions(before, now)
    expected = sqrt(length * (1 / len(now) + 1 / len(before)))
    index = sqrt(difference.size)
    return Found(weeks, difference, index, expected, {}, {}, len(now), len(before))


def value_of(measure: Measure, case: KeptPrediction) -> object:
    """What a case says of a measure: a word, a number or a position; None if nothing."""
    if measure is Measure.CLASSES:
        return case.predicted or None
    if measure is Measure.CONFIDENCE:
        return case.confidence
    if measure is Measure.REFUSALS:
        return YES if case.decision is Decision.REFUSED else NO
    if measure is Measure.EMBEDDING:
        return case.embedding or None
    if case.ood_score is None or case.ood_limit is None:
        return None
    if measure is Measure.OOD:
        return case.ood_score
    return BEYOND if case.ood_score > case.ood_limit else WITHIN


def _index(counts: NDArray[np.int64], sample: NDArray[np.int64]) -> tuple[float, float]:
    """The population stability index, and about what it is without any change."""
    return float(stability_index(counts, sample)), expected_index(counts, sample)


def _binned(
    values: NDArray[np.float64], edges: Sequence[float] | NDArray[np.float64]
) -> NDArray[np.int64]:
    places = np.searchsorted(edges, values, side="right")
    return np.bincount(places, minlength=len(edges) + 1).astype(np.int64)


def _binned_median(counts: NDArray[np.int64], edges: Sequence[float]) -> float:
    """The median within bins of 0 to 1, as if the values lay evenly in each."""
    ends = [0.0, *edges, 1.0]
    half, passed = counts.sum() / 2, 0.0
    for low, high, count in zip(ends, ends[1:], counts, strict=False):
        if count and passed + count >= half:
            return float(low + (high - low) * (half - passed) / count)
        passed += count
    return 1.0


def _fractions(names: Sequence[str], counts: NDArray[np.int64]) -> dict[str, float]:
    total = counts.sum()
    return {name: float(count / total) for name, count in zip(names, counts, strict=True)}
