"""Where the numbers of layers lie in a Keras weights file."""

from pathlib import Path
from typing import Any

import h5py


def data_sets(weights: Path) -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """Where a layer's variables lie in a Keras weights file, and the shape of each."""
    groups: dict[str, str] = {}
    shapes: dict[str, tuple[int, ...]] = {}

    def look(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            shapes[name] = item.shape
        elif "name" in item.attrs:
            groups[str(item.attrs["name"])] = name

    with h5py.File(weights, "r") as file:
        file.visititems(look)
    return groups, shapes


def dense_data_set(weights: Path) -> str:
    """Name of the data set that holds the weights of the layer ``logits``."""
    return f"{data_sets(weights)[0]['logits']}/0"
