"""Whether a lesion is like those that a model was trained on: an out-of-distribution score.

The descriptors that an answer rests on are compared with those of the training patients by the
squared Mahalanobis distance, with a shrunk covariance (Ledoit & Wolf 2004; for the use as a score
Lee et al. 2018). Descriptors that could not be measured are left out; so that distances over
different numbers of descriptors compare, each is brought to a standard normal deviate, as if the
descriptors were normal (Wilson & Hilferty 1931). The limit is a quantile of the score of patients
that were left out of the fit. NumPy only.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.feature_ood import too_far
from brainviewer.models.plain_data import number, only, text

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LesionDistribution:
    """What the lesions of the training patients are like.

    names : of the descriptors (see ``analysis.descriptors``).
    means, scales : (n,) mean and standard deviation of each.
    correlation : (n, n), shrunk, so that it can be inverted.
    limit : score above which a lesion counts as unlike them.
    ages : the youngest and the oldest of the patients, in years.
    """

    names: tuple[str, ...]
    means: Numbers
    scales: Numbers
    correlation: Numbers
    limit: float
    ages: tuple[float, float]

    def score(self, values: Mapping[str, float]) -> float | None:
        """How unlike them a lesion is; about 0 for a usual one. None without any descriptor.

        values : descriptors by name; NaN or absent where not measured.
        """
        found = np.array([values.get(name, math.nan) for name in self.names], np.float64)
        there = np.isfinite(found)
        count = int(there.sum())
        if not count:
            return None
        away = ((found - self.means) / self.scales)[there]
        squared = float(away @ np.linalg.solve(self.correlation[np.ix_(there, there)], away))
        spread = 2 / (9 * count)
        return (math.pow(squared / count, 1 / 3) - (1 - spread)) / math.sqrt(spread)


def why_unlike(scope_file: Path | None, features: NDArray[np.float32] | None) -> str:
    """Why a network does not know the tumour that it saw, as a sentence; empty if it may know it.

    scope_file, features : see ``feature_ood.too_far``.
    """
    if far := too_far(scope_file, features):
        return f"The tumour looks unlike every glioma that the model was trained on {far}."
    return ""


def why_unfamiliar(
    known: LesionDistribution | None, values: Mapping[str, float] | None, age_years: float | None
) -> list[str]:
    """What speaks against a lesion and a patient like those of the training, as sentences.

    known : None where a model does not say.
    values : descriptors of the lesion; None without any.
    """
    reasons: list[str] = []
    if known is None:
        return reasons
    score = None if values is None else known.score(values)
    if score is not None and score > known.limit:
        reasons.append(
            "The lesion is unlike those that the model was trained on "
            f"(score {score:.1f}, limit {known.limit:.1f})."
        )
    youngest, oldest = known.ages
    if age_years is not None and not youngest <= age_years <= oldest:
        reasons.append(f"The model was trained on patients of {youngest:g} to {oldest:g} years.")
    return reasons


def parse_distribution(content: Any) -> LesionDistribution:
    """The entry ``out_of_distribution`` of a card.

    Raises KeyError, TypeError or ValueError if it is not what it must be.
    """
    needed = {"descriptors", "correlation", "limit", "ages"}
    only(content, needed | {"measured"}, needed)
    entries = content["descriptors"]
    names = tuple(text(entry["name"]) for entry in entries)
    means = np.array([number(entry["mean"]) for entry in entries])
    scales = np.array([number(entry["scale"]) for entry in entries])
    correlation = np.array([[number(x) for x in row] for row in content["correlation"]])
    if not names or len(set(names)) != len(names) or (scales <= 0).any():
        raise ValueError("out_of_distribution needs different descriptors with scales above 0")
    if correlation.shape != (len(names), len(names)) or not (correlation == correlation.T).all():
        raise ValueError("the correlation of the descriptors must be square and symmetric")
    if np.linalg.eigvalsh(correlation)[0] <= 0:
        raise ValueError("the correlation of the descriptors cannot be inverted")
    youngest, oldest = (number(years) for years in content["ages"])
    if not youngest <= oldest:
        raise ValueError("the ages must be the youngest and the oldest")
    limit = number(content["limit"])
    return LesionDistribution(names, means, scales, correlation, limit, (youngest, oldest))
