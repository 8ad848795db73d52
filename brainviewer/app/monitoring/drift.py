"""Whether what a model sees and says has changed: compared with its card, or with what it was here.

Each complete week, the cases of the last week, of the last four, 13 and 26 are compared with the
reference, for every measure. A warning is raised where the chance of so large a
difference, without any change, is below ``LEVEL``: all comparisons of a year together raise a false
one with a probability of 5 % at most (Bonferroni; whatever they have to do with each other, as
weeks do that lie in several windows and comparisons that share a reference). That holds as long as
cases come in independently of each other, without any change; it was tried by
``tests/benchmarks/drift.py``.

A change that is slight but lasts is told by many cases of both samples, since the smaller one
limits the power: the reference from here is all that came before the window, ``MOST_OWN`` cases at
most. The energy distance and MMD of embeddings (Székely & Rizzo 2004; Gretton et al. 2012), and
long windows that are looked at less often with a larger level each, gained little beside that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from brainviewer.app.monitoring.cases import WEEK, before, between, first_of_each, week_of
from brainviewer.app.monitoring.comparisons import (
    LEAST_OWN,
    Cases,
    Found,
    value_of,
    with_card,
    with_own,
)
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.core.monitoring.reference import (
    Measure,
    MonitoringReference,
)

FALSE_A_YEAR = 0.05
"""Probability of a false warning in a year, of one model."""
WINDOWS = (1, 4, 13, 26)
"""Weeks that are looked at together."""
LEVEL = FALSE_A_YEAR / (52 * len(WINDOWS) * len(Measure))
OWN_CASES, MOST_OWN = 100, 600
"""A reference from here has so many of the first cases at least, and at most; of a past that was
accepted, the last so many at most."""
_MOST = 600
"""The latest cases of a window that are compared."""
_HISTORY = 26
"""Complete weeks that are looked back upon."""


@dataclass(frozen=True)
class Drift:
    """A measure that has changed.

    since : Monday of the first week of the weeks in which this was so, up to the last one.
    weeks : how many weeks were looked at together when it was seen last.
    size : PSI of words, largest difference of cumulative fractions of numbers, squared distance of
        embeddings. chance : of it in one comparison, without any change.
    now, before : value to fraction, or the median under ``""``; empty of embeddings.
    cases, reference_cases : how many were compared.
    of_card : whether the reference is that of the card.
    """

    measure: Measure
    since: date
    weeks: int
    size: float
    chance: float
    now: dict[str, float]
    before: dict[str, float]
    cases: int
    reference_cases: int
    of_card: bool


@dataclass(frozen=True)
class Figure:
    """How far a measure is from the reference, whether that is worth a warning or not.

    found : the least probable comparison of the last complete week.
    """

    measure: Measure
    found: Found
    of_card: bool


@dataclass(frozen=True)
class DriftReport:
    """How a model stands.

    warnings : what is different in the last complete week. figures : of every measure compared.
    compared : measures that were compared with the card; ``here`` with what it was here.
    own_cases : cases that the reference from here has so far, of ``OWN_CASES``.
    """

    warnings: tuple[Drift, ...]
    figures: tuple[Figure, ...]
    compared: tuple[Measure, ...]
    here: tuple[Measure, ...]
    own_cases: int


def drift_of(
    predictions: Cases,
    reference: MonitoringReference | None,
    running: date,
    accepted: str = "",
    look_back: int = _HISTORY,
) -> DriftReport:
    """How one model stands. predictions : all of it, in their order.

    running : Monday of the week that is not complete yet.
    accepted : since when it is compared with what it said here before; empty for its card.
    look_back : complete weeks that are compared, to tell since when.
    """
    cases = first_of_each(predictions)
    past, later = _accepted(cases, accepted)
    card = None if accepted else reference
    kind = predictions[0].kind if predictions else Kind.SUBTYPE
    warnings: list[Drift] = []
    figures: list[Figure] = []
    compared: list[Measure] = []
    here: list[Measure] = []
    for measure in Measure:
        if kind is Kind.LESION and measure not in (Measure.CLASSES, Measure.CONFIDENCE):
            continue
        of_card = card is not None and any(one.measure is measure for one in card.distributions)
        if of_card and card is not None:
            compared.append(measure)
            look = partial(_with_card, cases, card, measure)
        elif any(value_of(measure, one) is not None for one in cases):
            here.append(measure)
            look = partial(_with_own, past, later, measure)
        else:
            continue
        since, seen = _standing(cases, look, running, look_back)
        if seen is None:
            continue
        figures.append(Figure(measure, seen, of_card))
        if since is not None:
            size, chance = seen.difference.size, seen.difference.chance
            warnings.append(
                Drift(
                    measure,
                    since,
                    seen.weeks,
                    size,
                    chance,
                    seen.now,
                    seen.before,
                    seen.cases,
                    seen.reference_cases,
                    of_card,
                )
            )
    count = len(past) or min(len(cases), MOST_OWN)
    return DriftReport(tuple(warnings), tuple(figures), tuple(compared), tuple(here), count)


def _accepted(cases: Cases, accepted: str) -> tuple[Cases, Cases]:
    """The past that was accepted and what came after it; no past where it has too few cases."""
    past = [one for one in cases if one.time < accepted] if accepted else []
    if len(past) < LEAST_OWN:
        return (), cases
    return past[-MOST_OWN:], cases[len(past) :]


def _with_card(
    cases: Cases, card: MonitoringReference, measure: Measure, first: date, end: date, weeks: int
) -> Found | None:
    """Compares a window with the card."""
    return with_card(card, measure)(between(cases, first, end)[-_MOST:], weeks)


def _with_own(
    past: Cases, later: Cases, measure: Measure, first: date, end: date, weeks: int
) -> Found | None:
    """Compares a window with the past that was accepted, or else with what came before it."""
    some = between(later, first, end)
    if not past:
        earlier = before(later, first)
        size = min(max(earlier, OWN_CASES), MOST_OWN)
        past, some = later[:size], some[max(size - earlier, 0) :]
    return with_own(past, measure)(some[-_MOST:], weeks)


def _standing(
    cases: Cases, look: Callable[[date, date, int], Found | None], running: date, look_back: int
) -> tuple[date | None, Found | None]:
    """Since when a measure is different, None if it is not now, and what was seen last.

    Weeks that differed in another way do not count: what is lower now may have been higher before.
    """
    since, last = None, None
    week, first = running - WEEK, running - look_back * WEEK
    first = max(week_of(cases[0].time) if cases else running, first)
    while week >= first:
        seen: list[Found] = []
        for weeks in WINDOWS:
            found = look(week - (weeks - 1) * WEEK, week + WEEK, weeks)
            if found is not None:
                seen.append(found)
                if found.difference.chance <= LEVEL:
                    break
        least = min(seen, key=lambda one: one.difference.chance, default=None)
        last = last or least
        if least is None or last is None or least.difference.chance > LEVEL:
            break
        if least.way != last.way:
            break
        since, week = week, week - WEEK
    return since, last
