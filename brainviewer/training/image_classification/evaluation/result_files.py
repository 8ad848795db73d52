"""Answers and results in files: written by one run, read by those who compare."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_json
from brainviewer.training.image_classification.evaluation.results import (
    FORMAT,
    RESULT_FILE,
    Predictions,
)
from brainviewer.training.json_files import read_arrays, write_arrays

PREDICTIONS_FILE = "predictions.npz"


@dataclass(frozen=True, eq=False)
class Part:
    """What the training for one split left: answers for its test and validation images."""

    tested: Predictions
    seen: Predictions
    history: list[dict[str, Any]]
    weights: str

    def write(self, path: Path) -> None:
        """Raises FileError."""
        about = json.dumps({"history": self.history, "weights": self.weights})
        write_predictions(path, self.tested, self.seen, about)

    @staticmethod
    def read(path: Path) -> "Part | None":
        """None if there is nothing that can be read."""
        kept = read_predictions(path)
        if kept is None or kept.validation is None:
            return None
        content = json.loads(kept.about)
        return Part(kept.test, kept.validation, content["history"], content["weights"])


class RunPredictions(NamedTuple):
    """Answers as a file keeps them; validation : None where there were no validation images."""

    test: Predictions
    validation: Predictions | None
    about: str = ""


def write_predictions(
    path: Path, tested: Predictions, seen: Predictions | None = None, about: str = ""
) -> None:
    """Keep answers as ``.npz``; raises FileError.

    Those for test images stand under ``test_...``, those for validation images, if there are any,
    under ``validation_...``: a threshold may be chosen on the second only.
    """
    arrays: dict[str, Any] = {"about": np.array(about)}
    for name, part in (("test", tested), ("validation", seen)):
        if part is None:
            continue
        arrays |= {
            f"{name}_files": np.array(part.files),
            f"{name}_folds": np.array(part.folds),
            f"{name}_truth": part.truth,
            f"{name}_probabilities": part.probabilities,
        }
        if part.groups is not None:
            arrays |= {f"{name}_groups": np.array(part.groups), f"{name}_over": np.array(part.over)}
    write_arrays(path, **arrays)


def read_predictions(path: Path) -> RunPredictions | None:
    """What ``write_predictions`` wrote; None if there is nothing that can be read."""
    try:
        kept = read_arrays(path)
        if kept is None:
            return None
        test, validation = (
            Predictions(
                tuple(kept[f"{name}_files"].tolist()),
                tuple(kept[f"{name}_folds"].tolist()),
                kept[f"{name}_truth"],
                kept[f"{name}_probabilities"],
                kept.get(f"{name}_groups"),
                str(kept.get(f"{name}_over", "images")),
            )
            if name == "test" or f"{name}_truth" in kept
            else None
            for name in ("test", "validation")
        )
        assert test is not None
        return RunPredictions(test, validation, str(kept["about"]))
    except (KeyError, ValueError):
        return None


def read_result(path: Path) -> dict[str, Any] | None:
    """One result file; None if there is none of this format."""
    try:
        content = read_json(path)
    except (FileError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return None
    return content if "network" in content else None


def read_results(run: Path) -> list[dict[str, Any]]:
    """All results below a folder, by network; raises FileError if there are none."""
    found = [read_result(file) for file in sorted(run.rglob(RESULT_FILE))]
    results_ = [one for one in found if one is not None]
    if not results_:
        raise FileError(
            f"The run {run.name} is not finished.", "Run the same 'brainviewer train' again."
        )
    return results_
