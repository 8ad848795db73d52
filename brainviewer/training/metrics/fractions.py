"""How many independent things a fraction rests on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def effective_number(
    whole: NDArray[np.float64], right: NDArray[np.float64], groups: NDArray[Any]
) -> float:
    """How many independent things are worth as much as those of a fraction that come in groups.

    whole : (n,) weight of each thing; right : (n,) 0 or 1; groups : (n,) such as patients.

    The variance of the fraction over groups (linearised ratio estimator; Korn & Graubard 1998)
    tells; where all or none are right it says nothing, and each group counts once. Never more than
    there are things.
    """
    total = float(whole.sum())
    places = np.unique(groups, return_inverse=True)[1]
    held = np.bincount(places, whole)
    several = int(np.count_nonzero(held))
    fraction = float((whole * right).sum()) / total
    rest = np.bincount(places, whole * (right - fraction))
    variance = float((rest**2).sum()) / total**2 * several / max(several - 1, 1)
    if not 0 < fraction < 1:
        return float(several)
    return min(fraction * (1 - fraction) / max(variance, 1e-12), total)
