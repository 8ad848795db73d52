"""The lesion descriptors of a whole collection, computed once and stored as JSON."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.core.findings import TumourFinding
from brainviewer.files.structured import read_json
from brainviewer.imaging.measure.descriptors import NAMES, describe
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.detections import STRIPPED, load_detection, without_skull

TABLE_FILE = "descriptors.json"
# The outlines that lesions are described by: the finder's, and beside it the expert's and the
# finder's when the skull has been taken off.
OUTLINES = ("found", "expert", "stripped")


@dataclass(frozen=True, eq=False)
class Described:
    """A patient with the descriptors of the lesion, by outline; an outline may be missing."""

    case_id: str
    label: str
    age_years: float | None
    values: Mapping[str, Mapping[str, float]]


def describe_all(
    cases: Sequence[Case], found_folder: Path, path: Path, report: Report
) -> list[Described]:
    """Describe the lesion of every case and write the table to ``path``.

    found_folder : what the finder said (see ``detections.detect_all``).
    """
    rows = []
    for number, case in enumerate(cases):
        rows.append(_describe(case, found_folder))
        report((number + 1) / len(cases), "describing the lesions")
    content = {
        "names": list(NAMES),
        "patients": [
            {
                "case_id": row.case_id,
                "label": row.label,
                "age_years": row.age_years,
                **{
                    outline: [_rounded(values[name]) for name in NAMES]
                    for outline, values in row.values.items()
                },
            }
            for row in rows
        ],
    }
    write_json(path, content)
    return read_table(path)


def read_table(path: Path) -> list[Described]:
    """What ``describe_all`` wrote; raises FileError if it cannot be read."""
    try:
        content = read_json(path)
        names = content["names"]
        return [
            Described(
                row["case_id"],
                row["label"],
                row["age_years"],
                {
                    outline: {
                        name: math.nan if value is None else float(value)
                        for name, value in zip(names, row[outline], strict=True)
                    }
                    for outline in OUTLINES
                    if outline in row
                },
            )
            for row in content["patients"]
        ]
    except (FileError, KeyError, TypeError, ValueError):
        raise FileError(
            f"The table of descriptors {path.name} cannot be read.",
            "Delete it; it is made again from the images.",
        ) from None


def matrix(values: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    """(n, names): descriptors as a matrix; NaN where one is missing."""
    return np.array([[one.get(name, math.nan) for name in names] for one in values], np.float64)


def _describe(case: Case, found_folder: Path) -> Described:
    labelled = case.load()
    study = labelled.study
    found = load_detection(found_folder, case.case_id)
    stripped = load_detection(found_folder / STRIPPED, case.case_id)
    values = {}
    brain = None if found is None else found.brain
    if found is not None and found.index is not None:
        finding = TumourFinding("lesion", True, mask=found.lesion, brain=brain)
        values["found"] = describe(study, finding)
    if labelled.lesion is not None and labelled.lesion.any():
        finding = TumourFinding("expert", True, mask=labelled.lesion, brain=brain)
        values["expert"] = describe(study, finding)
    if brain is not None and stripped is not None and stripped.index is not None:
        finding = TumourFinding("lesion", True, mask=stripped.lesion, brain=stripped.brain)
        values["stripped"] = describe(without_skull(study, brain), finding)
    return Described(case.case_id, case.label, case.age_years, values)


def _rounded(value: Any) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
