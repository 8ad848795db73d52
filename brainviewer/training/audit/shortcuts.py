"""How well what has nothing to do with the disease predicts the class.

Width, height, border and background cannot tell a tumour. Where they predict the class, the
images of the classes come from different sources, and a network learns the source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.metrics.metrics import area_under_curve
from brainviewer.training.softmax_regression import Numbers, class_weights, fit_softmax, softmax

FOLDS = 5
_BINS = 8
_RIDGE = 1.0
_MOST_IMAGES = 20_000
_SEED = 0
_OPTIONS = {"maxiter": 150}


@dataclass(frozen=True)
class Shortcut:
    """A family of trivial features.

    features : their names
    auroc : of each class against the rest, on images whose group was not learned from
    """

    name: str
    features: tuple[str, ...]
    auroc: Mapping[str, float]

    @property
    def mean(self) -> float:
        """Mean AUROC of the classes."""
        return float(np.mean(list(self.auroc.values())))


def measure_shortcuts(
    families: Mapping[str, tuple[Sequence[str], Numbers]],
    labels: Sequence[str],
    groups: NDArray[np.int64],
    report: Report = silent,
) -> list[Shortcut]:
    """Cross-validated AUROC of every family; copies never lie in two folds.

    families : name to (names of features, (n, features) float)
    labels : class of each image
    groups : (n,) which images belong together

    A ridge logistic regression on bins of equal frequency and on the standardised values, in
    ``FOLDS`` folds by group. Of more than 20,000 images so many are drawn. Empty if a class has
    fewer groups than there are folds.
    """
    classes = sorted(set(labels))
    truth = np.array([classes.index(label) for label in labels], np.int64)
    chosen = np.arange(len(truth))
    if len(chosen) > _MOST_IMAGES:
        chosen = np.sort(np.random.default_rng(_SEED).permutation(chosen)[:_MOST_IMAGES])
    truth = truth[chosen]
    _, first, member = np.unique(groups[chosen], return_index=True, return_inverse=True)
    of_group = [classes[truth[place]] for place in first]
    if len(classes) < 2 or min(of_group.count(code) for code in classes) < FOLDS:
        return []
    fold_of = patient_folds(of_group, FOLDS, _SEED)[member]
    found = []
    for number, (name, (features, values)) in enumerate(families.items()):
        report(number / len(families), "Looking for shortcuts")
        probabilities = _held_out(
            np.asarray(values, np.float64)[chosen], truth, fold_of, len(classes)
        )
        scores = {
            code: area_under_curve(truth == n, probabilities[:, n])
            for n, code in enumerate(classes)
        }
        found.append(Shortcut(name, tuple(features), scores))
    return found


def _held_out(
    values: Numbers, truth: NDArray[np.int64], fold_of: NDArray[np.int64], classes: int
) -> Numbers:
    """(n, classes) probabilities, each from the folds that the image is not in."""
    probabilities = np.zeros((len(truth), classes))
    for fold in range(FOLDS):
        own = fold_of == fold
        cuts = np.quantile(values[~own], np.linspace(0, 1, _BINS + 1)[1:-1], axis=0)
        mean, spread = values[~own].mean(axis=0), values[~own].std(axis=0)
        plain = np.clip((values - mean) / np.where(spread > 1e-9, spread, 1.0), -4, 4)
        bins = (values[:, None] > cuts[None]).reshape(len(values), -1)
        inputs, learned = np.column_stack([plain, bins]), truth[~own]
        weight = class_weights(learned, classes)
        fitted = fit_softmax(inputs[~own], learned, weight, _RIDGE, classes, _OPTIONS)
        probabilities[own] = softmax(fitted[:, 0] + inputs[own] @ fitted[:, 1:].T)
    return probabilities
