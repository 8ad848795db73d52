"""A lesion's measurements in words, in the window, in exports and on a terminal alike."""

from brainviewer.core.counting import listed, probability
from brainviewer.core.findings.measurements import Diameters, Measurements
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study
from brainviewer.painting import palette
from brainviewer.painting.text.location import location_lines
from brainviewer.painting.text.measurement_line import MeasurementLine
from brainviewer.painting.text.wording import (
    NO_ORIENTATION,
    RESEARCH_ONLY,
    SYNTHETIC,
    correction_text,
    number,
)

AGREEMENT = "Agreement with the supplied segmentation"
NOT_MEASURED = "not measured"
NONE = "none"
_LEAST_ML = 0.1
_AT_LEAST = "≥\u00a0"
"""Before what is measured on a lesion of which a part may lie beyond the images."""
_NEEDED_FOR_ENHANCEMENT = (Modality.T1, Modality.T1CE)


def measurement_lines(study: Study, finding: TumourFinding) -> tuple[MeasurementLine, ...]:
    """Volume, parts of the lesion, both pairs of diameters and the side; none without a lesion.

    What could not be measured is said, with the reason where it is known.
    """
    if not finding.found:
        return ()
    taken = finding.measurements
    lesion = "Diameters FLAIR" if Modality.FLAIR in study.volumes else "Diameters"
    no_enhancement = _why_no_enhancement(study, taken)
    return (
        _volume(study, finding),
        *_parts(taken, no_enhancement),
        _diameters(lesion, taken, taken.lesion if taken else None, NOT_MEASURED, rano=False),
        _diameters(
            "Diameters T1ce",
            taken,
            taken.enhancing if taken else None,
            no_enhancement,
            rano=True,
        ),
        _side(study.grid, taken),
    )


def agreement_lines(finding: TumourFinding) -> tuple[MeasurementLine, ...]:
    """The lesion, and the parts that both tell apart, beside the study's own segmentation.

    None if there is no such segmentation.
    """
    if (agreement := finding.agreement) is None:
        return ()
    told = agreement.parts
    parts = ((p.title, told[p], colour) for p, colour in palette.PARTS.items() if p in told)
    return tuple(
        MeasurementLine(
            name,
            f"Dice {number(overlap.dice, 2)}",
            f"found {volume_text(overlap.found_ml)} · supplied {volume_text(overlap.supplied_ml)}",
            colour=colour,
        )
        for name, overlap, colour in (("Lesion", agreement.lesion, ""), *parts)
    )


def cavity_text(finding: TumourFinding) -> str:
    """What of the study's own segmentation is left out of the comparison; empty for nothing."""
    if finding.agreement is None or not finding.agreement.cavity_ml:
        return ""
    volume = volume_text(finding.agreement.cavity_ml)
    return f"The supplied resection cavity ({volume}) does not count as lesion."


def slice_line(finding: TumourFinding) -> MeasurementLine:
    """The tumour slice, counted from 1, and the lesion's area in it: the same number everywhere."""
    area = finding.slice_area_mm2
    if finding.index is None or area is None:
        return MeasurementLine("Tumour slice", NONE, known=False)
    place = f"Slice {finding.index + 1} of {len(finding.area_mm2)}"
    return MeasurementLine(place, f"{number(area)} mm²")


def origin_line(finding: TumourFinding) -> MeasurementLine:
    """How sure the search is; of what the user has edited, who or what made it instead."""
    made = finding.correction
    if made is None:
        return MeasurementLine("Confidence", probability(finding.confidence))
    value = "drawn" if made.drawn else "edited"
    return MeasurementLine("Segmentation", value, correction_text(made))


def tumour_slice_text(finding: TumourFinding) -> str:
    """Which slice it is, and the lesion's area in it."""
    chosen = slice_line(finding)
    return f"Tumour slice: {finding.plane} {chosen.name.removeprefix('Slice ')}, {chosen.value}"


def largest_slices_text(finding: TumourFinding) -> str:
    """The slice with the largest area in each plane."""
    largest = (f"{plane} {index + 1}" for plane, index in finding.slices.items())
    return f"Largest slices: {', '.join(largest)}"


def measurement_text(study: Study, finding: TumourFinding) -> str:
    """All measurements as lines of text, to be pasted elsewhere; slices count from 1.

    The study's name is not in it, because it may name the patient.
    """
    lines = [f"{line.name}: {line.whole}" for line in measurement_lines(study, finding)]
    if finding.found:
        lines.insert(0, tumour_slice_text(finding))
        lines += [f"{line.name}: {line.whole}" for line in location_lines(finding)]
    if finding.slices:
        lines.append(largest_slices_text(finding))
    if not finding.found:
        lines.append("No lesion found.")
    if agreement := agreement_lines(finding):
        lines.append(f"{AGREEMENT}:")
        lines += [f"{line.name}: {line.whole}" for line in agreement]
    lines += filter(None, [cavity_text(finding)])
    if not study.grid.oriented:
        lines.append(f"{NO_ORIENTATION}.")
    if study.synthetic:
        lines.insert(0, SYNTHETIC)
    lines.append(f"Measured by BrainViewer; {RESEARCH_ONLY[0].lower()}{RESEARCH_ONLY[1:]}.")
    return "\n".join(lines) + "\n"


