"""The layers that a recipe may name, with their settings; nothing else can be built.

A recipe holds data only: there is no layer that carries code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh")
PADDINGS = ("valid", "same")
MOST_UNITS = 65536


@dataclass(frozen=True)
class Layer:
    """One layer: its name in recipes, and all of its settings."""

    name: str
    settings: Mapping[str, Any]


# Settings by layer; a setting whose default is None must be given.
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "conv": {
        "filters": None, "kernel": None, "stride": 1, "padding": "valid", "activation": "relu",
    },
    "max-pool": {"size": 2},
    "average-pool": {"size": 2},
    "batch-norm": {},
    "dropout": {"rate": None},
    "flatten": {},
    "global-average": {},
    "dense": {"units": None, "activation": "relu"},
}  # fmt: skip
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


def whole_number(key: str, value: Any, low: int, high: int) -> int:
    """The value of a setting, which must lie within the limits; raises ValueError, in words."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"'{key}' must be a whole number from {low} to {high}")
    return value


def _each(entries: Sequence[Any], axes: Mapping[str, Any]) -> Iterator[Layer]:
    for entry in entries:
        if not isinstance(entry, dict):
            raise TypeError("each layer must be written as { layer = NAME }")
        if "repeat" in entry:
            if entry.keys() != {"repeat", "layers"}:
                raise ValueError("a repetition has the keys 'repeat' and 'layers'")
            times = whole_number("repeat", _filled(entry["repeat"], axes), 0, 64)
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
    settings = dict(known)
    for key in known:
        if key in entry:
            settings[key] = _filled(entry[key], axes)
        if settings[key] is None:
            raise ValueError(f"the layer '{name}' needs the setting '{key}'")
        _check(key, settings[key])
    return Layer(str(name), settings)


def _filled(value: Any, axes: Mapping[str, Any]) -> Any:
    return axes[value] if isinstance(value, str) and value in axes else value


def _check(key: str, value: Any) -> None:
    if key in ("filters", "units"):
        whole_number(key, value, 1, MOST_UNITS)
    elif key in ("kernel", "stride", "size"):
        whole_number(key, value, 1, 32)
    elif key == "rate":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise ValueError("a dropout rate must be from 0 to below 1")
    else:
        allowed = ACTIVATIONS if key == "activation" else PADDINGS
        if value not in allowed:
            raise ValueError(f"there is no {key} '{value}' (known: {', '.join(allowed)})")


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
