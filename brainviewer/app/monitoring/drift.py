"""Whether what a model sees and says has changed: compared with its card, or with what it was here.

Each complete week, the cases of the last week, of the last four and of the last thirteen are
compared with the reference, for every measure. A warning is raised where the chance of so large a
difference, without any change, is below ``LEVEL``: all comparisons of a year together raise a false
one with a probability of 5 % at most (Bonferroni; whatever they have to do with each other).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from brainviewer.app.monitoring.cases import WEEK, between, first_of_each, week_of
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
WINDOWS = (1, 4, 13)
"""Weeks that are looked at together."""
LEVEL = FALSE_A_YEAR / (52 * len(WINDOWS) * len(Measure))
OWN_CASES, MOST_OWN = 100, 200
"""The first so many cases here are a reference; of a past that was accepted, the last so many."""
_MOST = 400
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
class DriftReport:
    """How a model stands.

    warnings : what is different in the last complete week.
    compared : measures that were compared with the card; ``here`` with what it was here.
    own_cases : cases that the reference from here has so far, of ``OWN_CASES``.
    """

    warnings: tuple[Drift, ...]
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
    own, later = _own(cases, accepted)
    card = None if accepted else reference
    kind = predictions[0].kind if predictions else Kind.SUBTYPE
    warnings: list[Drift] = []
    compared: list[Measure] = []
    here: list[Measure] = []
    for measure in Measure:
        if kind is Kind.LESION and measure not in (Measure.CLASSES, Measure.CONFIDENCE):
            continue
        of_card = card is not None and any(one.measure is measure for one in card.distributions)
        if of_card and card is not None:
            compared.append(measure)
            look = with_card(card, measure)
            found = _standing(cases, look, running, look_back)
        else:
            if not any(value_of(measure, one) is not None for one in cases):
                continue
            here.append(measure)
            if not own:
                continue
            found = _standing(later, with_own(own, measure), running, look_back)
        if found is not None:
            since, seen = found
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
    count = len(own) if own else min(len(cases), OWN_CASES)
    return DriftReport(tuple(warnings), tuple(compared), tuple(here), count)


def _own(cases: Cases, accepted: str) -> tuple[Cases, Cases]:
    """The reference from here, and what came after it; no reference while there are few cases."""
    if accepted:
        past = [one for one in cases if one.time < accepted]
        if len(past) >= LEAST_OWN:
            return past[-MOST_OWN:], cases[len(past) :]
    if len(cases) < OWN_CASES:
        return (), ()
    return cases[:OWN_CASES], cases[OWN_CASES:]


def _standing(
    cases: Cases, look: Callable[[Cases, int], Found | None], running: date, look_back: int
) -> tuple[date, Found] | None:
    """Since when a measure is different, and what was seen last; None if it is not now."""
    since, seen = None, None
    known = [week for one in cases if (week := week_of(one.time)) < running]
    if not known:
        return None
    week = max(min(known), running - look_back * WEEK)
    while week < running:
        seen = None
        for weeks in WINDOWS:
            some = between(cases, week - (weeks - 1) * WEEK, week + WEEK)[-_MOST:]
            found = look(some, weeks)
            if found is not None and found.difference.chance <= LEVEL:
                seen = found
                break
        since = None if seen is None else since or week
        week += WEEK
    return None if since is None or seen is None else (since, seen)
