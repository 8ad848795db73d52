"""A drift in words: what changed, since when, how sure that is, what it may mean, what to do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from brainviewer.app.monitoring.drift import WINDOWS, Drift
from brainviewer.core.counting import counted
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.core.monitoring.reference import Measure

_LOOKS_A_YEAR = 52 * len(WINDOWS) * len(Measure)
_IMAGES = (
    "Another scanner, coil or protocol, another contrast or more noise, another way of exporting "
    "images, or other patients may be the cause."
)
_PATIENTS = (
    "Other patients than before, another question that they are sent with, or images that look "
    "otherwise may be the cause."
)
_QUALITY = "Images of another quality or from another scanner, or harder cases, may be the cause."
_MEANING: Mapping[Measure, str] = {
    Measure.CLASSES: _PATIENTS,
    Measure.CONFIDENCE: _QUALITY,
    Measure.REFUSALS: (
        "Images without a needed sequence, or of something else than the model is for, may be the "
        "cause."
    ),
    Measure.UNFAMILIAR: _IMAGES,
    Measure.OOD: _IMAGES,
    Measure.EMBEDDING: _IMAGES,
}
TO_DO = (
    "Compare the latest answers with reports and histology. Until the cause is known, do not "
    "expect the accuracy that the model card tells."
)


@dataclass(frozen=True)
class DriftText:
    """A drift in words.

    what : the change, a sentence. sure : since when, and how sure that is.
    meaning : what may be behind it. to_do : what to do.
    """

    what: str
    sure: str
    meaning: str
    to_do: str = TO_DO  # the same for all: said once where several stand together

    def __str__(self) -> str:
        return f"{self.what} {self.sure} {self.meaning}"


def warning_text(drift: Drift, kind: Kind, names: Mapping[str, str]) -> DriftText:
    """What is said of a drift. names : class code to name; codes without one stand as they are."""
    return DriftText(
        _what(drift, kind, names),
        f"This has been so since the week of {day_text(drift.since)} "
        f"({counted(drift.cases, 'case')} compared with {drift.reference_cases:,}). "
        f"{_chance(drift.chance)}",
        _MEANING[drift.measure],
    )


def day_text(day: date) -> str:
    """A day, such as 2 March 2026."""
    return f"{day.day} {day:%B %Y}"


def _what(drift: Drift, kind: Kind, names: Mapping[str, str]) -> str:
    before = "where it was measured" if drift.of_card else "here before"
    if drift.measure is Measure.EMBEDDING:
        away = math.sqrt(drift.size)
        return (
            f"The images are others than {before}: {away:.1f} standard deviations away on average."
        )
    if drift.measure in (Measure.CONFIDENCE, Measure.OOD):
        now, then = drift.now[""], drift.before[""]
        what = "The out-of-distribution score of the images"
        if drift.measure is Measure.CONFIDENCE:
            what = "The probability of the answers"
            if kind is Kind.LESION:
                what = "The confidence of the segmentations"
        if round(now, 2) == round(then, 2):
            return f"{what} is spread otherwise than {before} (median {now:.2f} as there)."
        more = "higher" if now > then else "lower"
        return f"{what} is {more} than {before}: {now:.2f} instead of {then:.2f} (median)."
    code = max(drift.now, key=lambda one: abs(drift.now[one] - drift.before[one]))
    if drift.measure is Measure.REFUSALS:
        code, what = "yes", "out of scope"
    elif drift.measure is Measure.UNFAMILIAR:
        code, what = "beyond", "beyond the limit of the out-of-distribution score"
    elif kind is Kind.LESION:
        code, what = "lesion", "a lesion"
    else:
        what = names.get(code, code)
    share, other = (_percent(part.get(code, 0.0)) for part in (drift.now, drift.before))
    if drift.measure is Measure.CLASSES:
        verb = "is found in" if kind is Kind.LESION else "is the answer in"
        what = f"{what[:1].upper()}{what[1:]}"
        return f"{what} {verb} {share} of the cases, instead of {other} {before}."
    return f"{share} of the cases are {what}, instead of {other} {before}."


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f}\u00a0%"


def _chance(chance: float) -> str:
    """How rarely so large a difference would be seen, with every comparison of every week."""
    years = math.floor(1 / (chance * _LOOKS_A_YEAR))
    if years >= 20:
        years = years // 10 * 10
    return f"Without any change, it would be seen once in {years} years or more rarely."
