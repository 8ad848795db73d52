"""What the values of a segmentation mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NECROSIS, OEDEMA, ENHANCING, CAVITY = "Necrosis", "Oedema", "Enhancing", "Resection cavity"
WHOLE = "Segmentation"


def segment_names(labels: NDArray[np.uint8], t1ce: NDArray[Any] | None = None) -> dict[int, str]:
    """The values of a segmentation above 0, in order, each with what it means.

    labels : (i, j, k) values; t1ce : the sequence after contrast medium on the same grid.

    By the convention of BraTS: 1 is the necrotic and non-enhancing core, 2 the oedema, and the
    enhancing tumour is 4 until 2021 and 3 since 2023. After treatment 4 is the resection cavity,
    which is told by a 3 beside it, or by being darker on T1ce than the oedema. A single value says
    nothing but that something was segmented, and values above 4 are of another convention.
    """
    stored = labels.ravel("F")  # as volumes lie in memory: no copy
    values = [int(value) for value in np.flatnonzero(np.bincount(stored[stored > 0]))]
    if len(values) == 1:
        return {values[0]: WHOLE}
    if values and values[-1] > 4:
        return {value: f"Value {value}" for value in values}
    names = {1: NECROSIS, 2: OEDEMA, 3: ENHANCING, 4: ENHANCING}
    if 4 in values and (3 in values or _darker(labels, t1ce)):
        names[4] = CAVITY
    return {value: names[value] for value in values}


def _darker(labels: NDArray[np.uint8], t1ce: NDArray[Any] | None) -> bool:
    """Whether what has the value 4 is darker after contrast medium than what has 2."""
    stored = labels.ravel("F")
    oedema = stored == 2
    if t1ce is None or not oedema.any():
        return False
    values = t1ce.ravel("F")
    return bool(np.median(values[stored == 4]) < np.median(values[oedema]))
