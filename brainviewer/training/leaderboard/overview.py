"""The best network of every recipe as dots on one scale: measured, under the leak, reported."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.training.leaderboard.entries import SHIPPED

Row = Mapping[str, Any]
_SHARE = re.compile(r"(\d+(?:\.\d+)?) %")


def overview(table: Mapping[str, Any]) -> dict[str, Any] | None:
    """The chart of a table as ``as_record`` tells it; None without rows to compare.

    What the source of a recipe reported stands there only where the network was trained as the
    recipe says: elsewhere it is about another network.
    """
    best = [row for row in best_of_recipes(table["rows"]) if row["patient_wise"] is not None]
    if len(best) < 2:
        return None
    shown = [_accuracies(row) for row in best]
    low = max(0.0, (int(10 * min(v for row in shown for v in row if v is not None)) - 1) / 10)

    def place(value: float) -> str:
        return f"{100 * (value - low) / (1 - low):.1f}%"

    apart = 0.1 if low > 0.45 else 0.2
    steps = [1 - apart * n for n in range(int((1 - low) / apart + 1e-9), -1, -1)]
    folder = (table["tutorial"] or {}).get("folder")
    others = f"tutorial split of {folder}: other images" if folder else "tutorial split"
    keys = [("apart", "patients kept apart, with interval")]
    if any(tutorial is not None for _, tutorial, _ in shown):
        keys.append(("tutorial", f"{others}, copies among them"))
    if any(reported is not None for *_, reported in shown):
        keys.append(("reported", "reported by its source, on data of its own"))
    return {
        "tested_on": tested_on(table),
        "legend": keys,
        "lines": [_line(row, place) for row in best],
        "ticks": [(place(value), value) for value in steps],
    }


def tested_on(table: Mapping[str, Any]) -> str:
    """The test images of a table in words: ``721 test images of cheng, fold 4``."""
    side = table["patient_wise"] or table["tutorial"]
    of = f" of {side['folder']}" if side["folder"] else ""
    return f"{counted(side['test'], 'test image')}{of}, {part_of(side['tested'])}"


def part_of(tested: Sequence[str]) -> str:
    """The tested part of the data in words."""
    if list(tested) == ["test"]:
        return "kept for testing"
    return f"fold{'s' * (len(tested) != 1)} {', '.join(tested)}"


def best_of_recipes(rows: Sequence[Row]) -> list[Row]:
    """The first row of every recipe; every shipped model counts as one."""
    first: dict[str, Row] = {}
    for row in rows:
        shipped = row["kind"] == SHIPPED
        first.setdefault(str(row["network"] if shipped else row["recipe"]), row)
    return list(first.values())


def title_of(row: Row) -> str:
    """Recipe and network, in one where they are the same."""
    recipe, network = row["recipe"], row["network"]
    return str(network) if not recipe or recipe == network else f"{recipe} {network}"


def _line(row: Row, place: Callable[[float], str]) -> dict[str, Any]:
    true, told, reported = _accuracies(row)
    assert true is not None
    interval = row["patient_wise"]["figures"]["accuracy"]
    dots = (
        ("tutorial", told, f"tutorial split {told:.3f}" if told is not None else ""),
        ("reported", reported, f"reported: {row['reported']}"),
        ("apart", true, f"patients kept apart {true:.3f}"),
    )
    return {
        "title": title_of(row),
        "less": ", ".join(row["conditions"]),
        "accuracy": true,
        "low": place(interval["low"]),
        "high": place(interval["high"]),
        "dots": [
            {"kind": kind, "place": place(value), "title": title}
            for kind, value, title in dots
            if value is not None
        ],
    }


def _accuracies(row: Row) -> tuple[float | None, float | None, float | None]:
    """Patient-wise, under the tutorial split, and as its source reported of a network like it."""
    true, told = (
        None if row[side] is None else float(row[side]["figures"]["accuracy"]["value"])
        for side in ("patient_wise", "tutorial")
    )
    share = _SHARE.search(row["reported"])
    of_another = "best of" in row["reported"] or bool(row["conditions"])
    return true, told, None if share is None or of_another else float(share[1]) / 100
