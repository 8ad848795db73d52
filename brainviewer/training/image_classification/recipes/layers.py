"""The layers that a recipe may name, with their settings; nothing else can be built.

A recipe holds data only: there is no layer that carries code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brainviewer.training.image_classification.recipes.fields import (
    Setting,
    choice,
    number,
    whole,
)

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh")
PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Layer:
    """One layer: its name in recipes, and all of its settings."""

    name: str
    settings: Mapping[str, Any]


_ACTIVATION = choice(ACTIVATIONS, "relu")
_SETTINGS: Mapping[str, Mapping[str, Setting]] = {
    "conv": {
        "filters": whole(1, 65536),
        "kernel": whole(1, 32),
        "stride": whole(1, 32, 1),
        "padding": choice(PADDINGS, "valid"),
        "activation": _ACTIVATION,
    },
    "max-pool": {"size": whole(1, 32, 2)},
    "average-pool": {"size": whole(1, 32, 2)},
    "batch-norm": {},
    "dropout": {"rate": number(0, 0.999999)},
    "flatten": {},
    "global-average": {},
    "dense": {"units": whole(1, 65536), "activation": _ACTIVATION},
}
LAYERS = tuple(_SETTINGS)

# Those that bring maps down to one row of numbers, and those that need such a row.
_FLATTENING = ("flatten", "global-average")
_ON_MAPS = ("conv", "max-pool", "average-pool")


def expand(entries: Any, axes: Mapping[str, Any]) -> tuple[Layer, ...]:
    """The layers of a recipe one after the other, repeated and filled in for one network.

    entries : a list of ``{ layer = NAME, SETTING = VALUE }`` and of
        ``{ repeat = N, layers = [...] }``.
    axes : values of the grid by the name that stands for them in the recipe.

    Raises ValueError or TypeError, in words, for whatever is not known.
    """
    if not isinstance(entries, list):
        raise TypeError("'layers' must be a list")
    layers = tuple(_each(entries, axes))
    _check_order(layers)
    return layers


def _each(entries: Sequence[Any], axes: Mapping[str, Any]) -> Iterator[Layer]:
    for entry in entries:
        if not isinstance(entry, dict):
            raise TypeError("each layer must be written as { layer = NAME }")
        if "repeat" in entry:
            if entry.keys() != {"repeat", "layers"}:
                raise ValueError("a repetition has the keys 'repeat' and 'layers'")
            times = whole(0, 64).read("repeat", _filled(entry["repeat"], axes))
            for _ in range(times):
                yield from _each(entry["layers"], axes)
        else:
            yield _layer(entry, axes)


def _layer(entry: Mapping[str, Any], axes: Mapping[str, Any]) -> Layer:
    name = entry.get("layer")
    if name not in _SETTINGS:
        raise ValueError(f"there is no layer '{name}' (known: {', '.join(LAYERS)})")
    known = _SETTINGS[str(name)]
    if unknown := sorted(entry.keys() - known.keys() - {"layer"}):
        raise ValueError(f"the layer '{name}' has no setting '{unknown[0]}'")
    settings = {key: setting.default for key, setting in known.items()}
    for key, setting in known.items():
        if key in entry:
            settings[key] = setting.read(key, _filled(entry[key], axes))
        if settings[key] is None:
            raise ValueError(f"the layer '{name}' needs the setting '{key}'")
    return Layer(str(name), settings)


def _filled(value: Any, axes: Mapping[str, Any]) -> Any:
    return axes[value] if isinstance(value, str) and value in axes else value


def _check_order(layers: Sequence[Layer]) -> None:
    flat = False
    for layer in layers:
        if flat and layer.name in (*_ON_MAPS, *_FLATTENING):
            raise ValueError(f"the layer '{layer.name}' cannot follow 'flatten' or another like it")
        if not flat and layer.name == "dense":
            raise ValueError("a dense layer needs 'flatten' or 'global-average' before it")
        flat = flat or layer.name in _FLATTENING
    if not flat:
        raise ValueError("the layers must hold 'flatten' or 'global-average'")
