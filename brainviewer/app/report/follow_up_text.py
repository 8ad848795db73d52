"""The change over the studies of a patient in words, in the window and on a terminal alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from brainviewer.app.prior.comparison import Comparison, PriorStudy
from brainviewer.app.report.text import in_columns, with_notices
from brainviewer.imaging.measure.follow_up.follow_up import Assessment, Change, FollowUp, Sizes
from brainviewer.imaging.measure.follow_up.matched_lesions import LesionSize, MatchedLesion
from brainviewer.imaging.measure.rano import RANO, SIZE_ONLY, Response, Target
from brainviewer.painting.text.wording import number

UNKNOWN = "–"
RESPONSE = f"{RANO}, {SIZE_ONLY}"
SUM = "Sum of products"
STAR = "* in the sum"
FIRST, SMALLEST = "first", "smallest"
_TARGETS = {Target.ENHANCING: "enhancing", Target.LESION: "lesion"}
_DIGITS = {"mL": 1, "mm²": 0}


@dataclass(frozen=True)
class ChangeLine:
    """One measurement in both studies, and its change; each with its unit."""

    name: str
    prior: str
    current: str
    change: str


@dataclass(frozen=True)
class LesionLine:
    """A lesion in both studies. lesion : from which it is."""

    name: str
    prior: str
    current: str
    change: str
    lesion: MatchedLesion


@dataclass(frozen=True)
class StudyLine:
    """What was measured in one study. role : study, or what the criteria take it for; or empty."""

    name: str
    volume: str
    enhancing: str
    total: str
    role: str


def change_lines(compared: Comparison) -> tuple[ChangeLine, ...]:
    """Volume, enhancing part and sum of the products since the prior that is shown."""
    found, n = compared.follow_up, compared.shown + 1
    of = "" if found.target is None else f", {_TARGETS[found.target]}"
    return (
        _line("Volume", found.change(n, "volume_ml"), "mL"),
        _line("Enhancing", found.change(n, "enhancing_ml"), "mL"),
        _line(f"{SUM}{of}", found.change(n, "sum_mm2"), "mm²"),
    )


def lesion_lines(compared: Comparison) -> tuple[LesionLine, ...]:
    """Each lesion with its diameters; those in the sum have a star, if there are others."""
    found, n = compared.follow_up, compared.shown + 1
    starred = has_stars(compared)
    lines = []
    for place, one in enumerate(found.lesions, 1):
        now, before = one.sizes[0], one.sizes[n]
        star = "*" if starred and one.target else ""
        name = f"Lesion {place}{star}"
        if one.is_new(found.earlier):
            change = "new"
        elif one.is_gone(found.earlier):
            change = "gone"
        else:
            change = _change_text(Change(_product(now), _product(before)), "mm²")
        lines.append(LesionLine(name, _lesion_text(before), _lesion_text(now), change, one))
    return tuple(lines)


def has_stars(compared: Comparison) -> bool:
    """Whether only some of the lesions are added up."""
    return any(not one.target for one in compared.follow_up.lesions)


def study_lines(compared: Comparison, named: bool = True) -> tuple[StudyLine, ...]:
    """Every study, as they follow each other. named : see ``Comparison.labels``."""
    found, labels = compared.follow_up, compared.labels(named)
    return tuple(
        _study_line(labels[n], found.sizes[n], ", ".join(_roles(found, n)) if n else "study")
        for n in compared.in_order
    )


def overlap_text(prior: PriorStudy) -> str:
    """What the masks over each other say; empty where the prior was not registered."""
    if prior.new_ml is None or prior.gone_ml is None:
        return ""
    return f"New {number(prior.new_ml, 1)} mL, gone {number(prior.gone_ml, 1)} mL"


def response_lines(compared: Comparison) -> tuple[tuple[str, str], ...]:
    """By diameters and by volume; none where no response is told."""
    found = compared.follow_up
    both = (
        ("by diameters", found.by_diameters, "sum_mm2"),
        ("by volume", found.by_volume, found.judged),
    )
    return tuple(
        (name, _response_text(compared, one, of)) for name, one, of in both if one.response
    )


def signed(value: float, digits: int) -> str:
    """A number with its sign, a real minus; no sign before what rounds to nothing."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def follow_up_text(compared: Comparison, notices: Sequence[str]) -> str:
    """Tables of the studies, of the change and of the lesions, the response, and what to know."""
    prior, place = compared.prior, compared.prior.place
    lines = []
    if len(compared.priors) > 1:
        rows = [("", "volume", "enhancing", SUM.lower(), "")]
        rows += [(o.name, o.volume, o.enhancing, o.total, o.role) for o in study_lines(compared)]
        lines += [*in_columns(rows), "", f"Since {prior.called}:"]
    rows4 = [("", "prior", "study", "change")]
    rows4 += [(one.name, one.prior, one.current, one.change) for one in change_lines(compared)]
    rows4 += [(one.name, one.prior, one.current, one.change) for one in lesion_lines(compared)]
    lines += in_columns(rows4)
    if has_stars(compared):
        lines.append(STAR)
    if place is not None:
        turned = f"turned by {number(place.rotation_degrees, 1)}°"
        over = overlap_text(prior)
        lines.append(f"Laid over each other by {place.sequence}, {turned}. {over}")
    if told := response_lines(compared):
        lines += [f"{RESPONSE}:", *in_columns([(f"  {name}", text) for name, text in told])]
    return with_notices(lines, notices)


