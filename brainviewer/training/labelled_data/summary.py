"""Summary of a data folder: counts, ages, sequences, sizes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.painting.palette import class_colour
from brainviewer.training.json_files import dump
from brainviewer.training.labelled_data.collection import CLASSES, Case, Collection
from brainviewer.training.metrics.plots import GRID, INK, as_png, side_by_side

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        "notice": RESEARCH_ONLY,
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


CLASSES_FILE, AGES_FILE, SEQUENCES_FILE = "classes.png", "ages.png", "sequences.png"


def summary_plots(record: Mapping[str, Any], cases: Sequence[Case]) -> dict[str, bytes]:
    """PNG files by name: cases per class, ages per class, cases that have each sequence.

    record : what ``summarise`` found out about the cases.
    """
    classes, present = record["classes"], record["sequences"]
    fractions = [f"{one['cases']} ({100 * one['share']:.0f} %)" for one in classes.values()]
    of_all = [f"{count} of {record['cases']}" for count in present.values()]
    return {
        CLASSES_FILE: _bars(
            f"Cases per class ({record['labelled']} labelled)",
            {code: one["cases"] for code, one in classes.items()},
            fractions,
            [class_colour(code, n) for n, code in enumerate(classes)],
        ),
        AGES_FILE: _ages(record, cases),
        SEQUENCES_FILE: _bars(
            "Cases that have each sequence", present, of_all, ["#5B8DB8"] * len(present)
        ),
    }


def _ages(record: Mapping[str, Any], cases: Sequence[Case]) -> bytes:
    figure, axes = _empty("Age per class", "years")
    codes = list(record["classes"])
    random = np.random.default_rng(0)  # only spreads the dots sideways
    for place, code in enumerate(codes):
        known = [c.age_years for c in cases if c.label == code and c.age_years is not None]
        if not known:
            continue
        colour = class_colour(code, place)
        axes.boxplot(
            known,
            positions=[place],
            widths=0.5,
            showfliers=False,
            patch_artist=True,
            boxprops={"facecolor": f"{colour}66", "edgecolor": INK},
            medianprops={"color": INK, "linewidth": 2},
            whiskerprops={"color": INK},
            capprops={"color": INK},
        )
        sideways = place + random.uniform(-0.15, 0.15, len(known))
        axes.scatter(sideways, known, s=12, color=colour, edgecolor=INK, linewidth=0.4, zorder=3)
    found = [record["classes"][code]["age_years"] for code in codes]
    names = [f"{code}\nn = {age['known']}" for code, age in zip(codes, found, strict=True)]
    axes.set_xticks(range(len(codes)), names)
    axes.set_xlim(-0.6, len(codes) - 0.4)
    return as_png(figure)


def _bars(
    title: str, counts: Mapping[str, int], texts: Sequence[str], colours: Sequence[str]
) -> bytes:
    figure, axes = _empty(title, "cases")
    places, heights = range(len(counts)), list(counts.values())
    bars = axes.bar(places, heights, width=0.6, color=colours, edgecolor=INK)
    axes.bar_label(bars, texts, padding=2, color=INK)
    axes.set_xticks(places, list(counts))
    axes.set_ylim(0, max(1.15 * max(heights, default=0), 1))
    return as_png(figure)


def _empty(title: str, unit: str) -> "tuple[Any, Axes]":
    figure, (axes,) = side_by_side(1, (5.2, 3.8))
    axes.set_title(title, color=INK)
    axes.set_ylabel(unit, color=INK)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    return figure, axes
