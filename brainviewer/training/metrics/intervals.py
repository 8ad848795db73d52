"""Figures with their 95 % intervals.

Fractions have Wilson's interval, with as many independent things behind them as there are, or as
the groups (patients, near-copies) are worth. All other figures have the percentile interval of a
bootstrap over the groups (Efron & Tibshirani 1993). The networks stay the same: an interval covers
the choice of test patients only.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from brainviewer.core.wilson import wilson
from brainviewer.training.metrics.metric_kinds import (
    Counts,
    Fraction,
    Groups,
    Metric,
    Probabilities,
    Truth,
    Values,
)

_NO_SPREAD = 1e-4  # of an interval that four digits cannot show


class Estimate(NamedTuple):
    """A figure, its interval, and of how many it is a fraction.

    of : None where it is no fraction. effective : how many independent ones that is worth; None
        where each stands for itself.
    """

    value: float
    low: float
    high: float
    of: int | None = None
    effective: float | None = None

    def ends(self) -> dict[str, float]:
        """The interval as results hold it."""
        return {"low": round(self.low, 4), "high": round(self.high, 4)}

    def entry(self, name: str, counted: str, count: int) -> dict[str, Any]:
        """As results hold it, with what it rests on; count : of what is no fraction."""
        found: dict[str, Any] = {"name": name, "value": round(self.value, 4), **self.ends()}
        found[counted] = count if self.of is None else self.of
        if self.effective is not None:
            found["effective"] = round(float(self.effective), 1)
        return found


def fraction(so: float, count: int, effective: float | None = None) -> Estimate:
    """A fraction of ``count`` things; effective : how many independent ones they are worth."""
    worth = None if effective is None else round(effective, 1)
    return Estimate(so, *wilson(so, worth or count), count, worth)


def estimates(
    truth: Truth,
    runs: Probabilities,
    wanted: Mapping[str, Metric],
    repeats: int,
    seed: int,
    groups: Groups = None,
) -> dict[str, Estimate]:
    """Each figure with its interval; figures that cannot be told are left out.

    runs : (seeds, n, classes) probabilities of the same patients; a figure is the mean over seeds,
        in every draw. (n, classes) counts as one seed.
    groups : (n,) of those that are drawn together; None if each stands for itself.
    """
    runs = runs.reshape(-1, *runs.shape[-2:])
    if groups is not None and len(np.unique(groups)) == len(groups):
        groups = None
    random = np.random.default_rng(seed)
    counts, units = drawn_counts(len(truth), groups, repeats, random)
    found: dict[str, Estimate] = {}
    for name, measure in wanted.items():
        value = float(np.mean([measure(truth, run)[0] for run in runs]))
        if not np.isfinite(value):
            continue
        if isinstance(measure, Fraction):
            many, worth = measure.rests_on(truth, runs, groups)
            one = fraction(value, many, None if groups is None else worth)
            # Where all patients decide of whom it is a fraction, all are behind it.
            found[name] = one._replace(of=None) if measure.of_all else one
            continue
        if measure.interval is not None:
            found[name] = Estimate(value, *measure.interval(truth, runs, groups))
            continue
        drawn = np.mean([measure(truth, run, counts) for run in runs], axis=0)
        ends = percentiles(value, drawn, measure.biased)
        if ends is None and measure.without_spread is not None:
            ends = measure.without_spread(truth, runs, units, random)
        if ends is not None:
            found[name] = Estimate(value, min(ends[0], value), max(ends[1], value))
    return found


def percentiles(value: float, drawn: Values, biased: bool = False) -> tuple[float, float] | None:
    """The percentile interval of a figure; None where the draws do not differ.

    drawn : (draws,), NaN where a draw cannot be measured.
    biased : each draw adds what the figure itself already has too much of, as a mean distance from
        what is expected does. What the draws have more than the figure is taken off, and the
        interval is around the figure. Else the figure can lie outside.
    """
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return None
    if biased:
        drawn = np.maximum(drawn - (drawn.mean() - value), 0.0)
    low, high = (float(end) for end in np.percentile(drawn, [2.5, 97.5]))
    return None if high - low < _NO_SPREAD else (low, high)


def drawn_counts(
    many: int, groups: Groups, repeats: int, random: np.random.Generator
) -> tuple[Counts, int]:
    """(repeats, many): how often each is in each draw of whole groups; and how many there are."""
    places = np.unique(np.arange(many) if groups is None else groups, return_inverse=True)[1]
    units = int(places.max()) + 1
    drawn = random.integers(units, size=(repeats, units))
    counts = np.zeros((repeats, units))
    np.add.at(counts, (np.arange(repeats)[:, None], drawn), 1)
    return counts[:, places], units


def value_of(result: Mapping[str, Any], name: str) -> float:
    """One of the figures of a result."""
    return float(next(one["value"] for one in result["figures"] if one["name"] == name))


def against_bar(figure: Mapping[str, Any], sign: str, bar: float) -> dict[str, Any]:
    """How a figure stands to what was set out for.

    sign : ``>=`` or ``<=``.

    It is ``met`` if the end of the interval that counts is beyond the bar too, and else ``reached``
    on average if the figure alone is.
    """
    value, low, high = (float(figure[key]) for key in ("value", "low", "high"))
    return {
        "bar": f"{sign} {bar:g}",
        "value": round(value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "reached": value >= bar if sign == ">=" else value <= bar,
        "met": low >= bar if sign == ">=" else high <= bar,
    }


def bar_words(bar: Mapping[str, Any]) -> str:
    """``met``, ``reached on average`` or ``not reached``."""
    return "met" if bar["met"] else "reached on average" if bar["reached"] else "not reached"
