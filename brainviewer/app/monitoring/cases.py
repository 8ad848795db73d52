"""Predictions as cases: each study, image or frame once for each model."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from brainviewer.core.monitoring.prediction import KeptPrediction, ModelVersion

WEEK = timedelta(days=7)


def by_model(predictions: Iterable[KeptPrediction]) -> dict[ModelVersion, list[KeptPrediction]]:
    """The predictions of each model, in their order; models in the order of their last one."""
    found: dict[ModelVersion, list[KeptPrediction]] = {}
    for one in predictions:
        found.setdefault(one.model, []).append(one)
    return dict(sorted(found.items(), key=lambda item: item[1][-1].time, reverse=True))


def first_of_each(predictions: Iterable[KeptPrediction]) -> list[KeptPrediction]:
    """The first usual prediction of each case: one that is opened again is no new case."""
    found: dict[tuple[str, int | None], KeptPrediction] = {}
    for one in predictions:
        if one.usual:
            found.setdefault(one.case, one)
    return list(found.values())


def last_of_each(predictions: Iterable[KeptPrediction]) -> list[KeptPrediction]:
    """The last usual prediction of each case, which is the answer that stands."""
    found = {one.case: one for one in predictions if one.usual}
    return list(found.values())


@lru_cache(maxsize=100_000)
def week_of(time: str) -> date:
    """The Monday of the week (UTC) of a time as it is kept; the first of all days if it is none."""
    try:
        day = datetime.fromisoformat(time).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return date.min
    return day - timedelta(days=day.weekday())


def this_week() -> date:
    """The Monday of the week that is running (UTC)."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday())


def between(cases: Sequence[KeptPrediction], first: date, end: date) -> list[KeptPrediction]:
    """The cases of the weeks from ``first`` to the one before ``end``; both are Mondays.

    cases : in the order of their times.
    """
    return list(cases[before(cases, first) : before(cases, end)])


def before(cases: Sequence[KeptPrediction], week: date) -> int:
    """How many cases came before a week, of cases in the order of their times."""
    return bisect_left(cases, week, key=lambda one: week_of(one.time))