def _response_text(compared: Comparison, told: Assessment, of: str) -> str:
    """The response, which ``RESPONSE`` above it limits, and what it is measured against."""
    assert told.response is not None and told.nadir is not None
    said = told.response.value.capitalize()
    if told.new_lesion:
        return f"{said}: a new lesion"
    nadir = _since(compared, told.nadir, of)
    if told.response is Response.PROGRESSION or told.baseline is None:
        return f"{said}: {nadir}{_which(compared, SMALLEST)}"
    first = _since(compared, told.baseline, of)
    if told.response is not Response.STABLE or told.baseline == told.nadir:
        return f"{said}: {first}{_which(compared, FIRST)}"
    return f"{said}: {nadir}{_which(compared, SMALLEST)}, {first}{_which(compared, FIRST)}"


def _since(compared: Comparison, n: int, of: str) -> str:
    percent = compared.follow_up.change(n, of).percent
    more = "from nothing" if percent is None else f"{signed(percent, 0)} %"
    return f"{more} since {compared.priors[n - 1].called}"


def _which(compared: Comparison, role: str) -> str:
    return f" ({role})" if len(compared.priors) > 1 else ""


def _roles(found: FollowUp, n: int) -> Iterator[str]:
    """What a prior is for the criteria, and by which of both where they do not agree."""
    ways = {"by diameters": found.by_diameters, "by volume": found.by_volume}
    for role, name in ((FIRST, "baseline"), (SMALLEST, "nadir")):
        of = [way for way, told in ways.items() if getattr(told, name) == n]
        if of:
            yield role if len(of) == len(ways) else f"{role} {of[0]}"


def _study_line(name: str, sizes: Sizes, role: str) -> StudyLine:
    return StudyLine(
        name,
        _said(sizes.volume_ml, "mL"),
        _said(sizes.enhancing_ml, "mL"),
        _said(sizes.sum_mm2, "mm²"),
        role,
    )


def _lesion_text(size: LesionSize | None) -> str:
    """Diameters of the largest part, and how many parts there are."""
    if size is None:
        return UNKNOWN
    if size.diameters is None:
        return "not there" if not size.volume_ml else "< 5 mm"
    found = size.diameters
    more = "" if size.measurable else ", too small"
    if size.parts > 1:
        more = f", {size.parts} parts"
    return f"{number(found.longest_mm)} × {number(found.perpendicular_mm)} mm{more}"


def _product(size: LesionSize | None) -> float | None:
    return None if size is None else size.product_mm2


def _line(name: str, change: Change, unit: str) -> ChangeLine:
    return ChangeLine(
        name, _said(change.prior, unit), _said(change.current, unit), _change_text(change, unit)
    )


def _said(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{number(value, _DIGITS[unit])} {unit}"


def _change_text(change: Change, unit: str) -> str:
    if change.difference is None:
        return UNKNOWN
    more = f"{signed(change.difference, _DIGITS[unit])} {unit}"
    return more if change.percent is None else f"{more} ({signed(change.percent, 0)} %)"
