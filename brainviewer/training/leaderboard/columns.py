"""The columns of the leaderboard: what each shows of a row, and what it sorts by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brainviewer.training.image_classification.evaluation.results import AUROC, ECE, WORST
from brainviewer.training.leaderboard.duplicate_leak import ON_COPIES, ON_OTHERS

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
