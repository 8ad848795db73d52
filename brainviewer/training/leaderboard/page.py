"""The leaderboard as one page of HTML that needs nothing else (``pages/leaderboard.html``).

A row opens to the learning curves and confusion matrices of its network. Columns sort on a click;
the page can be read without its script.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.training.leaderboard.columns import (
    APART,
    COLUMNS,
    RANKED,
    TRIAGE,
    TUTORIAL,
    Column,
)
from brainviewer.training.leaderboard.entries import SHIPPED, Entry, Result, Table
from brainviewer.training.leaderboard.learning_curves import learning_curves
from brainviewer.training.leaderboard.overview import (
    best_of_recipes,
    overview,
    part_of,
    tested_on,
    title_of,
)
from brainviewer.training.leaderboard.record import as_record
from brainviewer.training.templates import render_page

TITLE = "Leaderboard of networks for single MR images"
_COSTS = (
    "Milliseconds are the median for one image with ONNX Runtime on two threads; training time is "
    "that of one network on one processor core. Both depend on what else the machine does."
)


def as_page(tables: Sequence[Table]) -> bytes:
    """The page, in UTF-8."""
    record = as_record(tables)
    entries = [entry for table in tables for entry in table.entries]
    leaks = [e.tutorial["leak"] for e in entries if e.tutorial and e.tutorial.get("leak")]
    return render_page(
        "leaderboard",
        TITLE,
        networks=len(entries),
        apart=sum(entry.apart is not None for entry in entries),
        leak=leaks[0] if leaks else None,
        tables=[_table(t, told) for t, told in zip(tables, record["tables"], strict=True)],
        notices=_notices(entries, record),
    )


def _notices(entries: Sequence[Entry], record: Mapping[str, Any]) -> list[str]:
    """What holds for all, and the notices of the results themselves, each once."""
    of_rows = [
        notice
        for entry in entries
        for notice in (entry.apart or {}).get("notices", ())
        if not notice.startswith("Only ")  # the rows say how many images they are made from
    ]
    return [*record["notices"], *dict.fromkeys(of_rows), _COSTS]


def _table(table: Table, told: Mapping[str, Any]) -> dict[str, Any]:
    rows = told["rows"]
    asked = COLUMNS if len(table.classes) > 2 else TRIAGE
    columns = [c for c in asked if c.group not in (APART, TUTORIAL) or not c.empty(rows)]
    best = best_of_recipes(rows)
    title = " or ".join(table.classes) if len(table.classes) == 2 else ", ".join(table.classes)
    return {
        "chart": overview(told),
        "title": title[:1].upper() + title[1:],
        "tested_on": tested_on(told),
        "choosable": len(best) < len(rows),
        "groups": _groups(columns, told),
        "columns": columns,
        "ranked": next((column for column in columns if column.title == RANKED), None),
        "rows": [
            _row(entry, row, columns, row in best)
            for entry, row in zip(table.entries, rows, strict=True)
        ],
    }


def _groups(columns: Sequence[Column], told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Groups of columns with the folder of their data, and how many columns each has."""
    data = {APART: told["patient_wise"], TUTORIAL: told["tutorial"]}
    return [
        (
            " · ".join(filter(None, (name, (data.get(name) or {}).get("folder")))),
            len(list(members)),
        )
        for name, members in groupby(columns, key=lambda column: column.group)
    ]


def _row(
    entry: Entry, row: Mapping[str, Any], columns: Sequence[Column], best: bool
) -> dict[str, Any]:
    both = ((APART, entry.apart), (TUTORIAL, entry.tutorial))
    return {
        "best": best,
        "title": title_of(row),
        "name": row["network"],
        "shipped": row["kind"] == SHIPPED,
        "recipe": row["recipe"] if row["recipe"] != row["network"] else "",
        "less": ", ".join(row["conditions"]),
        "cells": [(column.kind, column.show(row)) for column in columns[1:]],
        "sentence": _sentence(entry.known),
        "sides": [_side(title, result) for title, result in both if result is not None],
    }


def _side(title: str, result: Result) -> dict[str, Any]:
    protocol = result["protocol"]
    trained = counted(protocol["train"], "image")
    return {
        "title": title,
        "counts": f"{trained} for training, {protocol['test']} tested "
        f"({part_of(protocol['tested'])})",
        "panels": learning_curves(result.get("history") or []),
        "classes": result["classes"],
        "confusion": result["confusion"],
    }


def _sentence(known: Result) -> str:
    """What the network is and how it was trained."""
    how = known["settings"]
    parts = [str(known["about"])]
    if how.get("input_size"):
        parts.append(f"{how['input_size']} × {how['input_size']} pixels, {how.get('colour')}")
    if how.get("base"):
        start = how["weights"] if how.get("pretrained") else "no pretraining"
        parts.append(f"{how['base']} from {start}")
    if known.get("epochs"):
        parts.append(f"epochs trained: {', '.join(map(str, known['epochs']))}")
    return ". ".join(parts) + "."
