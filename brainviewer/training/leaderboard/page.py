"""The leaderboard as one page of HTML that needs nothing else; it can be read without its script.

A row opens to the learning curves and confusion matrices of its network. Columns sort on a click.
"""

from collections.abc import Mapping, Sequence
from html import escape
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
from brainviewer.training.leaderboard.drawing import confusion_matrix, learning_curves
from brainviewer.training.leaderboard.entries import SHIPPED, Entry, Result, Table
from brainviewer.training.leaderboard.overview import (
    best_of_recipes,
    overview,
    part_of,
    tested_on,
    title_of,
)
from brainviewer.training.leaderboard.page_style import SCRIPT, STYLE
from brainviewer.training.leaderboard.record import as_record
from brainviewer.training.page_shell import as_page as whole_page

TITLE = "Leaderboard of networks for single MR images"


def as_page(tables: Sequence[Table]) -> bytes:
    """The page, in UTF-8."""
    record = as_record(tables)
    parts = [_head(tables)]
    for table, told in zip(tables, record["tables"], strict=True):
        parts += [overview(told), _board(table, told)]
    notes = "".join(f"<li>{escape(notice)}" for notice in _notices(tables, record))
    parts.append(f"<section><h2>How to read it</h2><ul class=quiet>{notes}</ul></section>")
    return whole_page(TITLE, "\n".join(parts), STYLE, SCRIPT)


def _head(tables: Sequence[Table]) -> str:
    entries = [entry for table in tables for entry in table.entries]
    apart = sum(entry.apart is not None for entry in entries)
    which = "" if apart == len(entries) else f" {apart} of them"
    leaks = [e.tutorial["leak"] for e in entries if e.tutorial and e.tutorial.get("leak")]
    said = ""
    if len(tables) > 1:
        said += (
            f" They were tested on different images: {len(tables)} tables, each of one set of "
            "test images, which cannot be ranked against each other."
        )
    if leaks:
        copies, others = leaks[0]["copies"], leaks[0]["others"]
        said += (
            f" Under the tutorial split {copies} of {copies + others} test images are copies of "
            "training images."
        )
    return (
        f"<header><p class=eyebrow>Leaderboard</p><h1>{escape(TITLE)}</h1>"
        f"<p>{counted(len(entries), 'network')},{which} measured on patients never seen before."
        f"{said}</p></header>"
    )


def _notices(tables: Sequence[Table], record: Mapping[str, Any]) -> list[str]:
    """What holds for all, and what the results themselves want to be known, each once."""
    of_rows = [
        notice
        for table in tables
        for entry in table.entries
        for notice in (entry.apart or {}).get("notices", ())
        if not notice.startswith("Only ")  # the rows say how many images they are made from
    ]
    return [*record["notices"], *dict.fromkeys(of_rows), _COSTS]


_COSTS = (
    "Milliseconds are the median for one image with ONNX Runtime on two threads; training time is "
    "that of one network on one processor core. Both depend on what else the machine does."
)


def _board(table: Table, told: Mapping[str, Any]) -> str:
    rows = told["rows"]
    asked = COLUMNS if len(table.classes) > 2 else TRIAGE
    optional = (APART, TUTORIAL)
    columns = [c for c in asked if c.group not in optional or not c.empty(rows)]
    best = best_of_recipes(rows)
    bodies = "".join(
        _body(entry, row, columns, row in best)
        for entry, row in zip(table.entries, rows, strict=True)
    )
    title = " or ".join(table.classes) if len(table.classes) == 2 else ", ".join(table.classes)
    only = (
        "<label class=only><input type=checkbox> <span>only the best of each recipe</span></label>"
        if len(best) < len(rows)
        else ""
    )
    return (
        f"<section><h2>{escape(title[:1].upper() + title[1:])} "
        f"<small>{escape(tested_on(told))}, {counted(len(rows), 'network')}</small></h2>{only}"
        "<div class=wide><table class=board>"
        f"<thead>{_groups(columns, told)}{_heads(columns)}</thead>{bodies}</table></div></section>"
    )


def _groups(columns: Sequence[Column], told: Mapping[str, Any]) -> str:
    data = {APART: told["patient_wise"], TUTORIAL: told["tutorial"]}
    cells = []
    for name, members in groupby(columns, key=lambda column: column.group):
        of = data.get(name) or {}
        words = " · ".join(filter(None, (name, of.get("folder"))))
        cells.append(f"<th colspan={len(list(members))}>{escape(words)}</th>")
    return f"<tr>{''.join(cells)}</tr>"


def _heads(columns: Sequence[Column]) -> str:
    cells = []
    ranked = next((column for column in columns if column.title == RANKED), None)
    for place, column in enumerate(columns):
        kind = " data-words" if column.words else " data-low" if column.low else ""
        sort = " aria-sort=descending" if column is ranked else ""
        name = " class=name" if place == 0 else f" class={column.kind}" if column.kind else ""
        cells.append(
            f"<th{name} data-column={place}{kind}{sort}>"
            f"<button>{escape(column.title)}</button></th>"
        )
    return f"<tr>{''.join(cells)}</tr>"


def _body(entry: Entry, row: Mapping[str, Any], columns: Sequence[Column], best: bool) -> str:
    cells = "".join(column.cell(row) for column in columns[1:])
    name = str(row["network"])
    badge = " <span class=badge>ships</span>" if row["kind"] == SHIPPED else ""
    recipe = row["recipe"]
    of = f"<small>{escape(recipe)}</small>" if recipe and recipe != name else ""
    less = ", ".join(row["conditions"])
    said = f"<small class=less>{escape(less)}</small>" if less else ""
    return (
        f"<tbody{' class=best' if best else ''}><tr>"
        f'<th class=name data-value="{escape(title_of(row))}"><label class=open>'
        f"<input type=checkbox><b>{escape(name)}</b>{badge}{of}{said}</label></th>"
        f"{cells}</tr>"
        f"<tr class=more><td colspan={len(columns)}><div class=detail>{_detail(entry)}</div></td>"
        "</tr></tbody>"
    )


def _detail(entry: Entry) -> str:
    known = entry.known
    facts = f"<p class=quiet>{escape(_sentence(known))}</p>"
    both = ((APART, entry.apart), (TUTORIAL, entry.tutorial))
    sides = "".join(_side(title, result) for title, result in both if result is not None)
    return f"{facts}<div class=sides>{sides}</div>"


def _side(title: str, result: Result) -> str:
    protocol = result["protocol"]
    trained = counted(protocol["train"], "image")
    counts = f"{trained} for training, {protocol['test']} tested ({part_of(protocol['tested'])})"
    curves = learning_curves(result.get("history") or [])
    key = (
        "<p class=key><span style='color:var(--accent)'>training</span>"
        "<span style='color:var(--caution)'>validation</span></p>"
        if curves
        else ""
    )
    return (
        f"<div class=side><h3>{title}</h3><p class=quiet>{escape(counts)}</p><div class=pair><div>"
        f"{curves}{key}</div>{confusion_matrix(result['classes'], result['confusion'])}</div></div>"
    )


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
