"""What a trained network is worth, as one small JSON file (docs/image-results.md).

Figures are of test images that the network never saw. Intervals are over patients where the data
names them, else over images.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.image_classification.data.labelled_images import LabelledImages
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe
from brainviewer.training.metrics.intervals import estimates
from brainviewer.training.metrics.metric_kinds import Metric, mean_area
from brainviewer.training.metrics.metrics import (
    accuracy,
    auroc,
    balanced_accuracy,
    calibration_error,
    confusion,
    macro_f1,
    recall,
    reliability,
    worst_recall,
)

FORMAT = 1
RESULT_FILE = "result.json"
SHIPPED = "shipped-model"
"""The kind of a result of a network of tumours on single images, as models that ship are."""
DRAWS = 1000
COSTS = ("parameters", "size_bytes", "ms_per_image", "training_seconds")
AUROC, WORST, ECE = "AUROC", "worst-class recall", "expected calibration error"
"""``AUROC`` is the mean over classes, each against the rest."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers for the images of one or more test parts.

    files : their names in the data; folds : the part that each was tested in.
    truth : (n,) int64; probabilities : (n, classes) float64
    groups : (n,) of images that are drawn together for intervals; None if each is for itself.
    over : what a group is; unit : what one of them is, ``images`` or ``patients``.
    """

    files: tuple[str, ...]
    folds: tuple[str, ...]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: NDArray[Any] | None = None
    over: str = "images"
    unit: str = "images"

    def at(self, places: NDArray[np.int64]) -> "Predictions":
        """Some of the images, in the order of their places."""
        return replace(
            self,
            files=tuple(self.files[place] for place in places.tolist()),
            folds=tuple(self.folds[place] for place in places.tolist()),
            truth=self.truth[places],
            probabilities=self.probabilities[places],
            groups=None if self.groups is None else self.groups[places],
        )

    def by_file(self) -> "Predictions":
        """All of them, sorted by file."""
        return self.at(np.argsort(self.files, kind="stable"))


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Several test parts as one."""
    groups = [part.groups for part in parts if part.groups is not None]
    return Predictions(
        tuple(file for part in parts for file in part.files),
        tuple(fold for part in parts for fold in part.folds),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate(groups) if len(groups) == len(parts) else None,
        parts[0].over,
    )


def measures(classes: Sequence[str]) -> dict[str, Metric]:
    """The figures of a result, by name."""
    table: dict[str, Metric] = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        "macro F1": macro_f1,
        WORST: worst_recall,
        AUROC: mean_area(len(classes)),
        ECE: calibration_error,
    }
    table |= {f"recall {name}": recall(place) for place, name in enumerate(classes)}
    return table | {
        f"AUROC {name} against the rest": auroc(place) for place, name in enumerate(classes)
    }


def result_record(
    kind: str, classes: Sequence[str], tested: Predictions, seed: int, **more: Any
) -> dict[str, Any]:
    """A result as its file holds it: figures of test images with intervals, and ``more``.

    more : what is known of the network (docs/image-results.md); what is left out is empty.
    """
    return {
        "format": FORMAT,
        "kind": kind,
        "reported": "",
        "seed": seed,
        "classes": list(classes),
        "unit": tested.unit,
        **measured(classes, tested, seed),
        "operating_point": None,
        "validation": None,
        "epochs": [],
        **dict.fromkeys(COSTS),
        "notices": [],
        "history": [],
        **more,
    }


def data_record(
    source: LabelledImages, classes: Sequence[str], labels: NDArray[np.int64], tested: Predictions
) -> dict[str, Any]:
    """The data of a network as its result tells them; labels : (n,) of all images."""
    counts = np.bincount(labels, minlength=len(classes)).tolist()
    return {
        "folder": source.folder.name,
        "layout": source.layout,
        "images_sha256": source.sha256,
        "test_sha256": hashlib.sha256(json.dumps(sorted(tested.files)).encode()).hexdigest(),
        "images": len(labels),
        "classes": dict(zip(classes, counts, strict=True)),
    }


def protocol_record(
    source: LabelledImages, tested: Predictions, *, train: int, validation: int, limit: int | None
) -> dict[str, Any]:
    """How it was tested; train, validation : images of the first split."""
    return {
        "split": source.layout,
        "grouped": source.grouped,
        "tested": sorted(set(tested.folds)),
        "train": train,
        "validation": validation,
        "test": len(tested.files),
        "limit": limit,
    }


