"""Charts of a leaderboard as plain data for ``pages/leaderboard.html``: an overview of the best
networks, and learning curves as points of inline SVG."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from brainviewer.training.image_classification.evaluation.results import SHIPPED

Row = Mapping[str, Any]
_FRACTION = re.compile(r"(\d+(?:\.\d+)?) %")
_ORDER = ("apart", "tutorial", "reported")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 250, 132, 26, 18, 8


def overview(table: Mapping[str, Any]) -> dict[str, Any] | None:
    """The chart of a table as ``as_record`` tells it; None without rows to compare.

    The best network of every recipe: measured, under the tutorial split, and as its source
    reported, the last only where the network was trained as the recipe says: elsewhere it is about
    another network.
    """
    best = [row for row in best_of_recipes(table["rows"]) if row["patient_wise"] is not None]
    if len(best) < 2:
        return None
    shown = [_accuracies(row) for row in best]
    low = max(0.0, (int(10 * min(v for one in shown for v in one.values())) - 1) / 10)
    apart = 0.1 if low > 0.45 else 0.2

    def place(value: float) -> str:
        return f"{100 * (value - low) / (1 - low):.1f}%"

    return {
        "legend": [kind for kind in _ORDER if any(kind in one for one in shown)],
        "lines": [
            {
                "row": row,
                "accuracy": accuracies["apart"],
                "ends": [
                    place(row["patient_wise"]["figures"]["accuracy"][end])
                    for end in ("low", "high")
                ],
                "dots": [(kind, place(value), value) for kind, value in accuracies.items()],
            }
            for row, accuracies in zip(best, shown, strict=True)
        ],
        "ticks": [
            (place(1 - apart * n), 1 - apart * n)
            for n in range(int((1 - low) / apart + 1e-9), -1, -1)
        ],
    }


def _accuracies(row: Row) -> dict[str, float]:
    """Under the tutorial split, as its source reported of a network like it, and patient-wise."""
    found = {}
    if row["tutorial"] is not None:
        found["tutorial"] = float(row["tutorial"]["figures"]["accuracy"]["value"])
    fraction = _FRACTION.search(row["reported"])
    if fraction is not None and "best of" not in row["reported"] and not row["conditions"]:
        found["reported"] = float(fraction[1]) / 100
    return found | {"apart": float(row["patient_wise"]["figures"]["accuracy"]["value"])}


def best_of_recipes(rows: Sequence[Row]) -> list[Row]:
    """The first row of every recipe; every shipped model counts as one."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(str(row["network" if row["kind"] == SHIPPED else "recipe"]), row)
    return list(first.values())


def learning_curves(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A panel of loss and one of accuracy, each fold a line; empty without a history.

    ``points`` of a line are (x, y) in pixels of a panel of ``width`` x ``height``; ``kind`` is
    ``learned`` for training and ``held`` for validation.
    """
    folds: dict[str, list[Mapping[str, Any]]] = {}
    for entry in history:
        folds.setdefault(entry["fold"], []).append(entry)
    runs = [(_epochs(entries), entries) for entries in folds.values()]
    return [_panel(name, runs) for name in ("loss", "accuracy")] if runs else []


def _epochs(entries: Sequence[Mapping[str, Any]]) -> list[int]:
    """Epochs counted on from phase to phase; results that were thinned lack some."""
    found: list[int] = []
    for _, part in groupby(entries, key=lambda entry: entry["phase"]):
        before = found[-1] if found else 0
        found += [before + int(entry["epoch"]) for entry in part]
    return found


def _panel(
    name: str, runs: Sequence[tuple[Sequence[int], Sequence[Mapping[str, Any]]]]
) -> dict[str, Any]:
    kinds = {"learned": name, "held": f"val_{name}"}
    most = max(max(epochs) for epochs, _ in runs)
    highest = 1.0
    if name == "loss":
        values = sorted(
            one[key] for _, entries in runs for one in entries for key in kinds.values()
        )
        highest = max(0.1, min(values[-1], 4 * values[len(values) // 2]))

    def point(epoch: int, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - 6) * ((epoch - 1) / (most - 1) if most > 1 else 0.5)
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(1.0, value / highest))

    lines = [
        {"kind": kind, "points": [point(n, one[key]) for n, one in zip(epochs, part, strict=True)]}
        for epochs, part in runs
        for kind, key in kinds.items()
    ]
    size = {"width": _WIDTH, "height": _HEIGHT, "left": _LEFT, "top": _TOP}
    size["base"] = _HEIGHT - _BOTTOM
    return {"name": name, "highest": highest, "epochs": most, "lines": lines, **size}
