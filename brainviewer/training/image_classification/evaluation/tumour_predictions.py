"""Answers of the cross-validation to images that its networks never saw, and how sure they are.

How sure they are is scaled with the images of the other folds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from brainviewer.core.errors import FileError
from brainviewer.models.subtype.fusion_head import FusionHead, Prevalence, Source
from brainviewer.training.image_classification.data.benign_edits import EDITS, EXTRA_EDITS
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.json_files import read_arrays, write_arrays
from brainviewer.training.softmax_regression import balanced_log_loss

HELD_OUT_FILE = "held-out.npz"
EDIT_NAMES = (*EDITS, *EXTRA_EDITS)
# Below it, answers are wrong about as often as right.
LEAST_CONFIDENT = 0.6
# How often the evidence is about something else: nothing is certain from one image.
CONTAMINATION = 0.01

Probabilities = NDArray[np.float64]
Logits = NDArray[np.float32]
Labels = NDArray[np.int64]
ReadAnnotations = NDArray[np.bool_]
Numbers = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TumourPredictions:
    """Answers to unseen images; n of ``cheng``, m of them edited, k of ``lgg``, s ood ones.

    doubtful : (n,) whether its label is plainly wrong (see the recipe), so it was not learned from.
    groups : (n,) images of one are near-copies (see ``folds``); most stand alone.
    files : (n,) and folds : (n,), labels : (n,) place in ``CLASSES``
    logits : (n, 4); bordered, masked : the same, shown the border or all but the centre alone.
    gated : (n,) whether the simple checks refuse it before the network runs.
    distances : (n,) from what the fold's network learned from (see ``models.feature_ood``).
    inside : (n,) fraction of the map of the true class that lies on the lesion, NaN without lesion.
    hit : (n,) whether its largest value does, NaN without lesion; area : (n,) fraction of the
        lesion.
    chosen : (m,) which of n were edited; edited : (edits, m, 4) logits, as in ``EDIT_NAMES``.
    lgg_names : (k,), lgg_labels : (k,), lgg_logits : (k, 4)
    ood_kinds : (s,), ood_gated : (s,), ood_distances : (4, s), by each fold's network.
    """

    doubtful: ReadAnnotations
    groups: NDArray[Any]
    files: NDArray[Any]
    folds: Labels
    labels: Labels
    logits: Logits
    bordered: Logits
    masked: Logits
    gated: ReadAnnotations
    distances: Numbers
    inside: Numbers
    hit: Numbers
    area: Numbers
    chosen: Labels
    edited: Logits
    lgg_names: NDArray[Any]
    lgg_labels: Labels
    lgg_logits: Logits
    ood_kinds: NDArray[Any]
    ood_gated: ReadAnnotations
    ood_distances: Numbers


def save_predictions(said: TumourPredictions, path: Path) -> None:
    """Write them as ``.npz``, whole or not at all; raises FileError."""
    write_arrays(path, **vars(said))


def load_predictions(path: Path) -> TumourPredictions:
    """Read what ``save_predictions`` wrote; raises FileError."""
    try:
        file = read_arrays(path) or {}
        return TumourPredictions(**{f.name: file[f.name] for f in fields(TumourPredictions)})
    except (KeyError, ValueError):
        raise FileError(
            f"The run {path.parent.name} has no answers to unseen images.",
            "Let its networks answer first.",
        ) from None


def fusion_heads_of_folds(said: TumourPredictions) -> dict[int, FusionHead]:
    """The head of each fold, fitted to the others."""
    heads = {}
    for fold in FOLDS:
        others = (said.folds != fold) & ~said.doubtful
        heads[fold] = fit_fusion_head(said.logits[others], said.labels[others])
    return heads


def fit_fusion_head(logits: Logits, labels: Labels) -> FusionHead:
    """The head whose scale gives the least log loss, all classes weighing the same."""
    count = len(CLASSES)
    fractions = tuple((np.bincount(labels, minlength=count) / len(labels)).round(6).tolist())
    prevalences = {
        "equal": Prevalence((1 / count,) * count, "All answers are taken to be equally frequent."),
        "training": Prevalence(fractions, f"As among the {len(labels)} training images."),
    }

    def head(scale: float) -> FusionHead:
        source = Source(scale, scale)
        return FusionHead(
            CLASSES, source, None, None, prevalences, "equal", LEAST_CONFIDENT, CONTAMINATION
        )

    def loss(exponent: float) -> float:
        return balanced_log_loss(labels, _fractions(head(float(np.exp(exponent))), logits))

    found = minimize_scalar(loss, bounds=(-4, 3), method="bounded")
    return head(round(float(np.exp(found.x)), 4))


def scaled(logits: Logits, folds: Labels, heads: Mapping[int, FusionHead]) -> Probabilities:
    """(n, classes) calibrated answers, each by the head of its fold."""
    result = np.zeros(logits.shape)
    for fold, head in heads.items():
        result[folds == fold] = _fractions(head, logits[folds == fold])
    return result


def _fractions(head: FusionHead, logits: Logits) -> Probabilities:
    assert head.network is not None
    return head.probabilities(head.network.alone * logits.astype(np.float64), head.default)
