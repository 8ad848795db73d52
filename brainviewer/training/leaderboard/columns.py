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


def _get(row: Any, path: Sequence[str]) -> Any:
    """What stands at a path of a row; None where any part of it is missing.

    Figures in a list are found by their name.
    """
    for key in path:
        if row is None:
            return None
        row = next(o for o in row if o["name"] == key) if isinstance(row, list) else row.get(key)
    return row


def _plain(text: Callable[[Any], str], *path: str) -> Callable[[Row], Shown]:
    """A value as text."""

    def show(row: Row) -> Shown:
        value = _get(row, path)
        return _EMPTY if value is None or value == "" else (value, text(value), "")

    return show


def _interval(*path: str, of: Sequence[str] = ()) -> Callable[[Row], Shown]:
    """A figure with its interval below; of : path of how many images it is of, to be shown too."""

    def show(row: Row) -> Shown:
        one = _get(row, path)
        if one is None:
            return _EMPTY
        images = f" of {_get(row, of)}" if of else ""
        below = f"{one['low']:.3f}–{one['high']:.3f}{images}"
        return one["value"], f"{one['value']:.3f}", below

    return show


def _inflation(row: Row) -> Shown:
    one = row["inflation"]
    if one is None:
        return _EMPTY
    return one["value"], f"{one['value']:+.3f}", f"{one['low']:+.3f} to {one['high']:+.3f}"


def _threshold(row: Row) -> Shown:
    point = _get(row, _POINT[:-1])
    if point is None:
        return _EMPTY
    below = f"{point['positive']}, for ≥ {point['wanted_sensitivity']:g}"
    return point["threshold"], f"{point['threshold']:.3f}", below


def _parameters(value: float) -> str:
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


_POINT = ("patient_wise", "operating_point", "figures")
_LEAK = ("tutorial", "leak")
_NAME = Column("", "network", lambda row: _EMPTY, words=True)


def _of_side(group: str, side: str) -> list[Column]:
    return [
        Column(group, "n", _plain("{:,}".format, side, "images", "test")),
        *(
            Column(group, name, _interval(side, "figures", name))
            for name in ("macro F1", "accuracy")
        ),
    ]


_MEASURED = (
    *_of_side(APART, "patient_wise"),
    Column(APART, "worst recall", _interval("patient_wise", "figures", WORST)),
    Column(APART, "AUROC", _interval("patient_wise", "figures", AUROC)),
    Column(APART, "ECE", _interval("patient_wise", "figures", ECE), low=True),
)
_COMPARED = (
    *_of_side(TUTORIAL, "tutorial"),
    Column(TUTORIAL, "on copies", _interval(*_LEAK, "figures", ON_COPIES, of=(*_LEAK, "copies"))),
    Column(
        TUTORIAL, "on the others", _interval(*_LEAK, "figures", ON_OTHERS, of=(*_LEAK, "others"))
    ),
    Column(TUTORIAL, "inflation", _inflation),
    Column(SOURCE, "reported", _plain(str, "reported"), kind="told", words=True),
    Column(COST, "parameters", _plain(_parameters, "parameters"), low=True),
    Column(COST, "size", _plain(lambda value: f"{value / 1e6:.1f} MB", "size_bytes"), low=True),
    Column(COST, "ms an image", _plain("{:.2f}".format, "ms_per_image"), low=True),
    Column(COST, "training", _plain(_duration, "training_seconds"), low=True),
)
RANKED = "macro F1"
"""The column that the rows are in the order of at first: the first of this title."""
COLUMNS = (_NAME, *_MEASURED, *_COMPARED)
TRIAGE = (
    _NAME,
    *_MEASURED,
    Column("Triage", "threshold", _threshold),
    Column("Triage", "sensitivity", _interval(*_POINT, "sensitivity")),
    Column("Triage", "specificity", _interval(*_POINT, "specificity")),
    *_COMPARED,
)
