"""Figures of a classifier and their uncertainty.

Every function takes true classes (n,) int, probabilities (n, classes) float and ``counts``
(draws, n), how often each patient is in each bootstrap draw; without counts, every patient once.
They return (draws,) float.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Truth = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Counts = NDArray[np.float64]
Values = NDArray[np.float64]
Measure = Callable[..., Values]

BINS = 10
# The names of figures that are better when smaller.
ERRORS = ("error", "Brier score", "log loss")


def confusion(
    truth: Truth, probabilities: Probabilities, counts: Counts | None = None
) -> NDArray[np.float64]:
    """(draws, classes, classes): rows are true classes, columns are answers."""
    classes = probabilities.shape[1]
    pairs = truth * classes + probabilities.argmax(axis=1)
    table = _every(truth, counts) @ np.eye(classes**2)[pairs]
    return np.asarray(table.reshape(-1, classes, classes))


def accuracy(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
    """Share of right answers."""
    return _mean((probabilities.argmax(axis=1) == truth).astype(float), truth, counts)


def recall(index: int) -> Measure:
    """Share of the patients of one class that are answered so."""

    def measure(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
        table = confusion(truth, probabilities, counts)[:, index]
        return _ratio(table[:, index], table.sum(axis=1))

    return measure


def balanced_accuracy(
    truth: Truth, probabilities: Probabilities, counts: Counts | None = None
) -> Values:
    """Mean of the recalls of the classes that occur."""
    table = confusion(truth, probabilities, counts)
    right = np.diagonal(table, axis1=1, axis2=2)
    return np.asarray(np.nanmean(_ratio(right, table.sum(axis=2)), axis=1))


def macro_f1(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
    """Mean of the F1 scores of the classes that occur."""
    table = confusion(truth, probabilities, counts)
    right = np.diagonal(table, axis1=1, axis2=2)
    there = table.sum(axis=2)
    scores = _ratio(2 * right, table.sum(axis=1) + there)
    return np.asarray(np.nanmean(np.where(there > 0, scores, np.nan), axis=1))


def kappa(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
    """Agreement beyond chance (Cohen 1960)."""
    table = confusion(truth, probabilities, counts)
    table = table / table.sum(axis=(1, 2), keepdims=True)
    chance = (table.sum(axis=1) * table.sum(axis=2)).sum(axis=1)
    agreement = np.trace(table, axis1=1, axis2=2)
    return np.where(chance < 1, (agreement - chance) / np.maximum(1 - chance, 1e-12), 0.0)


def auroc(index: int) -> Measure:
    """Area under the ROC curve of one class against the rest, ties counted half."""

    def measure(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
        every = _every(truth, counts)
        score = probabilities[:, index]
        ill, well = truth == index, truth != index
        difference = score[ill][:, None] - score[well][None, :]
        above = (difference > 0) + 0.5 * (difference == 0)
        wins = ((every[:, ill] @ above) * every[:, well]).sum(axis=1)
        return _ratio(wins, every[:, ill].sum(axis=1) * every[:, well].sum(axis=1))

    return measure


def area_under_curve(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Area under the ROC curve by ranks, ties counted half (Mann and Whitney 1947).

    positive, score : (n,); some are positive and some are not.
    """
    many = int(positive.sum())
    above = float(rankdata(score)[positive].sum()) - many * (many + 1) / 2
    return above / (many * (len(score) - many))


def calibration_error(
    truth: Truth, probabilities: Probabilities, counts: Counts | None = None
) -> Values:
    """Expected calibration error of the predicted class (Guo et al. 2017), equal-width bins."""
    every = _every(truth, counts)
    gaps = every @ (np.eye(BINS)[_bin_of(probabilities)] * _gap(truth, probabilities)[:, None])
    return np.asarray(np.abs(gaps).sum(axis=1) / every.sum(axis=1))


