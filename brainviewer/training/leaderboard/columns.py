"""The columns of the leaderboard: what each shows of a row, and what it sorts by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brainviewer.training.image_classification.evaluation.results import AUROC, ECE, WORST
from brainviewer.training.leaderboard.duplicate_leak import ON_COPIES, ON_OTHERS

Row = Mapping[str, Any]
Shown = tuple[float | str | None, str, str]
"""What a cell sorts by (None where it is empty), what it shows, and what stands small below."""

APART, TUTORIAL, SOURCE, COST = "Patients kept apart", "Tutorial split", "Source", "Cost"
_EMPTY: Shown = (None, "–", "")


@dataclass(frozen=True)
class Column:
    """One column.

    words : sorts by words; low : less is better.
    """

    group: str
    title: str
    show: Callable[[Row], Shown]
    kind: str = ""
    words: bool = False
    low: bool = False

    def empty(self, rows: Sequence[Row]) -> bool:
        """Whether it has nothing to show of any row."""
        return all(self.show(row)[0] is None for row in rows)


def _figure(side: str, name: str) -> Callable[[Row], Shown]:
    def show(row: Row) -> Shown:
        if row[side] is None:
            return _EMPTY
        return _with_interval(row[side]["figures"][name])

    return show


def _with_interval(figure: Mapping[str, Any]) -> Shown:
    value = figure["value"]
    return value, f"{value:.3f}", f"{figure['low']:.3f}–{figure['high']:.3f}"


def _counted(figure: Mapping[str, Any], images: int) -> Shown:
    """The same, and of how many images."""
    value, shown, below = _with_interval(figure)
    return value, shown, f"{below} of {images}"


def _images(side: str) -> Callable[[Row], Shown]:
    """How many images are tested."""

    def show(row: Row) -> Shown:
        if row[side] is None:
            return _EMPTY
        many = row[side]["images"]["test"]
        return many, f"{many:,}", ""

    return show


def _inflation(row: Row) -> Shown:
    one = row["inflation"]
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


def _at_point(name: str) -> Callable[[Row], Shown]:
    """A figure of the operating point, which only some results hold."""

    def show(row: Row) -> Shown:
        found = (row["patient_wise"] or {}).get("operating_point")
        if found is None:
            return _EMPTY
        return _with_interval(next(one for one in found["figures"] if one["name"] == name))

    return show


def _on(name: str, part: str) -> Callable[[Row], Shown]:
    """Accuracy on test images that are copies, or on the others."""

    def show(row: Row) -> Shown:
        leak = (row["tutorial"] or {}).get("leak")
        if leak is None:
            return _EMPTY
        figure = next(one for one in leak["figures"] if one["name"] == name)
        return _counted(figure, leak[part])

    return show


def _threshold(row: Row) -> Shown:
    point = (row["patient_wise"] or {}).get("operating_point")
    if point is None:
        return _EMPTY
    below = f"{point['positive']}, for ≥ {point['wanted_sensitivity']:g}"
    return point["threshold"], f"{point['threshold']:.3f}", below


_NAME = Column("", "network", lambda row: _EMPTY, words=True)
_MEASURED = (
    Column(APART, "n", _images("patient_wise")),
    Column(APART, "macro F1", _figure("patient_wise", "macro F1")),
    Column(APART, "accuracy", _figure("patient_wise", "accuracy")),
    Column(APART, "worst recall", _figure("patient_wise", WORST)),
    Column(APART, "AUROC", _figure("patient_wise", AUROC)),
    Column(APART, "ECE", _figure("patient_wise", ECE), low=True),
)
_COMPARED = (
    Column(TUTORIAL, "n", _images("tutorial")),
    Column(TUTORIAL, "macro F1", _figure("tutorial", "macro F1")),
    Column(TUTORIAL, "accuracy", _figure("tutorial", "accuracy")),
    Column(TUTORIAL, "on copies", _on(ON_COPIES, "copies")),
    Column(TUTORIAL, "on the others", _on(ON_OTHERS, "others")),
    Column(TUTORIAL, "inflation", _inflation),
    Column(SOURCE, "reported", _reported, kind="told", words=True),
    Column(COST, "parameters", _number("parameters", count), low=True),
    Column(COST, "size", _number("size_bytes", megabytes), low=True),
    Column(COST, "ms an image", _number("ms_per_image", "{:.2f}".format), low=True),
    Column(COST, "training", _number("training_seconds", duration), low=True),
)
RANKED = "macro F1"
"""The column that the rows are in the order of at first: the first of this title."""
COLUMNS = (_NAME, *_MEASURED, *_COMPARED)
TRIAGE = (
    _NAME,
    *_MEASURED,
    Column("Triage", "threshold", _threshold),
    Column("Triage", "sensitivity", _at_point("sensitivity")),
    Column("Triage", "specificity", _at_point("specificity")),
    *_COMPARED,
)
