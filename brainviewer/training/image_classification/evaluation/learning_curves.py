"""Learning curves as points of inline SVG (macro ``learning`` of ``pages/tables.html``)."""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 250, 132, 26, 18, 8


def learning_curves(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A panel of loss and one of accuracy, each fold a line; empty without a history.

    ``points`` of a line are (x, y) in pixels of a panel of ``width`` x ``height``; ``kind`` is
    ``learned`` for training and ``held`` for validation; ``turns`` are the x where a phase ends.
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

    def point(epoch: float, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - 6) * ((epoch - 1) / (most - 1) if most > 1 else 0.5)
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(1.0, value / highest))

    lines = [
        {"kind": kind, "points": [point(n, one[key]) for n, one in zip(epochs, part, strict=True)]}
        for epochs, part in runs
        for kind, key in kinds.items()
    ]
    turns = {
        (before + after) / 2
        for epochs, part in runs
        for (before, one), (after, other) in pairwise(zip(epochs, part, strict=True))
        if one["phase"] != other["phase"]
    }
    size = {"width": _WIDTH, "height": _HEIGHT, "left": _LEFT, "top": _TOP}
    size["base"] = _HEIGHT - _BOTTOM
    found = {"name": name, "highest": highest, "epochs": most, "lines": lines, **size}
    return found | {"turns": [point(n, 0)[0] for n in sorted(turns)]}