def calibration_error_at(shares: tuple[float, ...]) -> Measure:
    """The same where the classes are as frequent as ``shares`` says: patients are weighted so."""

    def measure(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
        every = _every(truth, counts)
        members = np.eye(len(shares))[truth]
        weight = _ratio(np.array(shares)[None, :], every @ members)
        weighted = every * (np.nan_to_num(weight) @ members.T)
        return calibration_error(truth, probabilities, weighted)

    return measure


def brier(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
    """Mean squared distance to the truth over all classes, 0 to 2 (Brier 1950)."""
    target = np.eye(probabilities.shape[1])[truth]
    return _mean(np.sum((probabilities - target) ** 2, axis=1), truth, counts)


def log_loss(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
    """Mean of minus the logarithm of the true class's probability."""
    return _mean(_surprise(truth, probabilities), truth, counts)


def balanced_log_loss(
    truth: Truth, probabilities: Probabilities, counts: Counts | None = None
) -> Values:
    """The log loss of each class that occurs, averaged over classes."""
    every, members = _every(truth, counts), np.eye(probabilities.shape[1])[truth]
    sums = every @ (members * _surprise(truth, probabilities)[:, None])
    return np.asarray(np.nanmean(_ratio(sums, every @ members), axis=1))


def selective_error(coverage: float) -> Measure:
    """Share of wrong answers among the most confident ones (El-Yaniv & Wiener 2010).

    coverage : how large a share of the patients they are.
    """

    def measure(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
        order = np.argsort(-probabilities.max(axis=1), kind="stable")
        every = _every(truth, counts)[:, order]
        wrong = (probabilities.argmax(axis=1) != truth)[order]
        wanted = coverage * every.sum(axis=1, keepdims=True)
        before = np.cumsum(every, axis=1) - every
        taken = np.clip(wanted - before, 0, every)
        return np.asarray((taken @ wrong) / wanted[:, 0])

    return measure


def doubtful_error(least: float, doubtful: bool = True) -> Measure:
    """Share of wrong answers among those whose probability is below ``least`` (or not below)."""

    def measure(truth: Truth, probabilities: Probabilities, counts: Counts | None = None) -> Values:
        inside = (probabilities.max(axis=1) < least) == doubtful
        wrong = probabilities.argmax(axis=1) != truth
        every = _every(truth, counts)
        return _ratio(every @ (inside & wrong), every @ inside.astype(float))

    return measure


def risk_coverage(truth: Truth, probabilities: Probabilities) -> list[tuple[float, float]]:
    """(coverage, error among the covered), from the most confident patient to all."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = np.cumsum((probabilities.argmax(axis=1) != truth)[order])
    number = np.arange(1, len(truth) + 1)
    return [(float(n / len(truth)), float(w / n)) for n, w in zip(number, wrong, strict=True)]


def reliability(truth: Truth, probabilities: Probabilities) -> list[dict[str, float]]:
    """Bins of the predicted class's probability: its mean, the share right, the patients."""
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


def measures(codes: tuple[str, ...]) -> dict[str, Measure]:
    """The figures that a card reports, by name."""
    equal = (1 / len(codes),) * len(codes)
    table: dict[str, Measure] = {
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


def as_entry(
    name: str, numbers: tuple[float, float, float], counted: str, count: int
) -> dict[str, Any]:
    """A figure as results hold it: value and interval, and how many of what it rests on."""
    value, low, high = (0.0 if math.isnan(number) else round(number, 4) for number in numbers)
    return {"name": name, "value": value, "low": low, "high": high, counted: count}


def value_of(result: Mapping[str, Any], name: str) -> float:
    """One of the figures of a result."""
    return float(next(one["value"] for one in result["figures"] if one["name"] == name))


def bootstrap(
    truth: Truth,
    runs: NDArray[np.float64],
    wanted: Mapping[str, Measure],
    repeats: int,
    seed: int,
    groups: NDArray[Any] | None = None,
) -> dict[str, tuple[float, float, float]]:
    """Each figure with its 95 % percentile interval over patients drawn with replacement.

    runs : (seeds, n, classes) probabilities of the same patients; a figure is the mean over seeds,
        in every draw. (n, classes) counts as one seed.
    groups : (n,) of those that are drawn together; None if each stands for itself.

    The networks stay the same: the interval covers the choice of test patients only.
    """
    runs = runs.reshape(-1, *runs.shape[-2:])
    random = np.random.default_rng(seed)
    alone = np.arange(len(truth))
    group_of = np.unique(alone if groups is None else groups, return_inverse=True)[1]
    several = int(group_of.max()) + 1
    drawn = random.integers(several, size=(repeats, several))
    drawn_groups = np.zeros((repeats, several))
    np.add.at(drawn_groups, (np.arange(repeats)[:, None], drawn), 1)
    counts = drawn_groups[:, group_of]
    result = {}
    for name, measure in wanted.items():
        value = float(np.mean([measure(truth, run)[0] for run in runs]))
        values = np.mean([measure(truth, run, counts) for run in runs], axis=0)
        values = values[np.isfinite(values)]
        low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (value, value)
        result[name] = (value, float(low), float(high))
    return result


def _every(truth: Truth, counts: Counts | None) -> Counts:
    return np.ones((1, len(truth))) if counts is None else counts


def _mean(values: Values, truth: Truth, counts: Counts | None) -> Values:
    every = _every(truth, counts)
    return np.asarray(every @ values / every.sum(axis=1))


def _ratio(part: Values, whole: Values) -> Values:
    """NaN where the whole is empty."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan))


def _bin_of(probabilities: Probabilities) -> NDArray[np.int64]:
    sure = probabilities.max(axis=1)
    return np.asarray(np.minimum((sure * BINS).astype(int), BINS - 1), np.int64)


def _gap(truth: Truth, probabilities: Probabilities) -> Values:
    right = probabilities.argmax(axis=1) == truth
    return np.asarray(probabilities.max(axis=1) - right)


def _surprise(truth: Truth, probabilities: Probabilities) -> Values:
    return np.asarray(-np.log(probabilities[np.arange(len(truth)), truth] + 1e-12))
