"""The leaderboard as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.training.leaderboard.conditions import conditions
from brainviewer.training.leaderboard.duplicate_leak import inflation
from brainviewer.training.leaderboard.entries import RANKED_BY, Entry, Result, Table
from brainviewer.training.leaderboard.result_check import FIGURES

SCHEMA = "brainviewer-leaderboard/2"
TABLES = (
    "The rows of a table were tested on the same images, n of them. Rows of other test images "
    "stand in a table of their own: do not rank across tables."
)
INTERVALS = (
    "Intervals (95 %) are over images where the data does not name patients: cheng tells the fold "
    "of an image, but not its patient. Images of one patient are alike, so read them as too narrow."
)
OTHER_DATA = (
    "The tutorial split is of other data than the patient-wise one, and the two differ in more "
    "than the split. The difference of their figures is no measure of the leak and is not given."
)
COPIES = (
    "Copies are test images whose thumbnail correlates above 0.995 with that of a training image. "
    "Some classes are mostly copies and others hardly, so that accuracy on copies and on the "
    "others differs by the classes alone."
)
INFLATION = (
    "Inflation: how much more often a test image is answered rightly if it is a copy of a training "
    "image, compared within its class. It is left out where most copies have no images without a "
    "copy in their class to be compared with, where the classes alone explain the difference, and "
    "where a result does not tell its classes apart."
)


def as_record(tables: Sequence[Table]) -> dict[str, Any]:
    """What ``--json`` prints: for each table its rows, the best first."""
    return {
        "schema": SCHEMA,
        "ranked_by": f"patient-wise {RANKED_BY}",
        "notices": _notices(tables),
        "tables": [_table(table) for table in tables],
    }


def _notices(tables: Sequence[Table]) -> list[str]:
    """What a reader must know of the tables that are there."""
    told = [INTERVALS]
    if len(tables) > 1:
        told = [TABLES, *told]
    if any(table.apart and table.tutorial for table in tables):
        told.append(OTHER_DATA)
    if any(e.tutorial and e.tutorial.get("leak") for table in tables for e in table.entries):
        told += [COPIES, INFLATION]
    return told


def _table(table: Table) -> dict[str, Any]:
    return {
        "classes": list(table.classes),
        "patient_wise": None if table.apart is None else _data(table.apart),
        "tutorial": None if table.tutorial is None else _data(table.tutorial),
        "rows": [as_row(entry) for entry in table.entries],
    }


def _data(result: Result) -> dict[str, Any]:
    """folder : its name, which older results do not tell; test : how many images are tested."""
    data, protocol = result["data"], result["protocol"]
    return {
        "folder": data.get("folder"),
        "layout": data["layout"],
        "tested": protocol["tested"],
        "test": protocol["test"],
    }


def as_row(entry: Entry) -> dict[str, Any]:
    """One network: figures of both splits, what copies do to the second, and what it costs."""
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
        "inflation": None if entry.tutorial is None else inflation(entry.tutorial.get("leak")),
        **cost,
        "training_seconds": _seconds(known),
    }


def figure(result: Mapping[str, Any], name: str) -> dict[str, float]:
    """Value and interval of one of the figures of a result."""
    one = next(one for one in result["figures"] if one["name"] == name)
    return {key: one[key] for key in ("value", "low", "high")}


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
