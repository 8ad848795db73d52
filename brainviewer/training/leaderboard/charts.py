"""The overview of the best networks as plain data for ``pages/leaderboard.html``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.training.image_classification.evaluation.results import SHIPPED

Row = Mapping[str, Any]
_FRACTION = re.compile(r"(\d+(?:\.\d+)?) %")
_ORDER = ("apart", "tutorial", "reported")


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
