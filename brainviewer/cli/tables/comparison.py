"""An external test, and the comparison of two models, as tables for a terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brainviewer.cli.tables.results import figure_cell, notes, number_table
from brainviewer.core.counting import counted

if TYPE_CHECKING:
    from rich.console import RenderableType


def external_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What ``evaluate MODEL --data`` measured."""
    answered, unit = record["answered"], record["unit"]
    table = number_table("figure", ("value", unit), record["network"])
    for one in record["figures"]:
        table.add_row(one["name"], figure_cell(one).replace("\n", "  "), str(one[unit]))
    reasons = number_table("no answer because", (unit,))
    for reason, many in answered["reasons"].items():
        reasons.add_row(reason, str(many))
    of_all = figure_cell(answered["accuracy_of_all"]).replace("\n", " (") + ")"
    return [
        f"{answered['answered']} of {counted(answered['cases'], unit.removesuffix('s'))} of "
        f"{record['data']['folder']} were answered; 95 % intervals over "
        f"{record['intervals']['over']}. Accuracy with those without an answer counted as wrong: "
        f"{of_all}.",
        table,
        *([reasons] if answered["reasons"] else []),
        *notes(record),
    ]


def comparison_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What ``compare-models`` found."""
    names = (record["first"]["id"], record["second"]["id"])
    columns = (*names, "difference", "p")
    table = number_table("figure", columns, f"{names[1]} minus {names[0]}")
    for one in record["figures"]:
        table.add_row(one["name"], *_cells(one), "")
    for one in record["delong"]:
        table.add_row(f"AUROC {one['class']} against the rest", *_cells(one), _chance(one["p"]))
    found = record["mcnemar"]
    first = (
        f"{counted(record['compared'], record['unit'].removesuffix('s'))} of "
        f"{record['data']['folder']} that both answered; 95 % intervals over "
        f"{record['intervals']['over']}; p after DeLong."
    )
    second = (
        f"Right alone: {names[0]} {found['only_first_right']}, {names[1]} "
        f"{found['only_second_right']}; both {found['both_right']}, none {found['both_wrong']}; "
        f"McNemar (exact) p {_chance(found['p'])}."
    )
    return [first, table, second, *notes(record)]


def _cells(one: Mapping[str, Any]) -> list[str]:
    ends = "" if one["low"] is None else f"\n{one['low']:+.3f} to {one['high']:+.3f}"
    values = (f"{one['first']:.3f}", f"{one['second']:.3f}", f"{one['difference']:+.3f}{ends}")
    return [value.replace("-", "−") for value in values]


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
