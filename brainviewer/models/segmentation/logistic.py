"""A logistic function of a few measured numbers, as cards hold it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.plain_data import read

ENHANCING_FEATURES = (
    "uptake", "uptake within 1 mm", "T1ce within 1 mm", "T1", "FLAIR", "core", "enhancing"
)  # fmt: skip
"""What tells whether a voxel of a lesion enhances, see ``enhancing``: T1ce - T1 and sequences in
units of normal-appearing brain, and the logits of two regions of the network."""


@dataclass(frozen=True)
class LogisticFunction:
    """A probability out of features.

    weights : of a constant and the features.
    limits : (lowest, highest) of each feature among what it was fitted to. What lies beyond counts
        as the limit: nothing is known of how the function goes on there.
    """

    weights: tuple[float, ...]
    limits: tuple[tuple[float, float], ...]

    def __call__(self, known: NDArray[np.floating]) -> NDArray[np.float64]:
        """(..., features) to probabilities (...)."""
        lowest, highest = np.array(self.limits).T
        logit = self.weights[0] + np.clip(known, lowest, highest) @ np.array(self.weights[1:])
        return np.asarray(1 / (1 + np.exp(-logit)))


def parse_logistic(content: Any, features: Collection[str]) -> LogisticFunction:
    """A function of these features from plain data; raises KeyError, TypeError or ValueError if it
    is wrong."""
    made = read(LogisticFunction, content)
    if (len(made.weights), len(made.limits)) != (len(features) + 1, len(features)):
        raise ValueError(f"it must weigh {', '.join(features)}")
    return made
