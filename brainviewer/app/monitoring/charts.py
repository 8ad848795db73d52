"""The charts of a model: numbers, classes, confidence, OOD score, agreement, time, memory."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from brainviewer.app.monitoring.weeks import WeekSummary
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.painting.monitoring.chart import Chart, Series, week_text
from brainviewer.painting.palette import class_colour

_LESION = {"lesion": ("lesion found", "#E69F00"), "none": ("none found", "#009E73")}
Weeks = Sequence[WeekSummary]


def charts_of(weeks: Weeks, kind: Kind, names: Mapping[str, str]) -> tuple[Chart, ...]:
    """Every chart that has something to show. names : class code to name, in their order."""
    made = [_numbers(weeks, kind), _classes(weeks, kind, names)]
    made.append(
        _line(
            "Confidence of the segmentation"
            if kind is Kind.LESION
            else "Probability of the answer",
            weeks,
            lambda week: week.confidence,
            lambda value: f"{value:.2f}",
            1.0,
        )
    )
    if kind is not Kind.LESION:
        made += [
            _line("OOD score", weeks, lambda week: week.ood_score, lambda value: f"{value:.1f}"),
            _line(
                "Readers agree",
                weeks,
                lambda week: week.agreed / week.judged if week.judged else None,
                lambda value: f"{100 * value:.0f}\u00a0%",
                1.0,
            ),
        ]
    made += [
        _line("Time", weeks, lambda week: week.seconds, lambda value: f"{value:.2g}\u00a0s"),
        _line("Memory", weeks, lambda week: week.memory_mb, lambda value: f"{value:.0f}\u00a0MB"),
    ]
    return tuple(chart for chart in made if not chart.empty)


def _numbers(weeks: Weeks, kind: Kind) -> Chart:
    parts: list[tuple[str, str, Callable[[WeekSummary], int]]] = [
        ("answered", "accent", lambda week: week.answered),
        ("not confident", "caution", lambda week: week.not_confident),
        ("out of scope", "quiet", lambda week: week.refused),
    ]
    if kind is Kind.LESION:
        parts = [("searched", "accent", lambda week: week.predictions)]
    series = tuple(
        Series(
            name,
            colour,
            tuple(float(count(week)) for week in weeks),
            tuple(f"{_week(week)}: {count(week):,} {name}" for week in weeks),
        )
        for name, colour, count in parts
    )
    most = max((week.predictions for week in weeks), default=0)
    return Chart("Predictions", _days(weeks), series, True, float(most), f"{most:,}")


def _classes(weeks: Weeks, kind: Kind, names: Mapping[str, str]) -> Chart:
    said = list(dict.fromkeys([*names, *(code for week in weeks for code in week.classes)]))
    known = _LESION if kind is Kind.LESION else {}
    series = []
    for place, code in enumerate(said):
        name, colour = known.get(code, (code, class_colour(code, place)))
        totals = [sum(week.classes.values()) for week in weeks]
        counts = [week.classes.get(code, 0) for week in weeks]
        values = tuple(
            count / total if total else None for count, total in zip(counts, totals, strict=True)
        )
        texts = tuple(
            f"{_week(week)}: {name} {count} of {total}"
            for week, count, total in zip(weeks, counts, totals, strict=True)
        )
        series.append(Series(name, colour, values, texts))
    title = "What was found" if kind is Kind.LESION else "Classes"
    return Chart(title, _days(weeks), tuple(series), True, 1.0, "100\u00a0%")


def _line(
    title: str,
    weeks: Weeks,
    value_of: Callable[[WeekSummary], float | None],
    text_of: Callable[[float], str],
    top: float | None = None,
) -> Chart:
    values = tuple(value_of(week) for week in weeks)
    known = [value for value in values if value is not None]
    top = top or _round_above(max(known, default=1.0))
    texts = tuple(
        "" if value is None else f"{_week(week)}: {text_of(value)}"
        for week, value in zip(weeks, values, strict=True)
    )
    series = (Series("median" if title != "Readers agree" else "agree", "accent", values, texts),)
    return Chart(title, _days(weeks), series, False, top, text_of(top))


def _round_above(value: float) -> float:
    """The next of 1, 2 and 5 times a power of ten that leaves a little room."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(1.05 * value))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= 1.05 * value)


def _days(weeks: Weeks) -> tuple[date, ...]:
    return tuple(week.week for week in weeks if week.week is not None)


def _week(week: WeekSummary) -> str:
    return f"Week of {week_text(week.week)}" if week.week is not None else ""
