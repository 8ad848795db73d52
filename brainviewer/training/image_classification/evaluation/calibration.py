"""How sure the answers of the network for single images are: scaled with unseen images."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from brainviewer.models.subtype.fusion_head import Head, Prevalence, Source
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    TumourPredictions,
)
from brainviewer.training.subtype.evidence import balanced_log_loss

# Below it, answers are wrong about as often as right.
LEAST_CONFIDENT = 0.6
# How often the evidence is about something else: nothing is certain from one image.
CONTAMINATION = 0.01
EQUAL = "equal"

Probabilities = NDArray[np.float64]


def heads_of_folds(said: TumourPredictions) -> dict[int, Head]:
    """The head of each fold, fitted to the others."""
    heads = {}
    for fold in FOLDS:
        others = (said.folds != fold) & ~said.doubtful
        heads[fold] = fit_head(said.logits[others], said.labels[others])
    return heads


def fit_head(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Head:
    """The head whose scale gives the least log loss, all classes weighing the same."""
    count = len(CLASSES)
    shares = np.bincount(labels, minlength=count) / len(labels)
    prevalences = {
        EQUAL: Prevalence((1 / count,) * count, "All answers are taken to be equally frequent."),
        "training": Prevalence(
            tuple(shares.round(6).tolist()), f"As among the {len(labels)} training images."
        ),
    }

    def head(scale: float) -> Head:
        return Head(
            CLASSES,
            Source(scale, scale),
            None,
            None,
            prevalences,
            EQUAL,
            LEAST_CONFIDENT,
            CONTAMINATION,
        )

    def loss(exponent: float) -> float:
        return balanced_log_loss(labels, _shares(head(float(np.exp(exponent))), logits))

    found = minimize_scalar(loss, bounds=(-4, 3), method="bounded")
    return head(round(float(np.exp(found.x)), 4))


def _shares(head: Head, logits: NDArray[np.float32]) -> Probabilities:
    assert head.network is not None
    return head.shares(head.network.alone * logits.astype(np.float64), head.default)


def scaled(
    logits: NDArray[np.float32], folds: NDArray[np.int64], heads: Mapping[int, Head]
) -> Probabilities:
    """(n, classes) calibrated answers, each by the head of its fold."""
    result = np.zeros(logits.shape)
    for fold, head in heads.items():
        result[folds == fold] = _shares(head, logits[folds == fold])
    return result
