"""Other classifiers of the same descriptors, for comparison; none of them ships.

They need scikit-learn, which the extra ``train`` installs; without it there is nothing to compare.
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.softmax_regression import class_weights
from brainviewer.training.subtype.descriptor_fit import standardise
from brainviewer.training.subtype.evidence import Evidence

Classifier = Callable[[Evidence, Evidence], NDArray[np.float64]]
"""From the patients to learn from and those to answer for to (n, classes) log-likelihoods."""

_CHOSEN = 9


def classifiers() -> dict[str, Classifier]:
    """By name; settings are fixed beforehand, mild because there are few patients."""
    if find_spec("sklearn") is None:
        return {}
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    logistic = LogisticRegression(C=0.03, max_iter=3000)
    boosting = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.05, max_leaf_nodes=4, min_samples_leaf=8, l2_regularization=5.0
    )
    trees = ExtraTreesClassifier(300, min_samples_leaf=4, random_state=0)
    return {
        "logistic regression, all descriptors": partial(_plain, logistic),
        "two stages, all descriptors": partial(_two_stages, logistic, None),
        "two stages, descriptors chosen in each fold": partial(_two_stages, logistic, _CHOSEN),
        "gradient boosting, all descriptors": partial(_plain, boosting),
        "extremely random trees, all descriptors": partial(_plain, trees),
    }


def _plain(model: Any, known: Evidence, asked: Evidence) -> NDArray[np.float64]:
    inputs, others = _inputs(known, asked)
    return _log_likelihoods(model, inputs, known.truth, others, len(known.classes))


def _two_stages(
    model: Any, chosen: int | None, known: Evidence, asked: Evidence
) -> NDArray[np.float64]:
    """G against the rest, then A against O.

    chosen : how many descriptors each stage takes, those that differ most between its two sides
        among the patients it learns from; None for all.
    """

    def stage(
        inputs: NDArray[np.float64], side: NDArray[np.bool_], others: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        difference = inputs[side].mean(axis=0) - inputs[~side].mean(axis=0)
        spread = np.sqrt(inputs[side].var(axis=0) + inputs[~side].var(axis=0)) + 1e-9
        best = np.argsort(-np.abs(difference / spread), kind="stable")[:chosen]
        return _log_likelihoods(model, inputs[:, best], side.astype(np.int64), others[:, best], 2)

    inputs, others = _inputs(known, asked)
    a, o, g = (known.classes.index(code) for code in "AOG")
    rare = known.truth == g
    first = stage(inputs, rare, others)
    second = stage(inputs[~rare], known.truth[~rare] == o, others)
    # Each stage takes its two sides to be equally frequent, so A and O share one half.
    scores = np.zeros((len(others), 3))
    scores[:, g] = first[:, 1]
    scores[:, a] = first[:, 0] + second[:, 0] + np.log(2)
    scores[:, o] = first[:, 0] + second[:, 1] + np.log(2)
    return scores


def _inputs(known: Evidence, asked: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    assert known.values is not None and asked.values is not None
    there = np.isfinite(known.values).sum(axis=0) > 1
    own, other = known.values[:, there], asked.values[:, there]
    means = np.nanmean(own, axis=0)
    scales = np.maximum(np.nanstd(own, axis=0), 1e-9)
    return standardise(own, means, scales), standardise(other, means, scales)


def _log_likelihoods(
    model: Any,
    inputs: NDArray[np.float64],
    truth: NDArray[np.int64],
    others: NDArray[np.float64],
    classes: int,
) -> NDArray[np.float64]:
    from threadpoolctl import threadpool_limits

    # So few numbers: threads would only wait for each other.
    with threadpool_limits(1):
        model.fit(inputs, truth, sample_weight=class_weights(truth, classes))
        return np.asarray(np.log(np.clip(model.predict_proba(others), 1e-6, 1)))