def diameters_text(diameters: Diameters) -> str:
    """Both diameters, such as ``52 × 34 mm``."""
    return f"{number(diameters.longest_mm)} × {number(diameters.perpendicular_mm)} mm"


def _volume(study: Study, finding: TumourFinding) -> MeasurementLine:
    if finding.measurements is not None:
        volume = finding.measurements.volume_ml
    elif finding.mask is not None:
        volume = float(finding.mask.sum()) * study.grid.voxel_volume / 1000
    else:
        return MeasurementLine("Volume", NOT_MEASURED, known=False)
    cut_off = finding.measurements is not None and finding.measurements.cut_off
    value = f"{_AT_LEAST if cut_off else ''}{number(volume, 1)} mL"
    return MeasurementLine("Volume", value, "reaches the edge of the images" if cut_off else "")


def _why_no_enhancement(study: Study, taken: Measurements | None) -> str:
    missing = [m for m in _NEEDED_FOR_ENHANCEMENT if m not in study.together.volumes]
    if missing:
        apart = [m for m in missing if m in study.volumes]
        return f"{listed(apart)} not laid over" if apart else f"no {listed(missing)}"
    return NOT_MEASURED if taken is None or taken.enhancing_ml is None else NONE


def _parts(taken: Measurements | None, no_enhancement: str) -> list[MeasurementLine]:
    """The parts of the lesion where they were told apart, else the enhancing one."""
    if taken is None or (taken.parts_ml is None and taken.enhancing_ml is None):
        return [MeasurementLine(LesionPart.ENHANCING.title, no_enhancement, known=False)]

    def value_of(millilitres: float) -> str:
        if taken.cut_off:  # what fraction of the whole it is, nobody knows
            return _at_least(millilitres)
        return _fraction_text(millilitres, taken.volume_ml)

    if taken.parts_ml is None:
        value = value_of(taken.enhancing_ml or 0.0)
        return [MeasurementLine(LesionPart.ENHANCING.title, value, diameters=taken.enhancing)]
    return [
        MeasurementLine(
            part.title,
            value_of(taken.parts_ml.get(part, 0.0)),
            diameters=taken.enhancing if part is LesionPart.ENHANCING else None,
            colour=colour,
        )
        for part, colour in palette.PARTS.items()
    ]


def part_text(finding: TumourFinding | None, part: LesionPart) -> str:
    """A part of the lesion with its volume, where that was measured."""
    volume = part_volume_text(finding, part)
    return part.title.lower() + (f" {volume}" if volume not in ("", NONE) else "")


def part_volume_text(finding: TumourFinding | None, part: LesionPart) -> str:
    """The volume of a part of the lesion; empty where the parts were not measured."""
    taken = finding.measurements if finding is not None else None
    if taken is None or taken.parts_ml is None:
        return ""
    millilitres = taken.parts_ml.get(part, 0.0)
    return _at_least(millilitres) if taken.cut_off else volume_text(millilitres)


def _at_least(millilitres: float) -> str:
    """A volume of which a part may lie beyond the images."""
    return (_AT_LEAST if millilitres >= _LEAST_ML else "") + volume_text(millilitres)


def volume_text(millilitres: float) -> str:
    """A volume in mL; ``none`` for nothing."""
    if millilitres <= 0:
        return NONE
    small = millilitres < _LEAST_ML
    return f"< {_LEAST_ML} mL" if small else f"{number(millilitres, 1)} mL"


def _fraction_text(millilitres: float, of_ml: float) -> str:
    """The volume of a part, and its fraction of the lesion."""
    value = volume_text(millilitres)
    return f"{value} · {_fraction(millilitres / of_ml)}" if millilitres > 0 < of_ml else value


def _fraction(fraction: float) -> str:
    """A part of the lesion in percent; neither nothing nor all unless it is."""
    if 0 < fraction < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < fraction < 1 else f"{number(100 * fraction)} %"


def _diameters(
    name: str, taken: Measurements | None, diameters: Diameters | None, without: str, *, rano: bool
) -> MeasurementLine:
    if diameters is None:
        return MeasurementLine(name, without, known=False)
    detail = f"{number(diameters.product_mm2)} mm² · slice {diameters.index + 1}"
    if rano:
        detail += (
            " · measurable"
            if diameters.measurable
            else f" · not\u00a0measurable\u00a0(<\u00a0{number(diameters.least_mm)}\u00a0mm)"
        )
    at_least = _AT_LEAST if taken is not None and taken.cut_off else ""
    return MeasurementLine(name, at_least + diameters_text(diameters), detail, diameters)


def _side(grid: Grid, taken: Measurements | None) -> MeasurementLine:
    if not grid.oriented:
        return MeasurementLine("Side", "orientation unknown", known=False)
    side = taken.side if taken else None
    if side is None:
        return MeasurementLine("Side", NOT_MEASURED, known=False)
    value = str(side)
    if taken is not None and taken.midline_mm is not None:
        value += f", {number(abs(taken.midline_mm))} mm off midline"
    return MeasurementLine("Side", value)
