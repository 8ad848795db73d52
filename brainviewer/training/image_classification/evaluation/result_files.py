"""Answers and results in files: written by one run, read by those who compare."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.structured import read_json
from brainviewer.training.image_classification.evaluation.results import (
    FORMAT,
    RESULT_FILE,
    Predictions,
)
from brainviewer.training.json_files import read_arrays, write_arrays, write_table

PREDICTIONS_FILE, ANSWERS_FILE = "predictions.npz", "predictions.csv"


class RunPredictions(NamedTuple):
    """Answers as a file keeps them; validation : None where there were no validation images."""

    test: Predictions
    validation: Predictions | None = None
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
        held = {} if part is None else {k: v for k, v in vars(part).items() if k != "unit"}
        if held.get("groups") is None:  # each image is for itself
            held = {key: value for key, value in held.items() if key not in ("groups", "over")}
        arrays |= {f"{name}_{key}": np.array(value) for key, value in held.items()}
    write_arrays(path, **arrays)


def write_answers(
    path: Path, classes: Sequence[str], tested: Predictions, **more: Sequence[str]
) -> None:
    """Write the answers as CSV, a line for each case; raises FileError.

    tested : probabilities are NaN where there is no answer. more : columns of their own.
    """
    groups = tested.files if tested.groups is None else map(str, tested.groups)
    columns = ["case", "patient", "fold", "truth", "answer", *more, *(f"p_{c}" for c in classes)]
    own = (tested.files, groups, tested.folds, tested.truth, tested.probabilities)
    rows = []
    for case, group, fold, truth, given, *beside in zip(*own, *more.values(), strict=True):
        there = bool(np.isfinite(given).all())
        answer = classes[int(given.argmax())] if there else ""
        chances = [f"{p:.6f}" if there else "" for p in given]
        rows.append([case, group, fold, classes[truth], answer, *beside, *chances])
    write_table(path, columns, rows)


def read_predictions(path: Path) -> RunPredictions | None:
    """What ``write_predictions`` wrote; None if there is nothing that can be read."""
    try:
        kept = read_arrays(path)
        if kept is None:
            return None
        parts = []
        for name in ("test", "validation"):
            keys = {f.name: f"{name}_{f.name}" for f in fields(Predictions)}
            held: dict[str, Any] = {key: kept[its] for key, its in keys.items() if its in kept}
            held |= {key: tuple(held[key].tolist()) for key in ("files", "folds") if key in held}
            held["over"] = str(held.get("over", "images"))
            parts.append(Predictions(**held) if name == "test" or "truth" in held else None)
        assert parts[0] is not None
        return RunPredictions(parts[0], parts[1], str(kept["about"]))
    except SENSELESS:
        return None


def read_result(path: Path) -> dict[str, Any] | None:
    """One result file; None if there is none of this format."""
    try:
        content = read_json(path)
    except (FileError, ValueError):
        return None
    known = isinstance(content, dict) and content.get("format") == FORMAT and "network" in content
    return content if known else None


def read_results(run: Path) -> list[dict[str, Any]]:
    """All results below a folder, by network; raises FileError if there are none."""
    found = [result for file in sorted(run.rglob(RESULT_FILE)) if (result := read_result(file))]
    if not found:
        raise FileError(
            f"The run {run.name} is not finished.", "Run the same 'brainviewer train' again."
        )
    return found
