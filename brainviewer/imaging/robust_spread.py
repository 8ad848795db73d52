"""How far values spread, told by most of them. NumPy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TO_SIGMA = 1.4826


def robust_spread(values: NDArray[Any], middle: float) -> float:
    """Standard deviation of values, which outliers and a lesion among them hardly move.

    1.4826 times the median absolute deviation from ``middle``, their median, in their unit. The
    factor is that of a normal distribution, 1 / 0.6745 (Rousseeuw and Croux 1993).
    """
    return _TO_SIGMA * float(np.median(np.abs(values - middle)))
