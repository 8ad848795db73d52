"""How numbers and places are written in images: units, sensible digits, real minus signs."""

import math
from collections.abc import Mapping

from brainviewer.core.annotations import Annotation, RegionStatistics
from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.voi_window import Window

RESEARCH_ONLY = "Research use only, not for diagnosis"
SYNTHETIC = "SYNTHETIC DATA"
EDITED = "edited image"
EDITED_HOW = "EDITED IMAGE: a part of it was painted over"

NO_PART = "heatmap: no part in the answer"

SIZE_UNKNOWN = "size not known: lengths in pixels"

NO_ORIENTATION = "Orientation unknown: left and right cannot be told"

TOWARDS = {Plane.AXIAL: "S", Plane.CORONAL: "A", Plane.SAGITTAL: "R"}


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separated and a real minus sign; never a negative zero.

    A half is rounded away from zero, as the fields of the window do.
    """
    text = f"{math.nextafter(value, math.copysign(math.inf, value)):,.{digits}f}"
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.replace("-", "−")


def measured(value: float) -> str:
    """An image value with about three significant digits, whatever the unit of the scanner."""
    size = abs(value)
    if size and size < 0.001:
        return f"{value:.1e}".replace("-", "−")
    digits = 0 if size >= 100 or not size else 1 if size >= 10 else 2 if size >= 1 else 3
    return number(value, digits).replace(",", "")


def window_text(window: Window) -> str:
    """Window width and level."""
    text = f"W {measured(window.width)}  L {measured(window.level)}"
    return f"{text}  inverted" if window.inverted else text


def position_text(view: SliceView, index: int) -> str:
    """Where a slice lies, such as ``S −16.0 mm``; empty if nobody knows, and for images."""
    if not view.grid.oriented or view.grid.as_stored:
        return ""
    return f"{TOWARDS[view.plane]} {number(view.position_mm(index), 1)} mm"


def convention_text(grid: Grid, convention: Convention) -> str:
    """Whose right is where, in words."""
    if grid.as_stored:
        return "As stored" if grid.oriented else "As stored: left and right cannot be told"
    if not grid.oriented:
        return NO_ORIENTATION
    if convention is Convention.RADIOLOGICAL:
        return "Radiological: patient’s right on the left"
    return "Neurological: patient’s right on the right"


def place_text(view: SliceView, index: int) -> str:
    """Which slice of which plane, or which frame of an image; empty if it has but one."""
    if not view.grid.as_stored:
        return f"{view.plane} slice {index + 1} of {view.count}"
    return f"frame {index + 1} of {view.count}" if view.count > 1 else ""


def pixel_text(grid: Grid) -> str:
    """How large the pixels are, or that nobody knows."""
    if grid.unit is Unit.PIXEL:
        return SIZE_UNKNOWN
    width, height = (f"{side:.3g}" for side in grid.spacing[:2])
    size = width if width == height else f"{width} × {height}"
    return f"pixels of {size} {grid.unit}"


def measure_text(annotation: Annotation, unit: Unit) -> str:
    """What a ruler or the like measures, with its unit; empty if there is nothing.

    unit : of the grid.
    """
    measure, value = annotation.kind.traits.measure, annotation.measure
    if measure is None or value is None:
        return ""
    return number(value, 1) + (measure.unit or f" {unit}")


def statistics_lines(statistics: RegionStatistics | None, unit: Unit) -> tuple[str, ...]:
    """The label of a region."""
    if statistics is None:
        return ("smaller than a pixel",)
    s = statistics
    return (
        f"mean {measured(s.mean)} · SD {measured(s.sd)}",
        f"min {measured(s.minimum)} · max {measured(s.maximum)}",
        f"{number(s.area, 0 if s.area >= 100 else 1)} {unit}²",
    )


def segment_text(label: int, names: Mapping[int, str]) -> str:
    """What a value of the study's own segmentation means, with the value."""
    name = names.get(label, "")
    return f"segmentation {label}" + (f": {name.lower()}" if len(names) > 1 and name else "")
