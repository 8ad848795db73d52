"""The leaderboard as one page of HTML that needs nothing else (``pages/leaderboard.html``).

A row opens to the learning curves and confusion matrices of its network. Columns sort on a click;
the page can be read without its script.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from brainviewer.training.image_classification.evaluation.duplicate_leak import ON_COPIES, ON_OTHERS
from brainviewer.training.image_classification.evaluation.learning_curves import learning_curves
from brainviewer.training.image_classification.evaluation.results import (
    AUROC,
    ECE,
    SHIPPED,
    WORST,
)
from brainviewer.training.leaderboard.charts import best_of_recipes, overview
from brainviewer.training.leaderboard.entries import Entry, Table
from brainviewer.training.leaderboard.record import as_record
from brainviewer.training.templates import render_page

TITLE = "Leaderboard of networks for single MR images"
Shown = tuple[float | str | None, str, str]
"""What a cell sorts by (None where it is empty), what it shows, and what stands small below."""

APART, TUTORIAL, SOURCE, COST = "Patients kept apart", "Tutorial split", "Source", "Cost"
RANKED = "macro F1"
"""The column that the rows are in the order of at first: the first of this title."""


@dataclass(frozen=True)
class Column:
    """One column: a number or words, or a figure with its interval below.

    path : where it stands in a row, with slashes; text : how it is written.
    of : path of how many images a figure is of, to be shown too.
    words : sorts by words; low : less is better.
    """

    group: str
    title: str
    path: str
    text: Callable[[Any], str] = "{:.3f}".format
    of: str = ""
    between: str = "–"
    kind: str = ""
    words: bool = False
    low: bool = False

    def show(self, row: Mapping[str, Any]) -> Shown:
        """The cell of a row."""
        value = _get(row, self.path)
        if value is None or value == "":
            return None, "–", ""
        if not isinstance(value, Mapping):
            return value, self.text(value), ""
        if "threshold" in value:
            below = f"{value['positive']}, for ≥ {value['wanted_sensitivity']:g}"
            return value["threshold"], self.text(value["threshold"]), below
        ends = self.between.join(self.text(value[end]) for end in ("low", "high"))
        images = f" of {_get(row, self.of)}" if self.of else ""
        return value["value"], self.text(value["value"]), ends + images


def _get(row: Any, path: str) -> Any:
    """What stands at a path of a row; None where any part of it is missing.

    Figures in a list are found by their name.
    """
    for key in path.split("/"):
        if row is None:
            return None
        row = next(o for o in row if o["name"] == key) if isinstance(row, list) else row.get(key)
    return row


def _parameters(value: float) -> str:
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.1f} MB"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


_POINT, _LEAK = "patient_wise/operating_point", "tutorial/leak"
_TRIAGE = "Triage"
_COLUMNS = (
    Column("", "network", "network", words=True),
    Column(APART, "n", "patient_wise/images/test", "{:,}".format),
    Column(APART, "macro F1", "patient_wise/figures/macro F1"),
    Column(APART, "accuracy", "patient_wise/figures/accuracy"),
    Column(APART, "worst recall", f"patient_wise/figures/{WORST}"),
    Column(APART, "AUROC", f"patient_wise/figures/{AUROC}"),
    Column(APART, "ECE", f"patient_wise/figures/{ECE}", low=True),
    Column(_TRIAGE, "threshold", _POINT),
    Column(_TRIAGE, "sensitivity", f"{_POINT}/figures/sensitivity"),
    Column(_TRIAGE, "specificity", f"{_POINT}/figures/specificity"),
    Column(TUTORIAL, "n", "tutorial/images/test", "{:,}".format),
    Column(TUTORIAL, "macro F1", "tutorial/figures/macro F1"),
    Column(TUTORIAL, "accuracy", "tutorial/figures/accuracy"),
    Column(TUTORIAL, "on copies", f"{_LEAK}/figures/{ON_COPIES}", of=f"{_LEAK}/copies"),
    Column(TUTORIAL, "on the others", f"{_LEAK}/figures/{ON_OTHERS}", of=f"{_LEAK}/others"),
    Column(TUTORIAL, "inflation", "inflation", "{:+.3f}".format, between=" to "),
    Column(SOURCE, "reported", "reported", str, kind="told", words=True),
    Column(COST, "parameters", "parameters", _parameters, low=True),
    Column(COST, "size", "size_bytes", _megabytes, low=True),
    Column(COST, "ms an image", "ms_per_image", "{:.2f}".format, low=True),
    Column(COST, "training", "training_seconds", _duration, low=True),
)


def columns_of(table: Mapping[str, Any]) -> list[Column]:
    """The columns of a table; a split that none of its rows was tested under has none."""

    def shown(one: Column) -> bool:
        if one.group == _TRIAGE:
            return len(table["classes"]) == 2
        optional = one.group in (APART, TUTORIAL)
        return not optional or any(one.show(row)[0] is not None for row in table["rows"])

    return [one for one in _COLUMNS if shown(one)]


def as_page(tables: Sequence[Table]) -> bytes:
    """The page, in UTF-8."""
    record = as_record(tables)
    entries = [entry for table in tables for entry in table.entries]
    leaks = [e.tutorial["leak"] for e in entries if e.tutorial and e.tutorial.get("leak")]
    # What the results themselves say, but for how many images: the rows say that.
    own = [n for e in entries for n in (e.apart or {}).get("notices", ()) if n[:5] != "Only "]
    return render_page(
        "leaderboard",
        TITLE,
        networks=len(entries),
        apart=sum(entry.apart is not None for entry in entries),
        leak=leaks[0] if leaks else None,
        tables=[_table(t, told) for t, told in zip(tables, record["tables"], strict=True)],
        notices=[*record["notices"], *dict.fromkeys(own)],
        learning_curves=learning_curves,
        shipped=SHIPPED,
    )


def _table(table: Table, told: Mapping[str, Any]) -> dict[str, Any]:
    columns, best = columns_of(told), best_of_recipes(told["rows"])
    data = {APART: told["patient_wise"], TUTORIAL: told["tutorial"]}
    return {
        "told": told,
        "chart": overview(told),
        "choosable": len(best) < len(told["rows"]),
        "groups": [
            (name, (data.get(name) or {}).get("folder"), len(list(members)))
            for name, members in groupby(columns, key=lambda column: column.group)
        ],
        "columns": columns,
        "ranked": next((column for column in columns if column.title == RANKED), None),
        "rows": [
            {
                "told": row,
                "best": row in best,
                "cells": [(column.kind, column.show(row)) for column in columns[1:]],
                "known": entry.known,
                "sides": _sides(entry),
            }
            for entry, row in zip(table.entries, told["rows"], strict=True)
        ],
    }


def _sides(entry: Entry) -> list[tuple[str, dict[str, Any]]]:
    both = ((APART, entry.apart), (TUTORIAL, entry.tutorial))
    return [(title, result) for title, result in both if result is not None]
