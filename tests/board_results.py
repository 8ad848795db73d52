"""Results of networks that nobody trained, as ``brainviewer train`` would write them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.training.image_classification.evaluation.results import Predictions, measured

FOUR = ("glioma", "meningioma", "pituitary", "none")
FOLDS = ("1", "2", "3", "4")
_LAYOUTS = {True: "patient-wise folds", False: "training and testing folders"}


def result(
    network: str = "cnn-128-flip",
    right: float = 0.8,
    apart: bool = True,
    recipe: str | None = None,
    classes: tuple[str, ...] = FOUR,
    tested: tuple[str, ...] = FOLDS,
    images: int = 60,
    **settings: Any,
) -> dict[str, Any]:
    """A result whose accuracy is about ``right``; settings : in place of those of the recipe."""
    random = np.random.default_rng(7)
    truth = np.arange(images) % len(classes)
    said = np.where(np.arange(images) < right * images, truth, (truth + 1) % len(classes))
    probabilities = random.dirichlet(np.ones(len(classes)), images) + 4 * np.eye(len(classes))[said]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    folds = tested if apart else ("test",)
    files = tuple(map(str, range(images)))
    classified = Predictions(files, (folds[0],) * images, truth, probabilities)
    how = {
        "input_size": 128, "colour": "grey", "crop": "none", "augmentation": {}, "base": None,
        "weights": "none", "pretrained": False, "training": {"epochs": 20, "batch": 20},
        "fine_tuning": None, "grid": {}, "seed": 2026, "changed": [],
    }  # fmt: skip
    return {
        "format": 1,
        "kind": "image-classes",
        "recipe": recipe or network,
        "network": network,
        "about": "A small network",
        "reported": "accuracy 73 %",
        "recipe_sha256": "0" * 64,
        "data": {
            "folder": "apart" if apart else "leaky", "layout": _LAYOUTS[apart],
            "images_sha256": "a" if apart else "b", "images": images, "classes": {},
        },
        "protocol": {
            "split": _LAYOUTS[apart], "grouped": apart, "tested": list(folds), "train": 30,
            "validation": 4, "test": images, "limit": None,
        },
        "settings": how | settings,
        "classes": list(classes),
        **measured(classes, classified, 2026),
        "operating_point": None,
        "validation": {"accuracy": right, "macro F1": right},
        "epochs": [3] * len(folds),
        "training_seconds": 40.0,
        "parameters": 1234,
        "size_bytes": 5000,
        "ms_per_image": 0.5,
        "notices": ["The data was made up."],
        "history": [epoch(fold, "training", number) for fold in folds for number in (1, 2, 3)],
    }  # fmt: skip


def leak(on_copies: float, on_others: float) -> dict[str, Any]:
    """What is known of copies among 60 test images."""
    figures = [
        {"name": name, "value": value, "low": value - 0.1, "high": value + 0.1, "images": 30}
        for name, value in (
            ("accuracy on copies", on_copies), ("accuracy on the others", on_others),
        )
    ]  # fmt: skip
    return {"copies": 40, "others": 20, "figures": figures}


def epoch(fold: str, phase: str, number: int) -> dict[str, Any]:
    """One entry of a history."""
    fraction = 1 / (number + 1)
    return {
        "fold": fold, "phase": phase, "epoch": number, "loss": fraction, "accuracy": 1 - fraction,
        "val_loss": 1.2 * fraction, "val_accuracy": 1 - 1.2 * fraction, "seconds": 1.25,
    }  # fmt: skip


def write(folder: Path, *results: dict[str, Any]) -> Path:
    """Each into a file of its own below the folder."""
    for number, one in enumerate(results):
        place = folder / str(number) / "result.json"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(one), encoding="utf-8")
    return folder
