"""How numbers and places are written in images: units, sensible digits, real minus signs."""

import math
from collections.abc import Collection, Mapping

from brainviewer.core import research_use
from brainviewer.core.annotation.annotations import Annotation, RegionStatistics
from brainviewer.core.annotation.measures import Measure
from brainviewer.core.correction.provenance import Correction
from brainviewer.core.geometry import AXIS_LETTERS, Grid, Unit
from brainviewer.core.reformation.oblique import ObliqueView
from brainviewer.core.reformation.slab import Slab
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.voi_window import Window

RESEARCH_ONLY = research_use.RESEARCH_ONLY
SYNTHETIC = "SYNTHETIC DATA"
EDITED = "edited image"
EDITED_HOW = "EDITED IMAGE: a part of it was painted over"
EDITED_STUDY = "part hidden"
EDITED_STUDY_HOW = "PART HIDDEN: a test, not the study as it is"
HIDDEN_PART = "A test, no result: a part of the study is hidden."

NO_PART = "heatmap: no part in the answer"

ORIGINAL_GRID = "original grid"
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
    """Where a slice lies, such as ``S −16.0 mm``; empty if nobody knows, for images and for
    oblique planes, which lie at no one height."""
    if not view.grid.oriented or view.grid.as_stored or view.oblique:
        return ""
    return f"{TOWARDS[view.plane]} {number(view.position_mm(index), 1)} mm"


def plane_text(view: SliceView) -> str:
    """The name of a plane, with how far it is tilted from that of the grid."""
    if isinstance(view, ObliqueView):
        return f"{view.plane} oblique {view.tilt_degrees:.0f}°"
    return view.plane.value


def slab_text(view: SliceView, slab: Slab) -> str:
    """How thick a slab is in fact, and what is taken of it, such as ``MIP 10 mm``."""
    return f"{slab.mode.short} {number(slab.covered_mm(view.step_mm), 1).removesuffix('.0')} mm"


def turn_text(grid: Grid, turns: Collection[DisplayTurn]) -> str:
    """That displays are turned, where one is: the convention holds no more, only the letters."""
    said = dict.fromkeys(turn.text for turn in turns if turn.text)
    if not said:
        return ""
    known = ": sides as the letters at the edges say" if grid.oriented else ""
    return f"Display {' / '.join(said)}{known}"


def convention_text(grid: Grid, convention: Convention) -> str:
    """Whose right is where, in words, where the display is upright."""
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
        return f"{plane_text(view)} slice {index + 1} of {view.count}"
    return f"frame {index + 1} of {view.count}" if view.count > 1 else ""


def pixel_text(grid: Grid) -> str:
    """How large the pixels are, or that nobody knows."""
    if grid.unit is Unit.PIXEL:
        return SIZE_UNKNOWN
    width, height = (f"{side:.3g}" for side in grid.spacing[:2])
    size = width if width == height else f"{width} × {height}"
    return f"pixels of {size} {grid.unit}"


def annotation_place(annotation: Annotation, grid: Grid) -> str:
    """Plane and slices of an annotation, such as ``axial 12`` or ``axial 12–15``; of a tilted
    plane, whose slices nobody counts, ``axial oblique 20°``."""
    view = annotation.view(grid)
    if annotation.tilt is not None:
        return plane_text(view)
    first, last = annotation.slices(view)
    slices = f"{first + 1}" if first == last else f"{first + 1}–{last + 1}"
    return f"frame {slices}" if grid.as_stored else f"{annotation.plane} {slices}"


def measure_text(annotation: Annotation, unit: Unit) -> str:
    """What a ruler or the like measures, with its unit; empty if there is nothing.

    unit : of the grid.
    """
    lengths, others = [], []
    for measure, value in annotation.measures:
        if value is not None and _is_length(measure):
            lengths.append(number(value, 1))
        elif value is not None:
            others.append(_with_unit(measure, value, unit))
    together = [f"{' × '.join(lengths)} {unit}"] if lengths else []
    return " · ".join([*together, *others])


def _is_length(measure: Measure) -> bool:
    return not measure.unit and measure.power == 1


def _with_unit(measure: Measure, value: float, unit: Unit) -> str:
    if measure.unit:
        return measure.called + number(value, 1) + measure.unit
    return measure.called + area_text(value, unit)


def area_text(area: float, unit: Unit) -> str:
    """An area, or a product of two lengths, with its unit."""
    return f"{number(area, 0 if area >= 100 else 1)} {unit}²"


def statistics_lines(statistics: RegionStatistics | None, unit: Unit) -> tuple[str, ...]:
    """The label of a region."""
    if statistics is None:
        return ("smaller than a pixel",)
    s = statistics
    return (
        f"mean {measured(s.mean)} · SD {measured(s.sd)}",
        f"median {measured(s.median)}",
        f"min {measured(s.minimum)} · max {measured(s.maximum)}",
        area_text(s.area, unit),
    )


def probe_lines(values: Mapping[Modality, float]) -> tuple[str, ...]:
    """The label of a point probe: a sequence a line; the value alone in an image."""
    if len(values) == 1:
        return tuple(measured(value) for value in values.values())
    return tuple(f"{modality} {measured(value)}" for modality, value in values.items())


def segment_text(label: int, names: Mapping[int, str]) -> str:
    """What a value of the study's own segmentation means, with the value."""
    name = names.get(label, "")
    return f"segmentation {label}" + (f": {name.lower()}" if len(names) > 1 and name else "")


def motion_lines(volume: Volume) -> tuple[str, ...]:
    """How the head had moved in a scan, beside the one that gave the study its grid; or nothing."""
    if not volume.moved_mm:
        return ()
    shift = ", ".join(
        f"{letters[mm > 0]} {number(abs(mm), 1)}"
        for mm, letters in zip(volume.shift_mm, AXIS_LETTERS, strict=True)
    )
    turn = ", ".join(
        f"{axis} {number(degrees, 1)}°"
        for degrees, axis in zip(volume.rotation_degrees, "RAS", strict=True)
    )
    return f"Head shift corrected: {shift} mm", f"Head rotation corrected: {turn}"


def correction_text(correction: Correction) -> str:
    """Who edited a segmentation, when and with what."""
    begun = "Drawn" if correction.drawn else f"Found by {correction.base}, edited"
    who = f" by {correction.by}" if correction.by else ""
    when = f" on {correction.time[:10]}" if correction.time else ""
    tools = f": {', '.join(correction.tools)}" if correction.tools else ""
    return f"{begun}{who}{when}{tools}."
