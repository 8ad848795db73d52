"""Inputs of an evaluation: held-out logits and lesion descriptors of every patient."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.structured import read_json
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.detections import detect_all
from brainviewer.training.labelled_data.folds import folds_of
from brainviewer.training.recipes import Recipe
from brainviewer.training.subtype.descriptor_table import (
    OUTLINES,
    TABLE_FILE,
    Described,
    describe_all,
    read_table,
)
from brainviewer.training.subtype.evidence import Evidence

PREDICTIONS = "predictions-seed*.json"
DETECTIONS_FOLDER = "found"
# The outline that inference has; the others are reported beside it.
MAIN = "found"

Inputs = dict[str, Any]


def read_predictions(
    run: Path, recipe: Recipe | None = None, data: Path | None = None, report: Report = silent
) -> Inputs:
    """What an evaluation needs, as plain data without names of patients: the patients in one
    order, and for each seed their folds and what the networks said.

    Raises FileError if the folder holds neither predictions nor descriptors, or if they do not
    belong together.
    """
    runs = [
        {entry["case_id"]: entry for entry in _read_json(path)}
        for path in sorted(run.glob(PREDICTIONS))
    ]
    table = _table(run, recipe, data, report)
    if runs:
        # Training leaves out cases in which nobody sees a lesion.
        table = [row for row in table if row.case_id in runs[0]]
    described = {row.case_id: row for row in table or (_undescribed(runs[0]) if runs else [])}
    if not described:
        raise FileError(
            f"The folder {run.name} holds no finished cross-validation.",
            "Run brainviewer train first, or name the data to describe the lesions.",
        )
    ids = sorted(described)
    if any(sorted(entries) != ids for entries in runs):
        raise FileError(
            f"The predictions in {run.name} are not all about the same cases.",
            "Train again in an empty folder.",
        )
    found = {name: bool(row.values.get(MAIN)) for name, row in described.items()}
    if runs:
        found = {name: bool(entry["found"]) for name, entry in runs[0].items()}
    elif recipe is not None:
        runs = [_folds_only([described[name] for name in ids], recipe, s) for s in recipe.seeds]
    if recipe is not None:
        _check_folds(recipe, [described[name].label for name in ids], runs, ids)
    return {
        "descriptor_names": list(NAMES) if table else [],
        "patients": [
            {
                "number": number,
                "label": described[name].label,
                "age_years": described[name].age_years,
                "found": found[name],
                "descriptors": {
                    outline: [_plain(values[term]) for term in NAMES]
                    for outline, values in described[name].values.items()
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
        "controls": [_control(path, ids) for path in _controls(run)],
    }


def evidence(codes: tuple[str, ...], inputs: Inputs, run: dict[str, Any], outline: str) -> Evidence:
    """What one seed's networks and the descriptors say, with the outlines of one kind.

    A lesion that the finder did not find says nothing, unless an expert outlined it.
    """
    patients, names = inputs["patients"], tuple(inputs["descriptor_names"])
    logits = run["logits"].get(outline)
    nothing = [math.nan] * len(names)
    kind = outline if outline in OUTLINES else MAIN
    values = [p["descriptors"].get(kind) or nothing for p in patients]
    expert = [p["descriptors"].get("expert") or nothing for p in patients]
    seen = [_seen(p, outline) for p in patients]
    return Evidence(
        codes,
        np.array([codes.index(p["label"]) for p in patients], np.int64),
        np.array([math.nan if p["age_years"] is None else p["age_years"] for p in patients]),
        np.array(seen),
        None if logits is None else np.array([row or [0.0] * len(codes) for row in logits]),
        names,
        np.array(values, np.float64) if names else None,
        np.array(expert, np.float64)
        if any(p["descriptors"].get("expert") for p in patients)
        else None,
    )


def _seen(patient: dict[str, Any], outline: str) -> bool:
    """Whether there was a lesion to look at; the expert outlined one in every patient."""
    if outline == "stripped":
        return bool(patient["descriptors"].get(outline))
    return outline == "expert" or bool(patient["found"])


def _table(run: Path, recipe: Recipe | None, data: Path | None, report: Report) -> list[Described]:
    path = run / TABLE_FILE
    if path.exists():
        table = read_table(path)
        if any(
            name not in values for row in table for values in row.values.values() for name in NAMES
        ):
            raise FileError(
                f"The table {path.name} holds other descriptors than this version measures.",
                "Delete it, and name the data with --data: it is made again from the images.",
            )
        return table
    if data is None or recipe is None:
        return []
    cases = [case for case in read_cases(data) if case.label in recipe.classes]
    run.mkdir(parents=True, exist_ok=True)
    detect_all(cases, run / DETECTIONS_FOLDER, report)
    return describe_all(cases, run / DETECTIONS_FOLDER, path, report)


def _check_folds(
    recipe: Recipe,
    labels: Sequence[str],
    runs: Sequence[dict[str, dict[str, Any]]],
    ids: Sequence[str],
) -> None:
    """Raises FileError if a fold leaves no patient of a class to learn from."""
    for entries in runs:
        folds = [entries[name]["fold"] for name in ids]
        for fold in sorted(set(folds)):
            learned = {label for label, own in zip(labels, folds, strict=True) if own != fold}
            for code in recipe.classes:
                if code not in learned:
                    raise FileError(
                        f"Fold {fold + 1} leaves no patient of class {code} to learn from.",
                        "Add patients of this class, or divide them among the folds.",
                    )


def _controls(run: Path) -> list[Path]:
    """The predictions of ``controls``: networks that see only a part, or learn false labels."""
    return sorted(set(run.glob("predictions-*.json")) - set(run.glob(PREDICTIONS)))


def _control(path: Path, ids: Sequence[str]) -> dict[str, Any]:
    entries = {entry["case_id"]: entry for entry in _read_json(path)}
    if sorted(entries) != list(ids):
        raise FileError(f"{path.name} is not about the same cases.", "Make it again.")
    return {
        "name": path.stem.removeprefix("predictions-").replace("_", " "),
        "fold": [entries[name]["fold"] for name in ids],
        "labels": [entries[name]["label"] for name in ids],
        "logits": [next(iter(entries[name]["logits"].values())) for name in ids],
    }


def _undescribed(entries: dict[str, dict[str, Any]]) -> list[Described]:
    return [
        Described(name, entry["label"], entry["age_years"], {}) for name, entry in entries.items()
    ]


def _folds_only(table: Sequence[Described], recipe: Recipe, seed: int) -> dict[str, dict[str, Any]]:
    def never() -> Any:
        raise AssertionError

    cases = [Case(row.case_id, row.label, row.age_years, never) for row in table]
    fold = folds_of(cases, recipe.folds, seed)
    return {
        row.case_id: {"seed": seed, "fold": int(f), "logits": {}}
        for row, f in zip(table, fold, strict=True)
    }


def _read_json(path: Path) -> list[dict[str, Any]]:
    try:
        return list(read_json(path))
    except (FileError, TypeError, ValueError):
        raise FileError(f"The file {path.name} cannot be read.", "Train again.") from None


def _plain(value: float) -> float | None:
    return round(value, 5) if math.isfinite(value) else None
