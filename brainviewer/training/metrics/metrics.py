"""Figures of a classifier, as functions of true classes and probabilities (``metric_kinds``).

How sure they are, ``intervals`` says.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.ranking import average_ranks
from brainviewer.training.metrics.metric_kinds import (
    Counts,
    Ends,
    Fraction,
    Metric,
    Probabilities,
    Random,
    Tables,
    Truth,
    Values,
    accuracy,
    area,
    binned_error,
    confusion,
    ends_of,
    fraction_metric,
    of_table,
    ratio,
    recall,
    worst_recall,
)

__all__ = [
    "accuracy", "area_under_curve", "auroc", "balanced_accuracy", "balanced_log_loss", "brier",
    "calibration_error", "calibration_error_at", "confusion", "doubtful_error", "kappa", "log_loss",
    "macro_f1", "measures", "recall", "reliability", "risk_coverage", "selective_error",
    "worst_recall",
]  # fmt: skip
BINS = 10


def _balanced(tables: Tables) -> Values:
    right = np.diagonal(tables, axis1=1, axis2=2)
    return np.asarray(np.nanmean(ratio(right, tables.sum(axis=2)), axis=1))


def _f1(tables: Tables) -> Values:
    right = np.diagonal(tables, axis1=1, axis2=2)
    there = tables.sum(axis=2)
    scores = ratio(2 * right, tables.sum(axis=1) + there)
    return np.asarray(np.nanmean(np.where(there > 0, scores, np.nan), axis=1))


def _kappa(tables: Tables) -> Values:
    tables = tables / tables.sum(axis=(1, 2), keepdims=True)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    agreement = np.trace(tables, axis1=1, axis2=2)
    return np.where(chance < 1, (agreement - chance) / np.maximum(1 - chance, 1e-12), 0.0)


balanced_accuracy = of_table(_balanced)
"""Mean of the recalls of the classes that occur."""
macro_f1 = of_table(_f1)
"""Mean of the F1 scores of the classes that occur."""
kappa = of_table(_kappa)
"""Agreement beyond chance (Cohen 1960)."""
auroc = area


def area_under_curve(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Area under the ROC curve by ranks, ties counted half (Mann and Whitney 1947).

    positive, score : (n,); some are positive and some are not.
    """
    many = int(positive.sum())
    above = float(average_ranks(score)[positive].sum()) - many * (many + 1) / 2
    return above / (many * (len(score) - many))


