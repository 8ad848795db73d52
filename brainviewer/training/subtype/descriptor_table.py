"""The lesion descriptors of a whole collection, computed once and stored as JSON."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError, Report
from brainviewer.core.findings import TumourFinding
from brainviewer.core.study import Study
from brainviewer.files.structured import read_json
from brainviewer.imaging.measure.descriptors import NAMES, describe
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import Case, Mask
from brainviewer.training.labelled_data.detections import STRIPPED, load_detection, without_skull

TABLE_FILE = "descriptors.json"
# The segmentations that lesions are described by: the detector's, and beside it the expert's and
# the detector's when the skull has been taken off.
SEGMENTATIONS = ("found", "expert", "stripped")


@dataclass(frozen=True, eq=False)
class Described:
    """A patient with the descriptors of the lesion, by segmentation; a segmentation may be
    missing."""

    case_id: str
    label: str
    age_years: float | None
    values: Mapping[str, Mapping[str, float]]


def describe_all(
    cases: Sequence[Case], found_folder: Path, path: Path, report: Report
) -> list[Described]:
    """Describe the lesion of every case and write the table to ``path``.

    found_folder : what the detector said (see ``detections.detect_all``).
    """
    patients = []
    for number, case in enumerate(cases):
        known = {key: getattr(case, key) for key in ("case_id", "label", "age_years")}
        for segmentation, values in _describe(case, found_folder).items():
            known[segmentation] = [_rounded(values[name]) for name in NAMES]
        patients.append(known)
        report((number + 1) / len(cases), "describing the lesions")
    write_json(path, {"names": list(NAMES), "patients": patients})
    return read_table(path)


def read_table(path: Path) -> list[Described]:
    """What ``describe_all`` wrote; raises FileError if it cannot be read."""
    try:
        content = read_json(path)
        names = content["names"]
        return [
            Described(row["case_id"], row["label"], row["age_years"], _values(names, row))
            for row in content["patients"]
        ]
    except (FileError, KeyError, TypeError, ValueError):
        raise FileError(
            f"The table of descriptors {path.name} cannot be read.",
            "Delete it; it is made again from the images.",
        ) from None


def _values(names: Sequence[str], row: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    every = {
        segmentation: row[segmentation] for segmentation in SEGMENTATIONS if segmentation in row
    }
    return {
        segmentation: {
            name: math.nan if value is None else float(value)
            for name, value in zip(names, values, strict=True)
        }
        for segmentation, values in every.items()
    }


def _describe(case: Case, found_folder: Path) -> dict[str, Mapping[str, float]]:
    """The descriptors of a case by segmentation."""
    labelled = case.load()
    found = load_detection(found_folder, case.case_id)
    stripped = load_detection(found_folder / STRIPPED, case.case_id)
    brain = None if found is None else found.brain
    looked: dict[str, tuple[Study, Mask, Mask | None]] = {}
    if found is not None and found.index is not None:
        looked["found"] = labelled.study, found.lesion, brain
    if labelled.lesion is not None and labelled.lesion.any():
        looked["expert"] = labelled.study, labelled.lesion, brain
    if brain is not None and stripped is not None and stripped.index is not None:
        bare = without_skull(labelled.study, brain)
        looked["stripped"] = bare, stripped.lesion, stripped.brain
    return {
        segmentation: describe(study, TumourFinding("lesion", True, mask=lesion, brain=inside))
        for segmentation, (study, lesion, inside) in looked.items()
    }


def _rounded(value: Any) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
