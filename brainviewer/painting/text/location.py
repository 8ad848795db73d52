"""Where a lesion lies, in words: in the window, in reports and on a terminal alike."""

from collections.abc import Iterable

from brainviewer.core.counting import listed
from brainviewer.core.findings import TumourFinding
from brainviewer.core.location import EloquentDistance, Location, RegionPart
from brainviewer.painting.text.measurement_line import MeasurementLine
from brainviewer.painting.text.wording import number

LOCATION, STRUCTURES, ELOQUENT, FIT = "Location", "Structures", "Eloquent", "Fit to the template"
NOT_TOLD = "not told"
WORKING = "Locating…"
LEFT_IS_DOMINANT = (
    "Language areas are told on the left, the dominant side in most people; "
    "the patient's handedness is not known."
)
UNCERTAIN = (
    "From an atlas, by an affine fit: borders and distances are uncertain by about 5 mm, and by "
    "more near a lesion that displaces the brain."
)
_LOBES = {
    "frontal": "frontal lobe",
    "parietal": "parietal lobe",
    "temporal": "temporal lobe",
    "occipital": "occipital lobe",
    "deep": "deep nuclei",
}
_MOST_STRUCTURES, _LEAST_STRUCTURE = 6, 0.05
_LEAST_LOBE = 0.02
_NEAREST = 3
_ACROSS = 0.05
_REACHED_MM = 0.5


def location_lines(finding: TumourFinding) -> tuple[MeasurementLine, ...]:
    """Lobes, structures, eloquent structures and the fit; none of a finding without a location."""
    return () if finding.location is None else lines_of(finding.location)


def lines_of(location: Location) -> tuple[MeasurementLine, ...]:
    """What is told of a location, or why nothing is."""
    fit = _fit_lines(location)
    if not location.told:
        return (MeasurementLine(LOCATION, NOT_TOLD, location.left_out, known=False), *fit)
    lobes = [_part_text(one) for one in location.lobes if one.fraction >= _LEAST_LOBE]
    across = _across_text(location)
    more = " · ".join([*lobes[1:], *([across] if across else [])])
    structures = _structures(location)
    return (
        MeasurementLine(LOCATION, lobes[0] if lobes else NOT_TOLD, more),
        *([MeasurementLine(STRUCTURES, "", " · ".join(structures))] if structures else []),
        _eloquent_line(location.eloquent),
        *fit,
    )


def location_text(location: Location) -> str:
    """The same in sentences, for a report."""
    if not location.told:
        return f"The place of the lesion is not told. {location.left_out}"
    lobes = [_part_text(one) for one in location.lobes if one.fraction >= _LEAST_LOBE]
    sentences = [f"The lesion lies in the {_and(lobes)}."]
    if across := _across_text(location):
        sentences.append(f"It lies in {across}.")
    if structures := _structures(location):
        sentences.append(f"Most of it is in or next to: {', '.join(structures)}.")
    reached, near = _reached(location.eloquent), _near(location.eloquent)
    if reached:
        sentences.append(f"It reaches {_and([_the(one) for one in reached])}.")
    if near:
        distances = [f"{_the(one)} ({number(one.distance_mm)} mm)" for one in near]
        sentences.append(f"Nearest eloquent structures: {_and(distances)}.")
    if any("'s area" in one.name for one in (*reached, *near)):
        sentences.append(LEFT_IS_DOMINANT)
    return " ".join([*sentences, UNCERTAIN])


def _and(words: Iterable[str]) -> str:
    return listed(list(words))


def _part_text(one: RegionPart) -> str:
    name = f"{one.side} {_LOBES.get(one.name, one.name)}".strip()
    return f"{name} {_percent(one.fraction)}"


def _percent(fraction: float) -> str:
    """Never all of it, unless it is."""
    return "> 99\u00a0%" if 0.99 < fraction < 1 else f"{number(100 * fraction)}\u00a0%"


def _across_text(location: Location) -> str:
    """How much is on each side, where it lies across; empty where it does not."""
    sides = location.hemispheres or {}
    if min(sides.values(), default=0.0) < _ACROSS:
        return ""
    told = listed([f"{side} {_percent(fraction)}" for side, fraction in sides.items()])
    return f"both hemispheres: {told}"


def _structures(location: Location) -> list[str]:
    told = [one for one in location.structures if one.fraction >= _LEAST_STRUCTURE]
    return [f"{one.sided} {_percent(one.fraction)}" for one in told[:_MOST_STRUCTURES]]


def _reached(eloquent: Iterable[EloquentDistance]) -> list[EloquentDistance]:
    return [one for one in eloquent if one.distance_mm < _REACHED_MM]


def _near(eloquent: Iterable[EloquentDistance]) -> list[EloquentDistance]:
    return [one for one in eloquent if one.distance_mm >= _REACHED_MM][:_NEAREST]


def _the(one: EloquentDistance) -> str:
    return one.sided if "'s " in one.name else f"the {one.sided}"


def _eloquent_line(eloquent: tuple[EloquentDistance, ...]) -> MeasurementLine:
    reached, near = _reached(eloquent), _near(eloquent)
    if not eloquent:
        return MeasurementLine(ELOQUENT, "none within 30 mm")
    distances = [f"{one.sided} {number(one.distance_mm)}\u00a0mm" for one in near]
    told = " · ".join([*(one.sided for one in reached), *distances])
    value = "reached" if reached else f"{number(near[0].distance_mm)} mm away"
    return MeasurementLine(ELOQUENT, value, told)


def _fit_lines(location: Location) -> tuple[MeasurementLine, ...]:
    fit = location.fit
    if fit is None:
        return ()
    outlines = f"outlines {number(fit.outlines_mm, 1)} mm"
    deep = f"deep structures {number(fit.deep_shift_mm, 1)}\u00a0mm beside · by {fit.sequence}"
    return (MeasurementLine(FIT, outlines, deep),)