def measured(classes: Sequence[str], tested: Predictions, seed: int) -> dict[str, Any]:
    """Figures with intervals, confusion matrix, report and reliability of tested images."""
    truth, probabilities, groups = tested.truth, tested.probabilities, tested.groups
    matrix = confusion(truth, probabilities)[0].astype(int)
    return {
        "figures": figures(truth, probabilities, measures(classes), seed, groups, tested.unit),
        "intervals": {
            "over": tested.unit if groups is None else tested.over,
            "units": len(truth) if groups is None else len(np.unique(groups)),
        },
        "confusion": matrix.tolist(),
        "report": _class_report(classes, matrix),
        "reliability": [
            {
                "confidence": round(one["confidence"], 4),
                "accuracy": round(one["accuracy"], 4),
                tested.unit: one["patients"],
            }
            for one in reliability(truth, probabilities)
        ],
    }


def figures(
    truth: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    wanted: Mapping[str, Metric],
    seed: int,
    groups: NDArray[Any] | None,
    unit: str = "images",
) -> list[dict[str, Any]]:
    """Figures with their intervals, as results hold them; unit : what they count."""
    table = estimates(truth, probabilities, wanted, DRAWS, seed, groups)
    return [one.entry(name, unit, len(truth)) for name, one in table.items()]


def _class_report(classes: Sequence[str], matrix: NDArray[np.int64]) -> dict[str, Any]:
    """Precision, recall, F1 and support of each class; rows of the matrix are the truth."""
    counts = (matrix.diagonal(), matrix.sum(axis=0), matrix.sum(axis=1))
    return {
        name: {
            "precision": round(right / max(said, 1), 4),
            "recall": round(right / max(there, 1), 4),
            "F1": round(2 * right / max(said + there, 1), 4),
            "support": there,
        }
        for name, (right, said, there) in zip(classes, np.transpose(counts).tolist(), strict=True)
    }


def operating_point(
    recipe: ImageRecipe,
    classes: Sequence[str],
    validation: Predictions,
    tested: Predictions,
) -> dict[str, Any] | None:
    """A threshold for triage and what it reaches; None if the recipe asks for none.

    It is the highest threshold that reaches the wanted sensitivity on the validation images; its
    sensitivity and specificity are those of the test images.
    """
    if recipe.triage is None:
        return None
    positive, wanted = recipe.triage
    place = list(classes).index(positive)
    scores = np.sort(validation.probabilities[validation.truth == place, place])
    missed = int(np.floor((1 - wanted) * len(scores) + 1e-9))
    # Rounded down, so that the file's number reaches what was measured.
    threshold = float(np.floor(scores[missed] * 1e6) / 1e6)
    truth = (tested.truth == place).astype(np.int64)
    calls = tested.probabilities[:, place] >= threshold
    called = np.column_stack([~calls, calls]).astype(float)
    asked = {"sensitivity": recall(1), "specificity": recall(0)}
    return {
        "positive": positive,
        "wanted_sensitivity": wanted,
        "threshold": threshold,
        "chosen_on": f"{len(scores)} validation images of {positive}",
        "figures": figures(truth, called, asked, recipe.seed, tested.groups),
    }


def in_short(tested: Predictions) -> dict[str, float]:
    """What networks are compared by before their test images are looked at."""
    return {
        name: round(float(measure(tested.truth, tested.probabilities)[0]), 4)
        for name, measure in (("accuracy", accuracy), ("macro F1", macro_f1))
    }


def settings(recipe: ImageRecipe, weights: str, changed: Sequence[str]) -> dict[str, Any]:
    """How a network was made, as the result file tells it.

    weights : what its base started from; ``none`` without pretraining.
    changed : settings of the recipe that were replaced on the command line.
    """
    preparation = asdict(recipe.preparation)
    return {
        "input_size": preparation.pop("size"),
        **preparation,
        "augmentation": {key: value for key, value in asdict(recipe.augmentation).items() if value},
        "base": recipe.base or None,
        "weights": weights,
        "pretrained": weights != "none",
        "training": asdict(recipe.training),
        "fine_tuning": recipe.fine_tuning and asdict(recipe.fine_tuning),
        "grid": dict(recipe.axes),
        "seed": recipe.seed,
        "changed": list(changed),
    }
