"""What a trained network is worth, as one small JSON file (docs/image-results.md).

Figures are of test images that the network never saw. Intervals are over patients where the data
names them, else over images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.image_classification.recipes.recipe import ImageRecipe
from brainviewer.training.metrics.intervals import Estimate, estimates
from brainviewer.training.metrics.metric_kinds import MeanArea, Measure
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
    over : what a group is.
    """

    files: tuple[str, ...]
    folds: tuple[str, ...]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: NDArray[Any] | None = None
    over: str = "images"

    def at(self, places: NDArray[np.int64]) -> "Predictions":
        """Some of the images, in the order of their places."""
        return Predictions(
            tuple(self.files[place] for place in places.tolist()),
            tuple(self.folds[place] for place in places.tolist()),
            self.truth[places],
            self.probabilities[places],
            None if self.groups is None else self.groups[places],
            self.over,
        )


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


def measures(classes: Sequence[str]) -> dict[str, Measure]:
    """The figures of a result, by name."""
    table: dict[str, Measure] = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        "macro F1": macro_f1,
        WORST: worst_recall,
        AUROC: MeanArea(len(classes)),
        ECE: calibration_error,
    }
    table |= {f"recall {name}": recall(place) for place, name in enumerate(classes)}
    return table | {
        f"AUROC {name} against the rest": auroc(place) for place, name in enumerate(classes)
    }


def result_record(
    kind: str, classes: Sequence[str], tested: "Predictions", seed: int, **more: Any
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
        **measured(classes, tested, seed),
        "operating_point": None,
        "validation": None,
        "epochs": [],
        **dict.fromkeys(COSTS),
        "notices": [],
        "history": [],
        **more,
    }


def measured(classes: Sequence[str], tested: Predictions, seed: int) -> dict[str, Any]:
    """Figures with intervals, confusion matrix, report and reliability of tested images."""
    wanted = measures(classes)
    table = estimates(tested.truth, tested.probabilities, wanted, DRAWS, seed, tested.groups)
    matrix = confusion(tested.truth, tested.probabilities)[0]
    bins = reliability(tested.truth, tested.probabilities)
    return {
        "figures": entries(table, len(tested.truth)),
        "intervals": _over(tested),
        "confusion": matrix.astype(int).tolist(),
        "report": class_report(classes, matrix),
        "reliability": [
            {
                "confidence": round(one["confidence"], 4),
                "accuracy": round(one["accuracy"], 4),
                "images": one["patients"],
            }
            for one in bins
        ],
    }


def class_report(classes: Sequence[str], matrix: NDArray[np.float64]) -> dict[str, Any]:
    """Precision, recall, F1 and support of each class; rows of the matrix are the truth."""
    report = {}
    for place, name in enumerate(classes):
        right, said, there = matrix[place, place], matrix[:, place].sum(), matrix[place].sum()
        report[name] = {
            "precision": _share(right, said),
            "recall": _share(right, there),
            "F1": _share(2 * right, said + there),
            "support": int(there),
        }
    return report


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
    ill = tested.truth == place
    calls = tested.probabilities[:, place] >= threshold
    called = np.column_stack([~calls, calls]).astype(float)
    truth = ill.astype(np.int64)
    asked = {"sensitivity": recall(1), "specificity": recall(0)}
    table = estimates(truth, called, asked, DRAWS, recipe.seed, tested.groups)
    return {
        "positive": positive,
        "wanted_sensitivity": wanted,
        "threshold": threshold,
        "chosen_on": f"{len(scores)} validation images of {positive}",
        "figures": entries(table, len(truth)),
    }


def _over(tested: Predictions) -> dict[str, Any]:
    """What intervals are over, and how many of these there are."""
    if tested.groups is None:
        return {"over": "images", "units": len(tested.truth)}
    return {"over": tested.over, "units": len(np.unique(tested.groups))}


def entries(table: Mapping[str, Estimate], images: int) -> list[dict[str, Any]]:
    """Estimates as results hold them; images : that those rest on which are no shares."""
    return [one.entry(name, "images", images) for name, one in table.items()]


def in_short(tested: Predictions) -> dict[str, float]:
    """What networks are compared by before their test images are looked at."""
    return {
        "accuracy": round(float(accuracy(tested.truth, tested.probabilities)[0]), 4),
        "macro F1": round(float(macro_f1(tested.truth, tested.probabilities)[0]), 4),
    }


def settings(recipe: ImageRecipe, weights: str, changed: Sequence[str]) -> dict[str, Any]:
    """How a network was made, as the result file tells it.

    weights : what its base started from; ``none`` without pretraining.
    changed : settings of the recipe that were replaced on the command line.
    """
    how = recipe.augmentation
    used = {f.name: getattr(how, f.name) for f in fields(how) if getattr(how, f.name)}
    return {
        "input_size": recipe.preparation.size,
        "colour": recipe.preparation.colour,
        "crop": recipe.preparation.crop,
        "augmentation": used,
        "base": recipe.base or None,
        "weights": weights,
        "pretrained": weights != "none",
        "training": asdict(recipe.training),
        "fine_tuning": None if recipe.fine_tuning is None else asdict(recipe.fine_tuning),
        "grid": dict(recipe.axes),
        "seed": recipe.seed,
        "changed": list(changed),
    }


def _share(part: float, whole: float) -> float:
    return round(float(part / whole), 4) if whole else 0.0
