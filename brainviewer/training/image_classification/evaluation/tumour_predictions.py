"""Answers of the cross-validation to images that its networks never saw, kept in a file."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.benign_edits import EDITS, EXTRA_EDITS
from brainviewer.training.json_files import read_arrays, write_arrays

PREDICTIONS_FILE = "predictions.npz"
EDIT_NAMES = (*EDITS, *EXTRA_EDITS)


@dataclass(frozen=True, eq=False)
class TumourPredictions:
    """Answers to unseen images; n of ``cheng``, m of them edited, k of ``lgg``, s ood ones.

    doubtful : (n,) whether its label is plainly wrong (see the recipe), so nobody learned from it.
    groups : (n,) images of one are near-copies (see ``folds``); most stand alone.
    files : (n,) and folds : (n,), labels : (n,) place in ``CLASSES``
    logits : (n, 4); bordered, masked : the same, shown the border or all but the centre alone.
    gated : (n,) whether the simple checks refuse it before the network runs.
    distances : (n,) from what the fold's network learned from (see ``models.feature_ood``).
    inside : (n,) share of the map of the true class that lies on the lesion, NaN without lesion.
    hit : (n,) whether its largest value does, NaN without lesion; area : (n,) share of the lesion.
    chosen : (m,) which of n were edited; edited : (edits, m, 4) logits, as in ``EDIT_NAMES``.
    lgg_names : (k,), lgg_labels : (k,), lgg_logits : (k, 4)
    ood_kinds : (s,), ood_gated : (s,), ood_distances : (4, s), by each fold's network.
    """

    doubtful: NDArray[np.bool_]
    groups: NDArray[Any]
    files: NDArray[Any]
    folds: NDArray[np.int64]
    labels: NDArray[np.int64]
    logits: NDArray[np.float32]
    bordered: NDArray[np.float32]
    masked: NDArray[np.float32]
    gated: NDArray[np.bool_]
    distances: NDArray[np.float32]
    inside: NDArray[np.float32]
    hit: NDArray[np.float32]
    area: NDArray[np.float32]
    chosen: NDArray[np.int64]
    edited: NDArray[np.float32]
    lgg_names: NDArray[Any]
    lgg_labels: NDArray[np.int64]
    lgg_logits: NDArray[np.float32]
    ood_kinds: NDArray[Any]
    ood_gated: NDArray[np.bool_]
    ood_distances: NDArray[np.float32]


# Names in the file where they differ: it keeps those that it was first written with.
_KEYS = {f"ood_{name}": f"strange_{name}" for name in ("kinds", "gated", "distances")}


def save_predictions(said: TumourPredictions, path: Path) -> None:
    """Write them as ``.npz``, whole or not at all; raises FileError."""
    arrays = {_KEYS.get(f.name, f.name): getattr(said, f.name) for f in fields(said)}
    write_arrays(path, **arrays)


def load_predictions(path: Path) -> TumourPredictions:
    """Read what ``save_predictions`` wrote; raises FileError."""
    try:
        file = read_arrays(path) or {}
        return TumourPredictions(
            **{f.name: file[_KEYS.get(f.name, f.name)] for f in fields(TumourPredictions)}
        )
    except (KeyError, ValueError):
        raise FileError(
            f"The run {path.parent.name} has no answers to unseen images.",
            "Let its networks answer first.",
        ) from None
