"""Where a lesion lies, in words: in the window, in reports and on a terminal alike."""

from brainviewer.core.counting import listed
from brainviewer.core.findings.location import (
    LANGUAGE_AREAS,
    EloquentDistance,
    Location,
    RegionPart,
)
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.painting.text.measurement_line import MeasurementLine
from brainviewer.painting.text.wording import number

LOCATION, STRUCTURES, ELOQUENT, FIT = "Location", "Structures", "Eloquent", "Fit to template"
NOT_TOLD = "not told"
WORKING = "Locating…"
REACHED, NONE_REACHED = "reached", "none reached"
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
_MOST_LOBES, _LEAST_LOBE = 5, 0.05
_MOST_STRUCTURES, _LEAST_STRUCTURE = 4, 0.05
_NEAREST = 3
_ACROSS = 0.05
_REACHED_MM = 0.5
_BETWEEN = "\u00a0· "  # no line begins with it


def location_lines(finding: TumourFinding) -> tuple[MeasurementLine, ...]:
    """Lobes, structures, eloquent structures and the fit; none of a finding without a location."""
    return () if finding.location is None else lines_of(finding.location)


def lines_of(location: Location) -> tuple[MeasurementLine, ...]:
    """What is told of a location, or why nothing is.

    The side stands in the first line; below it, it is told of what is on the other one only.
    """
    if not location.told:
        why = MeasurementLine(LOCATION, NOT_TOLD, location.left_out, known=False, prose=True)
        return (why, *_fit_lines(location))
    side, main = _sides(location)
    lobes = [
        MeasurementLine(_capital(_name(one, main)), _percent(one.fraction))
        for one in _largest_lobes(location)
    ]
    structures = _BETWEEN.join(
        f"{_name(one, main)}\u00a0{_percent(one.fraction)}" for one in _largest_structures(location)
    )
    return (
        side,
        *lobes,
        *([MeasurementLine(STRUCTURES, "", structures, prose=True)] if structures else []),
        *_eloquent_lines(location, main),
        *_fit_lines(location),
    )


def location_text(location: Location) -> str:
    """The same in sentences, for a report."""
    if not location.told:
        return f"The place of the lesion is not told. {location.left_out}"
    lobes = [f"{_name(one)} ({_percent(one.fraction)})" for one in _largest_lobes(location)]
    sentences = [f"The lesion lies in the {listed(lobes)}."]
    side, main = _sides(location)
    if not main:
        sentences.append(f"It lies on both sides ({side.detail}).")
    if told := _largest_structures(location):
        named = [f"{_name(one)} ({_percent(one.fraction)})" for one in told]
        sentences.append(f"Structures with the largest parts of it: {listed(named)}.")
    reached, near = _reached(location), _near(location)
    if reached:
        sentences.append(f"It reaches {listed([_the(one) for one in reached])}.")
    if near:
        distances = [f"{_the(one)} ({_millimetres(one)})" for one in near]
        sentences.append(f"Nearest eloquent structures: {listed(distances)}.")
    if any(_is_of_language(one) for one in (*reached, *near)):
        sentences.append(LEFT_IS_DOMINANT)
    if location.fit is not None:
        apart = number(location.fit.outlines_mm, 1)
        sentences.append(f"The outline of the brain fits the template to {apart}\u00a0mm.")
    return " ".join([*sentences, UNCERTAIN])


def _sides(location: Location) -> tuple[MeasurementLine, str]:
    """The line about the side, and the side that holds all but a little; empty for both."""
    fractions = location.hemispheres or {}
    if min(fractions.values(), default=0.0) >= _ACROSS:
        told = " · ".join(f"{side} {_percent(part)}" for side, part in fractions.items())
        return MeasurementLine(LOCATION, "both sides", told), ""
    main = max(fractions, key=lambda side: fractions[side], default="")
    return MeasurementLine(LOCATION, f"{main} side"), main


def _largest_lobes(location: Location) -> tuple[RegionPart, ...]:
    """The largest ones, and always the first."""
    told = (one for n, one in enumerate(location.lobes) if not n or one.fraction >= _LEAST_LOBE)
    return tuple(told)[:_MOST_LOBES]


def _largest_structures(location: Location) -> tuple[RegionPart, ...]:
    told = (one for one in location.structures if one.fraction >= _LEAST_STRUCTURE)
    return tuple(told)[:_MOST_STRUCTURES]


def _name(one: RegionPart, main: str = "") -> str:
    """A lobe or a structure, with its side unless it is the main one."""
    side = "" if main and one.side == main else one.side
    return f"{side} {_LOBES.get(one.name, one.name)}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percent(fraction: float) -> str:
    """Never all of it, unless it is."""
    return "> 99\u00a0%" if 0.99 < fraction < 1 else f"{number(100 * fraction)}\u00a0%"


def _reached(location: Location) -> list[EloquentDistance]:
    return [one for one in location.eloquent if one.distance_mm < _REACHED_MM]


def _near(location: Location) -> list[EloquentDistance]:
    """The nearest ones that are not reached."""
    return [one for one in location.eloquent if one.distance_mm >= _REACHED_MM][:_NEAREST]


def _millimetres(one: EloquentDistance) -> str:
    return f"{number(one.distance_mm)}\u00a0mm"


def _is_of_language(one: EloquentDistance) -> bool:
    return one.name in LANGUAGE_AREAS


def _the(one: EloquentDistance) -> str:
    return one.sided if _is_of_language(one) else f"the {one.sided}"


def _eloquent_lines(location: Location, main: str) -> tuple[MeasurementLine, ...]:
    """What is reached, and below it the distance of the nearest others."""

    def named(one: EloquentDistance) -> str:
        return one.name if main and one.side == main else one.sided

    reached = _reached(location)
    first = MeasurementLine(ELOQUENT, NONE_REACHED)
    if reached:
        first = MeasurementLine(ELOQUENT, REACHED, _BETWEEN.join(map(named, reached)), prose=True)
    near = (MeasurementLine(_capital(named(one)), _millimetres(one)) for one in _near(location))
    return (first, *near)


def _fit_lines(location: Location) -> tuple[MeasurementLine, ...]:
    fit = location.fit
    if fit is None:
        return ()
    deep = f"outlines · deep parts {number(fit.deep_shift_mm, 1)}\u00a0mm off"
    return (MeasurementLine(FIT, f"{number(fit.outlines_mm, 1)} mm", deep),)