def _calibration_error(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
    right = probabilities.argmax(axis=1) == truth
    gap = probabilities.max(axis=1) - right
    gaps = every @ (np.eye(BINS)[_bin_of(probabilities)] * gap[:, None])
    return np.asarray(np.abs(gaps).sum(axis=1) / every.sum(axis=1))


def _calibration_ends(truth: Truth, runs: Probabilities, units: int, random: Random) -> Ends:
    """As for ``of_table``, with half a patient more wrong and right in each bin."""
    sure = runs[0].max(axis=1)
    right = (runs[0].argmax(axis=1) == truth).astype(int)
    used, place = np.unique(_bin_of(runs[0]), return_inverse=True)
    cells = np.zeros((len(used), 2))
    np.add.at(cells, (place, right), 1)
    drawn = random.gamma(cells * units / cells.sum() + 0.5, size=(2000, *cells.shape))
    return ends_of(binned_error(np.bincount(place, sure) / np.bincount(place), drawn))


calibration_error = Metric(_calibration_error, _calibration_ends, biased=True)
"""Expected calibration error of the predicted class (Guo et al. 2017), equal-width bins."""


def calibration_error_at(fractions: tuple[float, ...]) -> Metric:
    """The same where the classes are as frequent as ``shares`` says: patients are weighted so."""

    def values(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
        members = np.eye(len(fractions))[truth]
        weight = ratio(np.array(fractions)[None, :], every @ members)
        weighted = every * (np.nan_to_num(weight) @ members.T)
        return _calibration_error(truth, probabilities, weighted)

    return Metric(values, biased=True)


def _surprise(truth: Truth, probabilities: Probabilities) -> Values:
    return np.asarray(-np.log(probabilities[np.arange(len(truth)), truth] + 1e-12))


def _mean(of: Callable[[Truth, Probabilities], Values]) -> Metric:
    """Mean over the patients of what each has."""
    return Metric(lambda truth, given, every: every @ of(truth, given) / every.sum(axis=1))


def _balanced_log_loss(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
    members = np.eye(probabilities.shape[1])[truth]
    sums = every @ (members * _surprise(truth, probabilities)[:, None])
    return np.asarray(np.nanmean(ratio(sums, every @ members), axis=1))


brier = _mean(lambda truth, given: ((given - np.eye(given.shape[1])[truth]) ** 2).sum(axis=1))
"""Mean squared distance to the truth over all classes, 0 to 2 (Brier 1950)."""
log_loss = _mean(_surprise)
"""Mean of minus the logarithm of the true class's probability."""
balanced_log_loss = Metric(_balanced_log_loss)
"""The log loss of each class that occurs, averaged over classes."""


def selective_error(coverage: float) -> Fraction:
    """Fraction of wrong answers among the most confident ones (El-Yaniv & Wiener 2010).

    coverage : how large a fraction of the patients they are.
    """

    def taken(probabilities: Probabilities, every: Counts) -> Counts:
        """How much each patient of each draw counts."""
        order = np.argsort(-probabilities.max(axis=1), kind="stable")
        ranked = every[:, order]
        wanted = coverage * every.sum(axis=1, keepdims=True)
        found = np.zeros_like(every)
        found[:, order] = np.clip(wanted - (np.cumsum(ranked, axis=1) - ranked), 0, ranked)
        return found

    def values(truth: Truth, probabilities: Probabilities, every: Counts) -> Values:
        wrong = probabilities.argmax(axis=1) != truth
        return np.asarray((taken(probabilities, every) @ wrong) / (coverage * every.sum(axis=1)))

    def parts(truth: Truth, probabilities: Probabilities) -> tuple[Values, NDArray[np.bool_]]:
        once = taken(probabilities, np.ones((1, len(truth))))
        return once[0], probabilities.argmax(axis=1) != truth

    return Fraction(values, parts=parts, of_all=True)


def doubtful_error(least: float, doubtful: bool = True) -> Fraction:
    """Fraction of wrong answers among those whose probability is below ``least`` (or not below)."""

    def parts(truth: Truth, probabilities: Probabilities) -> tuple[Values, NDArray[np.bool_]]:
        inside = (probabilities.max(axis=1) < least) == doubtful
        return inside.astype(float), probabilities.argmax(axis=1) != truth

    return fraction_metric(parts)


def risk_coverage(truth: Truth, probabilities: Probabilities) -> list[tuple[float, float]]:
    """(coverage, error among the covered), from the most confident patient to all."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = np.cumsum((probabilities.argmax(axis=1) != truth)[order])
    number = np.arange(1, len(truth) + 1)
    return [(float(n / len(truth)), float(w / n)) for n, w in zip(number, wrong, strict=True)]


def reliability(truth: Truth, probabilities: Probabilities) -> list[dict[str, float]]:
    """Bins of the predicted class's probability: its mean, the fraction right, the patients."""
    bin_of, sure = _bin_of(probabilities), probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    return [
        {
            "confidence": float(sure[bin_of == b].mean()),
            "accuracy": float(right[bin_of == b].mean()),
            "patients": int(np.sum(bin_of == b)),
        }
        for b in range(BINS)
        if np.any(bin_of == b)
    ]


def measures(codes: tuple[str, ...]) -> dict[str, Metric]:
    """The figures that a card reports, by name."""
    equal = (1 / len(codes),) * len(codes)
    table: dict[str, Metric] = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        "macro F1": macro_f1,
        "Cohen's kappa": kappa,
        "expected calibration error": calibration_error,
        "expected calibration error, classes equally frequent": calibration_error_at(equal),
        "Brier score": brier,
        "log loss, classes equally frequent": balanced_log_loss,
        "error among the most confident half": selective_error(0.5),
    }
    table |= {f"AUROC {code} against the rest": auroc(i) for i, code in enumerate(codes)}
    return table | {f"recall {code}": recall(i) for i, code in enumerate(codes)}


def _bin_of(probabilities: Probabilities) -> NDArray[np.int64]:
    sure = probabilities.max(axis=1)
    return np.asarray(np.minimum((sure * BINS).astype(int), BINS - 1), np.int64)
