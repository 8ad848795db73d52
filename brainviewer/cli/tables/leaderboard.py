"""The leaderboard as tables for a terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brainviewer.cli.tables.results import figure_cell, notes

if TYPE_CHECKING:
    from rich.console import RenderableType

_FIGURES = {
    "macro F1": "macro F1",
    "accuracy": "accuracy",
    "worst-class recall": "worst recall",
    "AUROC": "AUROC",
    "expected calibration error": "ECE",
}
_SIDES = {"patient_wise": "patients apart", "tutorial": "tutorial split"}
_ROOM = 150  # characters that the columns of cost need as well


def leaderboard_tables(record: Mapping[str, Any], width: int) -> "list[RenderableType]":
    """What ``leaderboard`` found, the best first; costs only where there is room for them.

    width : of the terminal, in characters.
    """
    parts: list[RenderableType] = [_table(found, width >= _ROOM) for found in record["tables"]]
    return [*parts, *notes(record)]


def _table(found: Mapping[str, Any], costs: bool) -> "RenderableType":
    from rich.table import Table

    title = ", ".join(found["classes"])
    sides = [
        f"{words}: n = {found[side]['test']:,} of {found[side]['folder'] or found[side]['layout']}"
        for side, words in _SIDES.items()
        if found[side]
    ]
    table = Table(title=f"{title} ({'; '.join(sides)})")
    table.add_column("network", min_width=30)
    inflated = any(row["inflation"] for row in found["rows"])
    measured = (*_FIGURES.values(), "tutorial accuracy", "on copies / others")
    for name in ("n", *measured, *(("inflation",) if inflated else ())):
        table.add_column(name, justify="right")
    table.add_column("reported")
    if costs:
        for name in ("parameters", "MB", "ms", "training s"):
            table.add_column(name, justify="right")
    for row in found["rows"]:
        table.add_row(*_cells(row, inflated), *(_costs(row) if costs else ()))
    return table


def _cells(row: Mapping[str, Any], inflated: bool) -> list[str]:
    """inflated : whether there is a column for the inflation."""
    true, told = row["patient_wise"], row["tutorial"]
    figures = [figure_cell(true and true["figures"][name], 3) for name in _FIGURES]
    rise = row["inflation"]
    images = (true or told)["images"]["test"]
    name = row["network"]
    of = f" ({row['recipe']})" if row["recipe"] not in (None, name) else ""
    conditions = f"\n{', '.join(row['conditions'])}" if row["conditions"] else ""
    return [
        f"{name}{of}{conditions}",
        str(images),
        *figures,
        figure_cell(told and told["figures"]["accuracy"], 3),
        "–" if told is None or told["leak"] is None else _by_copies(told["leak"]),
        *(["–" if rise is None else f"{rise['value']:+.3f}"] if inflated else []),
        row["reported"] or "–",
    ]


def _by_copies(leak: Mapping[str, Any]) -> str:
    return " / ".join(f"{one['value']:.2f}" for one in leak["figures"])


def _costs(row: Mapping[str, Any]) -> list[str]:
    shown = (
        ("parameters", "{:,.0f}", 1),
        ("size_bytes", "{:.1f}", 1e6),
        ("ms_per_image", "{:.2f}", 1),
        ("training_seconds", "{:.0f}", 1),
    )
    return ["–" if row[key] is None else how.format(row[key] / by) for key, how, by in shown]
