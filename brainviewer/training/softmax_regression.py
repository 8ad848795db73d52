"""Softmax regression with a ridge, and losses in which every class weighs the same."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
EXACT = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-15, "gtol": 1e-9}


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
    directions: Numbers,
    allowed: NDArray[np.bool_] | None = None,
    options: Mapping[str, Any] = EXACT,
) -> Numbers:
    """(contrasts, 1 + inputs): intercepts and slopes with the least penalised loss.

    directions : (contrasts, classes), what each contrast adds to the scores of the classes.
    allowed : (contrasts, inputs) bool, which inputs a contrast may use; all by default.
    options : of ``scipy.optimize.minimize``, where less than the exact minimum will do.
    """
    from scipy.optimize import minimize

    extended = np.column_stack([np.ones(len(inputs)), inputs])
    free = np.ones((len(directions), extended.shape[1]), bool)
    if allowed is not None:
        free[:, 1:] = allowed
    # A touch on the intercepts, too: with one contrast per class they are free by a constant.
    penalty = np.append(1e-3, np.full(inputs.shape[1], ridge))
    target = np.eye(directions.shape[1])[truth]
    theta = np.zeros(free.shape)

    def loss(values: Numbers) -> tuple[float, Numbers]:
        theta[free] = values
        fractions = softmax(extended @ theta.T @ directions)
        surprise = -np.log((fractions * target).sum(axis=1) + 1e-300)
        slope = directions @ ((fractions - target) * weight[:, None]).T @ extended + penalty * theta
        return float(weight @ surprise + 0.5 * (penalty * theta**2).sum()), slope[free]

    start = np.zeros(int(free.sum()))
    theta[free] = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return theta
