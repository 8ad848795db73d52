"""Inputs of an evaluation: held-out logits and lesion descriptors of every patient."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.structured import read_json
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER, detect_all
from brainviewer.training.recipes import Recipe
from brainviewer.training.softmax_regression import Numbers
from brainviewer.training.subtype.descriptor_table import (
    SEGMENTATIONS,
    TABLE_FILE,
    Described,
    describe_all,
    read_table,
)

PREDICTIONS = "predictions-seed*.json"
# The segmentation that inference has; the others are reported beside it.
MAIN = "found"

Inputs = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known about n patients.

    truth : (n,) index of the class. ages : (n,) years, NaN where not known.
    logits : (n, classes) of networks that never saw the patient; None without a network.
    values : (n, names) lesion descriptors, NaN where missing; None without any.
    expert : the same inside an expert's segmentation: learned from as well, never answered from.
        What both segmentations have in common is what holds when the segmentation is another one.
    seen : (n,) bool, whether a lesion was found; where not, logits and values say nothing.
    """

    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    ages: Numbers
    seen: NDArray[np.bool_]
    logits: Numbers | None = None
    names: tuple[str, ...] = ()
    values: Numbers | None = None
    expert: Numbers | None = None

    def of(self, members: NDArray[np.bool_]) -> "Evidence":
        """Some of the patients."""
        held = vars(self).items()
        some: dict[str, Any] = {n: v[members] for n, v in held if isinstance(v, np.ndarray)}
        return replace(self, **some)

    def described(self, index: int) -> dict[str, float] | None:
        """The descriptors of one patient by name, None if there are none."""
        if self.values is None or not self.seen[index]:
            return None
        return dict(zip(self.names, self.values[index].tolist(), strict=True))


def evidence(
    codes: tuple[str, ...], inputs: Mapping[str, Any], run: Mapping[str, Any], segmentation: str
) -> Evidence:
    """What one seed's networks and the descriptors say, with the segmentations of one kind.

    inputs, run : of ``read_predictions``.

    A lesion that the detector did not find says nothing, unless an expert segmented it.
    """
    patients, names = inputs["patients"], tuple(inputs["descriptor_names"])
    logits = run["logits"].get(segmentation)

    def values(kind: str) -> Numbers | None:
        rows = [p["descriptors"].get(kind) for p in patients]
        if not any(rows) and (kind == "expert" or not names):
            return None
        return np.array([row or [math.nan] * len(names) for row in rows], np.float64)

    def seen(patient: Mapping[str, Any]) -> bool:
        if segmentation == "stripped":
            return bool(patient["descriptors"].get(segmentation))
        return segmentation == "expert" or bool(patient["found"])

    return Evidence(
        codes,
        np.array([codes.index(p["label"]) for p in patients], np.int64),
        np.array([math.nan if p["age_years"] is None else p["age_years"] for p in patients]),
        np.array([seen(p) for p in patients]),
        None if logits is None else np.array([row or [0.0] * len(codes) for row in logits]),
        names,
        values(segmentation if segmentation in SEGMENTATIONS else MAIN),
        values("expert"),
    )


def read_predictions(
    run: Path, recipe: Recipe | None = None, data: Path | None = None, report: Report = silent
) -> Inputs:
    """What an evaluation needs, as plain data without names of patients: the patients in one
    order, and for each seed their folds and what the networks said.

    Raises FileError if the folder holds no predictions, or if they do not belong together.
    """
    files = sorted(run.glob(PREDICTIONS))
    if not files:
        raise FileError(
            f"The folder {run.name} holds no finished cross-validation.",
            "Run brainviewer train first.",
        )
    runs = [{entry["case_id"]: entry for entry in _read_json(path)} for path in files]
    # Training leaves out cases in which no lesion was seen.
    table = [row for row in _table(run, recipe, data, report) if row.case_id in runs[0]]
    described = {row.case_id: row.values for row in table} or {name: {} for name in runs[0]}
    ids = sorted(described)
    if any(sorted(entries) != ids for entries in runs):
        raise FileError(
            f"The predictions in {run.name} are not all about the same cases.",
            "Train again in an empty folder.",
        )
    if recipe is not None:
        _check_folds(recipe, runs)
    return {
        "descriptor_names": list(NAMES) if table else [],
        "patients": [
            {
                "number": number,
                "label": runs[0][name]["label"],
                "age_years": runs[0][name]["age_years"],
                "found": bool(runs[0][name]["found"]),
                "descriptors": {
                    segmentation: [_plain(values[term]) for term in NAMES]
                    for segmentation, values in described[name].items()
                },
            }
            for number, name in enumerate(ids)
        ],
        "runs": [
            {
                "seed": entries[ids[0]]["seed"],
                "fold": [entries[name]["fold"] for name in ids],
                "logits": {
                    situation: [entries[name]["logits"].get(situation) for name in ids]
                    for situation in entries[ids[0]]["logits"]
                },
            }
            for entries in runs
        ],
        "controls": [
            _control(path, ids)
            for path in sorted(run.glob("predictions-*.json"))
            if path not in files
        ],
    }


def _table(run: Path, recipe: Recipe | None, data: Path | None, report: Report) -> list[Described]:
    path = run / TABLE_FILE
    if path.exists():
        table = read_table(path)
        if any(not values.keys() >= {*NAMES} for row in table for values in row.values.values()):
            raise FileError(
                f"The table {path.name} holds other descriptors than this version measures.",
                "Delete it, and name the data with --data: it is made again from the images.",
            )
        return table
    if data is None or recipe is None:
        return []
    cases = [case for case in read_cases(data) if case.label in recipe.classes]
    detect_all(cases, run / DETECTIONS_FOLDER, report)
    return describe_all(cases, run / DETECTIONS_FOLDER, path, report)


def _check_folds(recipe: Recipe, runs: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
    """Raises FileError if a fold leaves no patient of a class to learn from."""
    for entries in runs:
        for fold in sorted({entry["fold"] for entry in entries.values()}):
            learned = {entry["label"] for entry in entries.values() if entry["fold"] != fold}
            for code in recipe.classes:
                if code not in learned:
                    raise FileError(
                        f"Fold {fold + 1} leaves no patient of class {code} to learn from.",
                        "Add patients of this class, or divide them among the folds.",
                    )


def _control(path: Path, ids: Sequence[str]) -> dict[str, Any]:
    """What a control said (see ``controls``): it sees only a part, or learned false labels."""
    entries = {entry["case_id"]: entry for entry in _read_json(path)}
    if sorted(entries) != list(ids):
        raise FileError(f"{path.name} is not about the same cases.", "Make it again.")
    return {
        "name": path.stem.removeprefix("predictions-").replace("_", " "),
        "fold": [entries[name]["fold"] for name in ids],
        "labels": [entries[name]["label"] for name in ids],
        "logits": [next(iter(entries[name]["logits"].values())) for name in ids],
    }


def _read_json(path: Path) -> list[dict[str, Any]]:
    try:
        return list(read_json(path))
    except (FileError, TypeError, ValueError):
        raise FileError(f"The file {path.name} cannot be read.", "Train again.") from None


def _plain(value: float) -> float | None:
    return round(value, 5) if math.isfinite(value) else None
