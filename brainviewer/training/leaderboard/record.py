"""The leaderboard as plain data."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.training.intervals import value_of
from brainviewer.training.leaderboard.complete import FIGURES
from brainviewer.training.leaderboard.conditions import conditions
from brainviewer.training.leaderboard.entries import RANKED_BY, Entry, Result, Table
from brainviewer.training.leaderboard.leak import ON_COPIES, ON_OTHERS

SCHEMA = "brainviewer-leaderboard/1"
INFLATED = ("accuracy", "macro F1")
INTERVALS = (
    "Intervals (95 %) are over images, drawn with replacement, not over patients: cheng tells the "
    "fold of an image, but not its patient. Images of one patient are alike, so read them as too "
    "narrow."
)
OTHER_DATA = (
    "Inflation is the figure under the tutorial split less the patient-wise one. The two data sets "
    "differ in more than the split, so it can be negative although copies help."
)
COPIES = (
    "Copies are test images whose thumbnail correlates above 0.995 with that of a training image. "
    "Classes are not as frequent among them as among the others, which adds to the difference."
)


def as_record(tables: Sequence[Table]) -> dict[str, Any]:
    """What ``--json`` prints: for each table its rows, the best first."""
    return {
        "schema": SCHEMA,
        "ranked_by": f"patient-wise {RANKED_BY}",
        "notices": [INTERVALS, OTHER_DATA, COPIES],
        "tables": [_table(table) for table in tables],
    }


def _table(table: Table) -> dict[str, Any]:
    first = next((e.apart for e in table.entries if e.apart), None)
    other = next((e.tutorial for e in table.entries if e.tutorial), None)
    return {
        "classes": list(table.classes),
        "patient_wise": None if first is None else _data(first),
        "tutorial": None if other is None else _data(other),
        "rows": [as_row(entry) for entry in table.entries],
    }


def _data(result: Result) -> dict[str, Any]:
    """folder : its name, which older results do not tell."""
    data = result["data"]
    return {"folder": data.get("folder"), "layout": data["layout"]}


def as_row(entry: Entry) -> dict[str, Any]:
    """One network: figures of both splits, what they differ by, and what it costs."""
    known = entry.known
    cost = {key: known.get(key) for key in ("parameters", "size_bytes", "ms_per_image")}
    return {
        "network": known["network"],
        "recipe": known.get("recipe"),
        "kind": known["kind"],
        "about": known["about"],
        "reported": known.get("reported", ""),
        "classes": known["classes"],
        "conditions": conditions(known),
        "patient_wise": _side(entry.apart),
        "tutorial": _side(entry.tutorial),
        "inflation": {name: inflation(entry, name) for name in INFLATED},
        **cost,
        "training_seconds": _seconds(known),
    }


def inflation(entry: Entry, name: str) -> dict[str, float] | None:
    """How much higher a figure is under the tutorial split, with its interval.

    The two are measured on different images, so the interval of the difference follows from
    theirs (Zou & Donner 2008). None if one of them is missing.
    """
    if entry.apart is None or entry.tutorial is None:
        return None
    true, told = figure(entry.apart, name), figure(entry.tutorial, name)
    value = told["value"] - true["value"]
    down = math.hypot(told["value"] - told["low"], true["high"] - true["value"])
    up = math.hypot(told["high"] - told["value"], true["value"] - true["low"])
    numbers = {"value": value, "low": value - down, "high": value + up}
    return {key: round(number, 4) for key, number in numbers.items()}


def figure(result: Mapping[str, Any], name: str) -> dict[str, float]:
    """Value and interval of one of the figures of a result."""
    one = next(one for one in result["figures"] if one["name"] == name)
    return {key: one[key] for key in ("value", "low", "high")}


def told_by_copies(table: Table) -> tuple[int, int, float, float] | None:
    """How many test images are copies and how many are not, and the mean accuracy on each.

    Over the networks of a table whose results tell it; None without any.
    """
    leaks = [e.tutorial["leak"] for e in table.entries if e.tutorial and e.tutorial.get("leak")]
    if not leaks:
        return None
    most = max(leaks, key=lambda leak: leak["copies"] + leak["others"])
    means = [
        sum(value_of(leak, name) for leak in leaks) / len(leaks) for name in (ON_COPIES, ON_OTHERS)
    ]
    return most["copies"], most["others"], means[0], means[1]


def _side(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    protocol = result["protocol"]
    point = result.get("operating_point")
    return {
        "figures": {name: figure(result, name) for name in FIGURES},
        "tested": protocol["tested"],
        "images": {part: protocol[part] for part in ("train", "validation", "test")},
        "operating_point": point,
        "leak": result.get("leak"),
    }


def _seconds(result: Result) -> float | None:
    """Of training one network: a result over several folds has the sum of theirs."""
    total = result.get("training_seconds")
    return None if total is None else round(total / max(1, len(result["protocol"]["tested"])), 1)
