"""Summary of a data folder: counts, ages, sequences, sizes."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.json_files import dump
from brainviewer.training.labelled_data.collection import CLASSES, Case, Collection

SUMMARY_FILE = "summary.json"
SCHEMA = "brainviewer-data-summary/1"


def summarise(collection: Collection, report: Report = silent) -> dict[str, Any]:
    """Counts, ages and images of a collection, as plain data; reads every image once.

    A case whose images cannot be read is counted, and told among the notices. Ages are in years,
    spacings in mm; the spacing is None in a layout that has none.
    """
    cases = collection.cases
    images, problems = _images(cases, report)
    labelled = [case for case in cases if case.label]
    of_class = {code: [case for case in labelled if case.label == code] for code in CLASSES}
    known_spacing = collection.layout != "lgg"
    return {
        "schema": SCHEMA,
        "folder": collection.folder.resolve().name,
        "layout": collection.layout,
        "cases": len(cases),
        "patients": len({case.patient for case in cases}),
        "labelled": len(labelled),
        "classes": {
            code: {
                "cases": len(own),
                "share": round(len(own) / max(len(labelled), 1), 4),
                "age_years": ages(own),
            }
            for code, own in of_class.items()
        },
        "age_years": ages(cases),
        "folds": dict(sorted(Counter(case.fold for case in cases if case.fold).items())),
        "sequences": {m.value: sum(m in image["sequences"] for image in images) for m in SEQUENCES},
        "outlined": sum(image["outlined"] for image in images),
        "slices": _spread([image["slices"] for image in images]),
        "in_plane": dict(Counter(image["in_plane"] for image in images).most_common(5)),
        "pixel_mm": _spread([image["pixel_mm"] for image in images]) if known_spacing else None,
        "slice_mm": _spread([image["slice_mm"] for image in images]) if known_spacing else None,
        "notices": [*collection.notices, *problems],
    }


def ages(cases: Sequence[Case]) -> dict[str, Any]:
    """How old the patients are: how many are known, median, quartiles and range, in years."""
    known = [case.age_years for case in cases if case.age_years is not None]
    return {"known": len(known), "missing": len(cases) - len(known), **(_spread(known) or {})}


def write_summary(record: dict[str, Any], collection: Collection, out: Path) -> list[Path]:
    """Write ``summary.json`` and the plots as PNG into a folder; returns what was written.

    Raises FileError if that is not possible.
    """
    from brainviewer.training.labelled_data.summary_plots import summary_plots

    contents = {SUMMARY_FILE: dump(record).encode(), **summary_plots(record, collection.cases)}
    make_folder(out)
    for name, content in contents.items():
        write_whole(out / name, content)
    return [out / name for name in contents]


def _images(cases: Sequence[Case], report: Report) -> tuple[list[dict[str, Any]], list[str]]:
    images, problems = [], []
    for number, case in enumerate(cases, start=1):
        try:
            loaded = case.load()
        except BrainViewerError as error:
            problems.append(error.message)
            continue
        view = SliceView.of(loaded.study.grid, Plane.AXIAL)
        rows, columns = view.shape
        images.append(
            {
                "sequences": loaded.study.modalities,
                "outlined": loaded.lesion is not None and bool(loaded.lesion.any()),
                "slices": view.count,
                "in_plane": f"{rows} × {columns}",
                "pixel_mm": round(min(view.pixel_spacing), 3),
                "slice_mm": round(view.grid.spacing[view.axis], 3),
            }
        )
        report(number / len(cases), "Reading the cases")
    return images, problems


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    least, first, middle, third, most = np.percentile(values, [0, 25, 50, 75, 100])
    named = {"median": middle, "q1": first, "q3": third, "min": least, "max": most}
    return {name: round(float(value), 2) for name, value in named.items()}
