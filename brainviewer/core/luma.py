"""How bright a colour is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def luma(colours: NDArray[Any]) -> NDArray[np.float32]:
    """Grey of red, green and blue as an eye weighs them (ITU-R BT.601), in the unit of the colours.

    colours : (..., 3) RGB.

    Returns (...) float32, not rounded.
    """
    return np.asarray(colours @ _WEIGHTS, np.float32)
