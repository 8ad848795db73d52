"""From the network's output and the lesion's descriptors to an answer. NumPy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.errors import ModelError
from brainviewer.models.card import DOUBT, SITUATIONS, Figure, ModelCard
from brainviewer.models.subtype.fusion_head import OLDEST, YOUNGEST, Verdict

_DAYS_PER_YEAR = 365.25
# Older than anybody, in years; a child of two and a person of 120, in days.
_LIKELY_DAYS = (730, 43_830)


def check_age(age_years: float | None) -> None:
    """Refuse an age that cannot be one; raises ModelError. None is allowed."""
    if age_years is None or YOUNGEST <= age_years <= OLDEST:
        return
    advice = f"Give the age in years, from {YOUNGEST:g} to {OLDEST:g}, or leave it out."
    if _LIKELY_DAYS[0] <= age_years <= _LIKELY_DAYS[1]:
        years = age_years / _DAYS_PER_YEAR
        advice = f"Give the age in years; {age_years:g} days are {years:.1f} years."
    raise ModelError(f"An age of {age_years:g} years cannot be right.", advice)


def mean_logits(card: ModelCard, logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, classes) -> (classes,): what the network says about all its images together.

    Raises ModelError if the outputs are not those of the model.
    """
    if logits.ndim != 2 or logits.shape[1] != len(card.classes) or not np.isfinite(logits).all():
        raise ModelError("The model gave no usable answer.", "Install the model again.")
    return np.asarray(logits.mean(axis=0), np.float32)


def situation(verdict: Verdict) -> str:
    """What an answer rests on, as the card's figures name it."""
    names = {"network": "image", "descriptors": "descriptors", "age": "age"}
    return _joined([names[source] for source in verdict.used])


def figures_of(card: ModelCard, verdict: Verdict) -> tuple[Figure, ...]:
    """The figures that were measured for answers like this one; empty if there are none.

    They were measured with the model's usual prevalence, so there are none for another one.
    """
    if verdict.prevalence != card.head.default:
        return ()
    return card.figures.get(situation(verdict), ())


def why_doubtful(card: ModelCard, verdict: Verdict) -> str:
    """Why an answer is not confident, with the measured share of wrong ones; empty if it is."""
    if verdict.confident:
        return ""
    kind = "class" if card.of_pictures else "type"
    least = f"No {kind} reaches {100 * card.head.least_confident:.0f}\u00a0%"
    doubt = next((f for f in figures_of(card, verdict) if f.name == DOUBT), None)
    if doubt is None or doubt.patients == 0:
        return f"{least}."
    wrong = round(doubt.value * doubt.patients)
    return (
        f"{least}: of {doubt.patients} {card.counted} answered so, {wrong} were answered wrongly."
    )


def main_figure(figures: Sequence[Figure]) -> Figure | None:
    """The figure that says most in one number; None if it was not measured."""
    by_name = {figure.name: figure for figure in figures}
    return by_name.get("balanced accuracy", by_name.get("accuracy"))


def said_of_figure(figure: Figure, counted: str = "patients") -> str:
    """A figure in words, with its 95 % interval and how many stand behind it.

    counted : what they are. Of images not every patient is known.
    """
    known = "" if counted == "patients" else ", as far as known"
    return (
        f"{figure.name} {figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f}), "
        f"{figure.patients} {counted}, cross-validated by patient{known}"
    )


@dataclass(frozen=True)
class Descriptors:
    """Which of a lesion's descriptors an answer used, by name, and which it had to do without."""

    used: Mapping[str, float]
    missing: tuple[str, ...]


def descriptors_used(
    card: ModelCard, verdict: Verdict, values: Mapping[str, float] | None
) -> Descriptors:
    """The descriptors behind an answer."""
    part = card.head.descriptors
    if part is None or values is None or "descriptors" not in verdict.used:
        return Descriptors({}, ())
    used = {t.name: float(values[t.name]) for t in part.terms if t.name not in verdict.missing}
    return Descriptors(used, verdict.missing)


def _joined(names: list[str]) -> str:
    text = listed(names)
    assert text in SITUATIONS
    return text
