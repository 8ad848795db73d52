"""Numbers for the base of a network, from a Keras file of whatever age or from a shipped model.

Only arrays are read: nothing in such a file is executed. They are matched by layer, so that a
file may hold more than the base.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.models.registry import classification_models, verify

CHANNELS = "imagenet_channels"  # what ``network`` puts before a base is no part of it
NONE, IMAGENET = "none", "imagenet"
_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z0-9])(?=[A-Z][a-z])")
_INSIDE = "model.weights.h5"
_MOST_NUMBERS = 500_000_000  # of one array: a damaged file can promise any size
Arrays = list[NDArray[np.float32]]
_Value = TypeVar("_Value")

# In the order in which Keras keeps the variables of a layer.
_ORDER = (
    "depthwise_kernel", "pointwise_kernel", "kernel", "gamma", "beta", "bias",
    "mean", "moving_mean", "variance", "moving_variance", "count",
)  # fmt: skip
# Names that Keras counts up by itself, differently in every session.
_COUNTED = re.compile(r"(conv2d|batch_normalization|separable_conv2d|depthwise_conv2d)(?:_(\d+))?")


def weights_of(weights: str) -> tuple[dict[str, Arrays], str]:
    """What ``read_arrays`` finds in what ``--weights`` means, and what to call it.

    Raises FileError if it is not there or cannot be read, and ModelError for a damaged model.
    """
    file, name = Path(weights), Path(weights).name
    if not file.is_file():
        networks = {card.id: card.network for card in classification_models() if card.network}
        if weights not in networks:
            raise FileError(
                f"There are no weights '{weights}'.",
                "Give imagenet, none, a Keras file (.h5, .keras), or the id of a model: "
                f"{', '.join(networks)}.",
            )
        verify(networks[weights])
        file, name = networks[weights].path("weights"), f"model {weights}"
    try:
        return read_arrays(file), name
    except Exception:
        # Damaged files make h5py and zipfile raise almost anything.
        raise FileError(
            f"The weights {name} cannot be read.", "Give a Keras file that ends in .h5 or .keras."
        ) from None


def load_base(layers: Sequence[Any], weights: str, base: str) -> str:
    """Fill the layers of a base with the numbers of a file or model; returns what it is called.

    Raises FileError if any layer of the base has no numbers of its shape there.
    """
    held, name = weights_of(weights)
    found = _ranked(held)
    weighted = [layer for layer in layers if layer.weights and layer.name != CHANNELS]
    own = _ranked({layer.name: layer for layer in weighted})
    if not own.keys() & found.keys():
        own, found = _by_kind(weighted), _largest_model(found)
    for key, layer in own.items():
        wanted = [tuple(value.shape) for value in layer.weights]
        arrays = found.get(key, [])
        if [array.shape for array in arrays] != wanted:
            why = "has other shapes there" if arrays else "is not there"
            raise FileError(
                f"The weights {name} do not fit {base}: the layer {layer.name} {why}.",
                "Give the weights of the same network.",
            )
    for key, layer in own.items():
        layer.set_weights(found[key])
    if not Path(weights).is_file():
        # Models that ship learned from standardised intensities: 0..255 is seen as -1..3.
        for layer in layers:
            if layer.name == CHANNELS:
                kernel = np.eye(3, dtype=np.float32)[None, None] / 64
                layer.set_weights([kernel, np.full(3, -1, np.float32)])
    return name


def read_arrays(file: Path) -> dict[str, Arrays]:
    """The arrays of every layer in a Keras file, by the layer's name, in the order of Keras.

    ``.weights.h5`` and ``.keras`` of Keras 3 are read, and the older ``.h5`` of weights or models.
    """
    import h5py  # other commands import the names above

    parts: dict[str, list[tuple[int, NDArray[np.float32]]]] = defaultdict(list)

    def take(path: str, item: Any) -> None:
        if not isinstance(item, h5py.Dataset) or "optimizer" in path or item.shape == ():
            return
        last = path.rsplit("/", 1)[-1].split(":", maxsplit=1)[0]
        if last.isdigit():
            # Older files have no names, only the kind of each layer, counted within its model.
            unnamed = path.removesuffix(f"/vars/{last}")
            layer, place = str(item.parent.attrs.get("name", unnamed)), int(last)
        elif last in _ORDER:
            layer, place = path.split("/")[-2], _ORDER.index(last)
        else:
            return
        if item.size > _MOST_NUMBERS:
            raise OSError("a layer that no network has")
        parts[layer].append((place, np.asarray(item[()], np.float32)))

    with _opened(file) as opened:
        opened.visititems(take)
    return {
        layer: [array for _, array in sorted(some, key=lambda pair: pair[0])]
        for layer, some in parts.items()
    }


def _opened(file: Path) -> Any:
    """The HDF5 file; a ``.keras`` file is an archive that holds one."""
    import h5py

    if not zipfile.is_zipfile(file):
        return h5py.File(file, "r")
    with zipfile.ZipFile(file) as archive:
        try:
            return h5py.File(io.BytesIO(archive.read(_INSIDE)), "r")
        except (KeyError, zipfile.BadZipFile) as error:
            raise OSError(str(error)) from None


def _ranked(named: Mapping[str, _Value]) -> dict[str, _Value]:
    """The same with counted names counted from 0: the order among them is what they tell."""
    counted = {name: match for name in named if (match := _COUNTED.fullmatch(name))}
    ranks: dict[str, int] = defaultdict(int)
    keys = {}
    for name, match in sorted(counted.items(), key=lambda item: int(item[1][2] or 0)):
        keys[name] = f"{match[1]} {ranks[match[1]]}"
        ranks[match[1]] += 1
    return {keys.get(name, name): value for name, value in named.items()}


def _by_kind(layers: Sequence[Any]) -> dict[str, Any]:
    """Layers by their kind, counted as Keras counts them in its files: conv2d, conv2d_1, …"""
    counts: dict[str, int] = defaultdict(int)
    result = {}
    for layer in layers:
        kind = _SNAKE.sub("_", type(layer).__name__).lower()
        result[f"{kind}_{counts[kind]}" if counts[kind] else kind] = layer
        counts[kind] += 1
    return result


def _largest_model(found: Mapping[str, Arrays]) -> dict[str, Arrays]:
    """The layers of the model with the most layers: a base may lie inside another model."""
    models: dict[str, dict[str, Arrays]] = defaultdict(dict)
    for path, arrays in found.items():
        model, _, layer = path.rpartition("/")
        models[model][layer] = arrays
    return max(models.values(), key=len, default={})
