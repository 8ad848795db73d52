"""Figures of a classifier and their uncertainty.

Every function takes true classes (n,) int and probabilities (n, classes) float.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Measure = Callable[[Truth, Probabilities], float]


def confusion(truth: Truth, probabilities: Probabilities) -> NDArray[np.int64]:
    """(classes, classes): rows are true classes, columns are answers."""
    classes = probabilities.shape[1]
    pairs = truth * classes + probabilities.argmax(axis=1)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def accuracy(truth: Truth, probabilities: Probabilities) -> float:
    """Share of right answers."""
    return float(np.mean(probabilities.argmax(axis=1) == truth))


def balanced_accuracy(truth: Truth, probabilities: Probabilities) -> float:
    """Mean of the recalls of the classes that occur."""
    table = confusion(truth, probabilities)
    there = table.sum(axis=1) > 0
    return float(np.mean(np.diag(table)[there] / table.sum(axis=1)[there]))


def macro_f1(truth: Truth, probabilities: Probabilities) -> float:
    """Mean of the F1 scores of the classes that occur."""
    table = confusion(truth, probabilities)
    there = table.sum(axis=1) > 0
    total = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table)[there] / total[there]))


def kappa(truth: Truth, probabilities: Probabilities) -> float:
    """Agreement beyond chance (Cohen 1960)."""
    table = confusion(truth, probabilities) / len(truth)
    chance = float(table.sum(axis=0) @ table.sum(axis=1))
    return float((np.trace(table) - chance) / (1 - chance)) if chance < 1 else 0.0


def auroc(index: int) -> Measure:
    """Area under the ROC curve of one class against the rest, ties counted half."""

    def measure(truth: Truth, probabilities: Probabilities) -> float:
        score = probabilities[:, index]
        ill, well = score[truth == index], score[truth != index]
        if not len(ill) or not len(well):
            return float("nan")
        above = (ill[:, None] > well).mean() + 0.5 * (ill[:, None] == well).mean()
        return float(above)

    return measure


def calibration_error(truth: Truth, probabilities: Probabilities, bins: int = 10) -> float:
    """Expected calibration error of the predicted class (Guo et al. 2017), equal-width bins."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bin_of = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(float(np.sum(sure[bin_of == b] - right[bin_of == b]))) for b in range(bins)]
    return sum(gaps) / len(truth)


def brier(truth: Truth, probabilities: Probabilities) -> float:
    """Mean squared distance to the truth over all classes, 0 to 2 (Brier 1950)."""
    target = np.eye(probabilities.shape[1])[truth]
    return float(np.mean(np.sum((probabilities - target) ** 2, axis=1)))


def log_loss(truth: Truth, probabilities: Probabilities) -> float:
    """Mean of minus the logarithm of the true class's probability."""
    return float(-np.mean(np.log(probabilities[np.arange(len(truth)), truth] + 1e-12)))


def measures(codes: tuple[str, ...]) -> dict[str, Measure]:
    """The figures that a card reports, by name."""
    table: dict[str, Measure] = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        "macro F1": macro_f1,
        "Cohen's kappa": kappa,
        "expected calibration error": calibration_error,
        "Brier score": brier,
    }
    table |= {f"AUROC {code} against the rest": auroc(i) for i, code in enumerate(codes)}
    return table


def bootstrap(
    truth: Truth,
    probabilities: Probabilities,
    wanted: Mapping[str, Measure],
    repeats: int,
    seed: int,
) -> dict[str, tuple[float, float, float]]:
    """Each figure with its 95 % percentile interval over patients drawn with replacement.

    The networks stay the same: the interval covers the choice of test patients only.
    """
    random = np.random.default_rng(seed)
    draws = random.integers(len(truth), size=(repeats, len(truth)))
    result = {}
    for name, measure in wanted.items():
        values = [measure(truth[draw], probabilities[draw]) for draw in draws]
        low, high = np.nanpercentile(values, [2.5, 97.5])
        result[name] = (measure(truth, probabilities), float(low), float(high))
    return result
