"""Whether a network knows what it sees: how far its features lie from those it was trained on.

The features are reduced to the directions in which the training patients differ most; the squared
Mahalanobis distance from their mean there, and what is left outside of those directions, are each
divided by their usual size and added (Lee et al. 2018; residual: Ndiour et al. 2020). The limit is
a quantile of the same number for patients that the network never saw (cross-validation).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import SENSELESS, ModelError
from brainviewer.core.findings.ood_score import OodScore

Features = NDArray[np.float32]
_MOST_AXES = 16
"""Numbers that are kept of an embedding."""


@dataclass(frozen=True, eq=False)
class FeatureOOD:
    """What features look like in distribution.

    mean : (c,) float32
    axes : (c, k) float32, orthonormal
    deviations : (k,) float32, standard deviation of the training patients along each axis.
    residual : usual length of what is left outside of the axes.
    limit : largest distance that counts as in distribution.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    deviations: NDArray[np.float32]
    residual: float
    limit: float

    def distance(self, features: Features) -> float:
        """How far features lie from those of the training; about 1 for a usual patient.

        features : (c,) float32, see ``embedding``
        """
        away = features - self.mean
        along = away @ self.axes
        rest = max(float(away @ away - along @ along), 0.0)
        inside = float(np.mean((along / self.deviations) ** 2))
        return 0.5 * (inside + rest / self.residual**2)


def embedding(features: Features) -> Features:
    """(n, h, w, c) last feature maps -> (c,): averaged over places and images, of length 1."""
    mean = features.mean(axis=(0, 1, 2))
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def fit_ood(embeddings: NDArray[np.float32], axes: int, limit: float = np.inf) -> FeatureOOD:
    """What features look like in distribution, from those of known patients.

    embeddings : (n, c) float32
    """
    mean = embeddings.mean(axis=0)
    away = embeddings - mean
    _, sizes, directions = np.linalg.svd(away, full_matrices=False)
    kept = min(axes, len(sizes) - 1)
    base = directions[:kept].T
    left = np.sum(away**2, axis=1) - np.sum((away @ base) ** 2, axis=1)
    return FeatureOOD(
        mean.astype(np.float32),
        np.ascontiguousarray(base, np.float32),
        (sizes[:kept] / np.sqrt(len(embeddings))).astype(np.float32),
        float(np.sqrt(max(left.mean(), 1e-12))),
        float(limit),
    )


def save_ood(ood_check: FeatureOOD, path: Path) -> None:
    """Write an OOD check as ``.npz`` without pickle."""
    np.savez_compressed(
        path,
        mean=ood_check.mean.astype(np.float16),
        axes=ood_check.axes.astype(np.float16),
        deviations=ood_check.deviations,
        numbers=np.array([ood_check.residual, ood_check.limit]),
    )


@lru_cache(maxsize=4)
def load_ood(path: Path) -> FeatureOOD:
    """Read what ``save_ood`` wrote; raises ModelError if it cannot be used."""
    try:
        with np.load(path, allow_pickle=False) as file:
            values: dict[str, Any] = {name: np.asarray(file[name], np.float32) for name in file}
        ood_check = FeatureOOD(
            values["mean"],
            values["axes"],
            values["deviations"],
            float(values["numbers"][0]),
            float(values["numbers"][1]),
        )
        if ood_check.axes.shape != (*ood_check.mean.shape, *ood_check.deviations.shape):
            raise ValueError("shapes differ")
    except (*SENSELESS, OSError, EOFError):
        raise ModelError(
            f"The file {path.name} of the model cannot be read.", "Install the model again."
        ) from None
    return ood_check


def ood_score(scope_file: Path | None, features: Features | None) -> OodScore | None:
    """How far features lie from those that a network knows; None where that is not known.

    scope_file : None where it is not known what is in scope.
    features : (n, h, w, c), see ``embedding``
    """
    if scope_file is None or features is None:
        return None
    ood_check = load_ood(scope_file)
    seen = embedding(features)
    along = (seen - ood_check.mean) @ ood_check.axes / ood_check.deviations
    position = tuple(float(number) for number in along[:_MOST_AXES])
    return OodScore(ood_check.distance(seen), ood_check.limit, position)


def too_far(scope_file: Path | None, features: Features | None) -> str:
    """How far features lie from those that a network knows, in words; empty within the limit.

    See ``ood_score``.
    """
    found = ood_score(scope_file, features)
    if found is None or found.within:
        return ""
    return f"(distance {found.score:.1f}, limit {found.limit:.1f})"
