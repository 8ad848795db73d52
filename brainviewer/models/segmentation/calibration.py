"""How likely what a segmentation network finds is right."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.plain_data import read

FEATURES = (
    "next lesion's share", "clear part of the slice", "rank at other thresholds", "expected Dice"
)  # fmt: skip
"""What the confidence rests on; ``lesions.features`` measures them."""


@dataclass(frozen=True)
class Calibration:
    """A logistic function of FEATURES: the probability that what was found is right. Fitted to
    patients that the network had not seen; what counts as right stands in the model's README.

    weights : of a constant and FEATURES.
    limits : (lowest, highest) of each of FEATURES among the patients it was fitted to. What lies
        beyond counts as the limit: nothing is known of how the function goes on there.
    """

    weights: tuple[float, ...]
    limits: tuple[tuple[float, float], ...]

    def __call__(self, known: NDArray[np.floating]) -> NDArray[np.float64]:
        """(..., len(FEATURES)) to probabilities (...)."""
        lowest, highest = np.array(self.limits).T
        logit = self.weights[0] + np.clip(known, lowest, highest) @ np.array(self.weights[1:])
        return np.asarray(1 / (1 + np.exp(-logit)))


def parse_calibration(content: Any) -> Calibration:
    """A calibration from plain data; raises KeyError, TypeError or ValueError if it is wrong."""
    made = read(Calibration, content)
    if (len(made.weights), len(made.limits)) != (len(FEATURES) + 1, len(FEATURES)):
        raise ValueError(f"the confidence rests on other features than {', '.join(FEATURES)}")
    return made
