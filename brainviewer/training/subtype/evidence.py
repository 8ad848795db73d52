"""Logits, descriptors and ages of patients as arrays, and losses with equal class weights.

Every class weighs the same throughout, so that any prevalence can be put on top afterwards.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known about n patients.

    truth : (n,) index of the class. ages : (n,) years, NaN where not known.
    logits : (n, classes) of networks that never saw the patient; None without a network.
    values : (n, names) lesion descriptors, NaN where missing; None without any.
    expert : the same inside an expert's outline: learned from as well, never answered from. What
        both outlines have in common is what holds when the outline is another one.
    seen : (n,) bool, whether a lesion was found; where not, logits and values say nothing.
    """

    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    ages: Numbers
    seen: NDArray[np.bool_]
    logits: Numbers | None = None
    names: tuple[str, ...] = ()
    values: Numbers | None = None
    expert: Numbers | None = None

    def of(self, members: NDArray[np.bool_] | NDArray[np.int64]) -> "Evidence":
        """Some of the patients."""
        held = vars(self).items()
        some: dict[str, Any] = {n: v[members] for n, v in held if isinstance(v, np.ndarray)}
        return replace(self, **some)

    def described(self, index: int) -> dict[str, float] | None:
        """The descriptors of one patient by name, None if there are none."""
        if self.values is None or not self.seen[index]:
            return None
        return dict(zip(self.names, self.values[index].tolist(), strict=True))


def class_weights(truth: NDArray[np.int64], classes: int) -> Numbers:
    """(n,): weights of mean 1 that make all classes that occur count the same."""
    counts = np.bincount(truth, minlength=classes)
    return np.asarray(len(truth) / (np.count_nonzero(counts) * counts[truth]))


def softmax(scores: Numbers) -> Numbers:
    """Rows of scores as rows of probabilities."""
    weight = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def balanced_log_loss(truth: NDArray[np.int64], shares: Numbers) -> float:
    """Log loss, every class weighing the same."""
    weight = class_weights(truth, shares.shape[1])
    return float(-np.mean(weight * np.log(shares[np.arange(len(truth)), truth] + 1e-12)))
