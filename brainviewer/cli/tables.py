"""Results of research commands as tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

_LAYOUTS = {
    "lgg": "pictures and outlines of slices (lgg)",
    "challenge": "one folder of NIfTI files per case",
}


def summary_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What ``data summary`` found."""
    from rich.table import Table

    total = record["age_years"]
    classes = Table("class", title="Cases and ages")
    for name in ("cases", "share", "age known", "median", "middle half", "range (years)"):
        classes.add_column(name, justify="right")
    for code, entry in record["classes"].items():
        share = f"{100 * entry['share']:.0f} %"
        classes.add_row(code, str(entry["cases"]), share, *_age_cells(entry["age_years"]))
    unlabelled = record["cases"] - record["labelled"]
    classes.add_section()
    classes.add_row("all", str(record["cases"]), "", *_age_cells(total))
    images = Table("images", title="Images", show_header=False)
    images.add_column("")
    for name, count in record["sequences"].items():
        images.add_row(f"{name} present", f"{count} of {record['cases']}")
    images.add_row("lesion outlined", f"{record['outlined']} of {record['cases']}")
    images.add_row("axial slices", _spread(record["slices"]))
    shapes = ", ".join(f"{shape} ({count})" for shape, count in record["in_plane"].items())
    images.add_row("rows × columns (cases)", shapes or "none")
    pixel, thickness = _spread(record["pixel_mm"], " mm"), _spread(record["slice_mm"], " mm")
    images.add_row("pixel size", pixel if record["pixel_mm"] else "not stored in this layout")
    if record["slice_mm"]:
        images.add_row("distance of slices", thickness)
    first = f"{record['folder']}: {_LAYOUTS[record['layout']]}, {record['cases']} cases of "
    first += f"{record['patients']} patients, {unlabelled} without a class"
    lines = [first + (f"; ages of {total['missing']} missing." if total["missing"] else ".")]
    if record["folds"]:
        folds = ", ".join(f"{fold}: {count}" for fold, count in record["folds"].items())
        lines.append(f"Cases per fold: {folds}.")
    notices = [f"Note: {notice}" for notice in record["notices"]]
    return [*lines, classes, images, *notices]


def _age_cells(age: Mapping[str, Any]) -> list[str]:
    if not age["known"]:
        return ["0", "–", "–", "–"]
    middle = f"{age['q1']:.3g}–{age['q3']:.3g}"
    return [str(age["known"]), f"{age['median']:.3g}", middle, f"{age['min']:.3g}–{age['max']:.3g}"]


def _spread(found: Mapping[str, float] | None, unit: str = "") -> str:
    if found is None:
        return "none"
    if found["min"] == found["max"]:
        return f"{found['median']:g}{unit}"
    return f"median {found['median']:g}{unit}, {found['min']:g} to {found['max']:g}{unit}"
