"""The columns of the leaderboard: what each shows of a row, and what it sorts by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from brainviewer.training.images.results import AUROC, ECE, WORST
from brainviewer.training.leaderboard.leak import ON_COPIES, ON_OTHERS

Row = Mapping[str, Any]
Shown = tuple[float | str | None, str, str]
"""What a cell sorts by (None where it is empty), what it shows, and what stands small below."""

APART, TUTORIAL, SOURCE, COST = "Patients kept apart", "Tutorial split", "Source", "Cost"
_EMPTY: Shown = (None, "–", "")


@dataclass(frozen=True)
class Column:
    """One column.

    words : sorts by words; low : less is better; ranked : the rows are in its order at first.
    """

    group: str
    title: str
    show: Callable[[Row], Shown]
    kind: str = ""
    words: bool = False
    low: bool = False
    ranked: bool = False

    def cell(self, row: Row) -> str:
        """The cell in HTML."""
        value, shown, below = self.show(row)
        small = f"<small>{escape(below)}</small>" if below else ""
        sort = "" if value is None else f' data-value="{escape(str(value))}"'
        kind = self.kind
        if kind == "up" and not (isinstance(value, float) and value > 0):
            kind = ""
        return f"<td{f' class={kind}' if kind else ''}{sort}>{escape(shown)}{small}</td>"


def _figure(side: str, name: str) -> Callable[[Row], Shown]:
    def show(row: Row) -> Shown:
        if row[side] is None:
            return _EMPTY
        return _with_interval(row[side]["figures"][name])

    return show


def _with_interval(figure: Mapping[str, Any]) -> Shown:
    value = figure["value"]
    return value, f"{value:.3f}", f"{figure['low']:.3f}–{figure['high']:.3f}"


def _inflation(row: Row) -> Shown:
    one = row["inflation"]["accuracy"]
    if one is None:
        return _EMPTY
    return one["value"], f"{one['value']:+.3f}", f"{one['low']:+.3f} to {one['high']:+.3f}"


def _reported(row: Row) -> Shown:
    said = row["reported"]
    return (said, said, "") if said else _EMPTY


def _number(key: str, show: Callable[[float], str]) -> Callable[[Row], Shown]:
    def cell(row: Row) -> Shown:
        value = row[key]
        return _EMPTY if value is None else (float(value), show(float(value)), "")

    return cell


def count(value: float) -> str:
    """A number of parameters, in thousands or millions."""
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"


def megabytes(value: float) -> str:
    """A size in bytes as MB."""
    return f"{value / 1e6:.1f} MB"


def duration(seconds: float) -> str:
    """Seconds, or minutes where there are many."""
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def _of_part(side: str, part: str, name: str) -> Callable[[Row], Shown]:
    """A figure of what only some results hold: an operating point, or a leak."""

    def show(row: Row) -> Shown:
        found = (row[side] or {}).get(part)
        if found is None:
            return _EMPTY
        return _with_interval(next(one for one in found["figures"] if one["name"] == name))

    return show


def _threshold(row: Row) -> Shown:
    point = (row["patient_wise"] or {}).get("operating_point")
    if point is None:
        return _EMPTY
    below = f"{point['positive']}, for ≥ {point['wanted_sensitivity']:g}"
    return point["threshold"], f"{point['threshold']:.3f}", below


_NAME = Column("", "network", lambda row: _EMPTY, words=True)
_MEASURED = (
    Column(APART, "macro F1", _figure("patient_wise", "macro F1"), ranked=True),
    Column(APART, "accuracy", _figure("patient_wise", "accuracy")),
    Column(APART, "worst recall", _figure("patient_wise", WORST)),
    Column(APART, "AUROC", _figure("patient_wise", AUROC)),
    Column(APART, "ECE", _figure("patient_wise", ECE), low=True),
)
_COMPARED = (
    Column(TUTORIAL, "accuracy", _figure("tutorial", "accuracy")),
    Column(TUTORIAL, "on copies", _of_part("tutorial", "leak", ON_COPIES)),
    Column(TUTORIAL, "on the others", _of_part("tutorial", "leak", ON_OTHERS)),
    Column(TUTORIAL, "inflation", _inflation, kind="up"),
    Column(SOURCE, "reported", _reported, kind="told", words=True),
    Column(COST, "parameters", _number("parameters", count), low=True),
    Column(COST, "size", _number("size_bytes", megabytes), low=True),
    Column(COST, "ms an image", _number("ms_per_image", "{:.2f}".format), low=True),
    Column(COST, "training", _number("training_seconds", duration), low=True),
)
COLUMNS = (_NAME, *_MEASURED, *_COMPARED)
TRIAGE = (
    _NAME,
    *_MEASURED,
    Column("Triage", "threshold", _threshold),
    Column("Triage", "sensitivity", _of_part("patient_wise", "operating_point", "sensitivity")),
    Column("Triage", "specificity", _of_part("patient_wise", "operating_point", "specificity")),
    *_COMPARED,
)
