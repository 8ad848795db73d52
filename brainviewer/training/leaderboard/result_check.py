"""What a result must hold to be shown; ``docs/image-results.md`` tells it in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brainviewer.training.image_classification.evaluation.results import AUROC, ECE, WORST
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES

FIGURES = ("macro F1", "accuracy", WORST, AUROC, ECE)
"""The figures that every result has and every row shows."""


@dataclass(frozen=True)
class _Maybe:
    """An entry that may be null, or not there."""

    shape: Any


_FIGURE = {"name": str, "value": float, "low": float, "high": float}
_SPLIT = {"split": str, "tested": [str], "train": int, "validation": int, "test": int}
_PHASE = {"epochs": int, "batch": int}
_TRAINED = {"training": _PHASE, "fine_tuning": _Maybe(_PHASE)}  # by a recipe for single images
_COPIES = dict.fromkeys(("copies", "right_on_copies", "others", "right_on_others"), int)
_EPOCH = {"fold": str, "phase": str, "epoch": int}
_CURVES = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), float)
_COSTS = ("parameters", "size_bytes", "ms_per_image", "training_seconds")
# Types as JSON has them, where a float is any finite number; a list holds one shape.
_SHAPE: Mapping[str, Any] = {
    "network": str,
    "about": str,
    "recipe": _Maybe(str),
    "reported": _Maybe(str),
    "classes": [str],
    "data": {"images_sha256": str, "layout": str, "folder": _Maybe(str)},
    "protocol": {**_SPLIT, "grouped": bool, "limit": _Maybe(int)},
    "settings": {"training": _Maybe({}), "fine_tuning": _Maybe({})},
    "figures": [_FIGURE],
    "confusion": [[float]],
    "notices": [str],
    "epochs": _Maybe([int]),
    "history": _Maybe([{**_EPOCH, **_CURVES}]),
    "operating_point": _Maybe(
        {"positive": str, "wanted_sensitivity": float, "threshold": float, "figures": [_FIGURE]}
    ),
    "leak": _Maybe(
        {"copies": int, "others": int, "figures": [_FIGURE], "by_class": _Maybe([_COPIES])}
    ),
    "members": _Maybe([{"network": str}]),
    **{key: _Maybe(float) for key in _COSTS},
}


def first_error(result: Mapping[str, Any]) -> str:
    """The first entry that is missing or is not what it must be; empty if all is well."""
    if wrong := _misfit(result, _SHAPE, ""):
        return wrong
    if result["kind"] == IMAGE_CLASSES and (wrong := _misfit(result["settings"], _TRAINED, "")):
        return f"settings.{wrong}"
    if missing := [name for name in FIGURES if name not in {f["name"] for f in result["figures"]}]:
        return f"figures, {missing[0]}"
    count = len(result["classes"])
    matrix = result["confusion"]
    if count < 2:
        return "classes"
    return "" if [len(row) for row in matrix] == [count] * count else "confusion"


def _misfit(value: Any, shape: Any, where: str) -> str:
    if isinstance(shape, _Maybe):
        return "" if value is None else _misfit(value, shape.shape, where)
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            return where
        return next(filter(None, (
            _misfit(value.get(key), inner, f"{where}.{key}" if where else key)
            for key, inner in shape.items()
        )), "")  # fmt: skip
    if isinstance(shape, list):
        if not isinstance(value, list):
            return where
        return next(filter(None, (_misfit(one, shape[0], where) for one in value)), "")
    if shape is float:
        fits = isinstance(value, int | float) and math.isfinite(value)
    else:
        fits = isinstance(value, shape)
    return "" if fits else where
