"""The weights of a network's dense layer, which turn its last feature map into heatmaps.

The child process reads them, so that the window never has to import what reads them; and it does
without OpenCV, which takes long to import.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import Network


def dense_weights(network: Network) -> NDArray[np.float32] | None:
    """(c, classes) float32: the weights of the dense layer, read from its weights file; None where
    there is no such layer."""
    if not network.dense_layer:
        return None
    return _read_dense(network.path("weights"), network.dense_layer)


@lru_cache(maxsize=8)
def _read_dense(path: Path, name: str) -> NDArray[np.float32]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return np.asarray(file[name][()], np.float32)
    except (OSError, KeyError):
        raise ModelError(
            f"The weights file {path.name} cannot be read.", "Install the model again."
        ) from None
