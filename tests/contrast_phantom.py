"""A head as it looks on each sequence, with and without its skull."""

import numpy as np

from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality

FLAIR, T1, T1CE, T2 = SEQUENCES
SHAPE = (48, 56, 40)
GRID = Grid(SHAPE, np.diag([-3.0, -3.0, 3.0, 1.0]))
# White matter, grey matter, fluid, lesion, scalp.
LOOKS = {
    FLAIR: (300, 380, 90, 650, 700),
    T1: (500, 400, 180, 350, 900),
    T1CE: (500, 410, 180, 800, 900),
    T2: (250, 330, 900, 600, 500),
}


def head(looks: Modality, skull: bool) -> np.ndarray:
    """A head with ventricles and a lesion, as it looks on a sequence."""
    random = np.random.default_rng(SEQUENCES.index(looks))
    axes = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij"))
    radius = np.linalg.norm(axes, axis=0)
    white, grey, fluid, lesion, scalp = LOOKS[looks]
    data = np.zeros(SHAPE)
    data[radius < 0.75] = grey
    data[radius < 0.6] = white
    data[np.abs(radius - 0.45) < 0.05] = grey
    data[np.linalg.norm(axes / np.reshape((0.12, 0.32, 0.2), (3, 1, 1, 1)), axis=0) < 1] = fluid
    place = axes - np.reshape((0.3, 0.1, 0.1), (3, 1, 1, 1))
    data[np.linalg.norm(place, axis=0) < 0.12] = lesion
    if skull:
        data[(radius > 0.88) & (radius < 0.98)] = scalp
    inside = data > 0
    data[inside] += random.normal(0, 25, inside.sum())
    return np.maximum(data, 0).astype(np.float32)
