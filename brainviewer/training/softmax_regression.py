"""Softmax regression with a ridge, and losses in which every class weighs the same."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def class_weights(truth: NDArray[np.int64], classes: int) -> Numbers:
    """(n,): weights of mean 1 that make all classes that occur count the same."""
    counts = np.bincount(truth, minlength=classes)
    return np.asarray(len(truth) / (np.count_nonzero(counts) * counts[truth]))


def softmax(scores: Numbers) -> Numbers:
    """Rows of scores as rows of probabilities."""
    weight = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def balanced_log_loss(truth: NDArray[np.int64], fractions: Numbers) -> float:
    """Log loss, every class weighing the same."""
    weight = class_weights(truth, fractions.shape[1])
    return float(-np.mean(weight * np.log(fractions[np.arange(len(truth)), truth] + 1e-12)))


def fit_softmax(
    inputs: Numbers,
    truth: NDArray[np.int64],
    weight: Numbers,
    ridge: float,
    classes: int,
    options: Mapping[str, Any],
) -> Numbers:
    """(classes, 1 + inputs): intercepts and slopes with the least penalised loss.

    weight : (n,) of each row of ``inputs``; options : of ``scipy.optimize.minimize``.
    """
    from scipy.optimize import minimize

    extended = np.column_stack([np.ones(len(inputs)), inputs])
    # A touch on the intercepts, too: they are free by a constant.
    penalty = np.append(1e-3, np.full(inputs.shape[1], ridge))
    target = np.eye(classes)[truth]

    def loss(values: Numbers) -> tuple[float, Numbers]:
        theta = values.reshape(classes, -1)
        fractions = softmax(extended @ theta.T)
        surprise = -np.log((fractions * target).sum(axis=1) + 1e-300)
        slope = ((fractions - target) * weight[:, None]).T @ extended + penalty * theta
        return float(weight @ surprise + 0.5 * (penalty * theta**2).sum()), slope.ravel()

    start = np.zeros(classes * extended.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(classes, -1))
