"""The leaderboard as one page of HTML that needs nothing else (``pages/leaderboard.html``).

A row opens to the learning curves and confusion matrices of its network. Columns sort on a click;
the page can be read without its script.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from brainviewer.training.leaderboard.charts import best_of_recipes, learning_curves, overview
from brainviewer.training.leaderboard.columns import APART, RANKED, TUTORIAL, columns_of
from brainviewer.training.leaderboard.entries import SHIPPED, Entry, Table
from brainviewer.training.leaderboard.record import as_record
from brainviewer.training.templates import render_page

TITLE = "Leaderboard of networks for single MR images"


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
