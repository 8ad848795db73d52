"""Computed values in the number type of an image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def in_number_type(values: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    """Values in a number type, rounded and held inside where it is one of whole numbers."""
    if np.issubdtype(kind, np.integer):
        ends = np.iinfo(kind)
        values = np.clip(np.rint(values), ends.min, ends.max)
    return np.asarray(values, kind)
