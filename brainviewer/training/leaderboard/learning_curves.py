"""Learning curves of a leaderboard's row as points of inline SVG (``pages/leaderboard.html``)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 250, 132, 26, 18, 8
_ACCURACY = "accuracy"


def learning_curves(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A panel of loss and one of accuracy, each fold a line; empty without a history.

    ``points`` of a line are (x, y) in pixels of a panel of ``width`` x ``height``; ``kind`` is
    ``learned`` for training and ``held`` for validation.
    """
    if not history:
        return []
    folds: dict[str, list[Mapping[str, Any]]] = {}
    for entry in history:
        folds.setdefault(entry["fold"], []).append(entry)
    runs = [(_epochs(entries), entries) for entries in folds.values()]
    return [_panel(name, runs) for name in ("loss", _ACCURACY)]


def _epochs(entries: Iterable[Mapping[str, Any]]) -> list[int]:
    """Epochs counted on from phase to phase; results that were thinned lack some."""
    before, last, phase = 0, 0, ""
    found = []
    for entry in entries:
        if entry["phase"] != phase:
            before, phase = last, entry["phase"]
        last = before + int(entry["epoch"])
        found.append(last)
    return found


def _panel(
    name: str, runs: Sequence[tuple[Sequence[int], Sequence[Mapping[str, Any]]]]
) -> dict[str, Any]:
    kinds = {"learned": name, "held": f"val_{name}"}
    most = max(max(epochs) for epochs, _ in runs)
    highest = 1.0
    if name != _ACCURACY:
        values = [one[key] for _, entries in runs for one in entries for key in kinds.values()]
        highest = max(0.1, min(max(values), 4 * sorted(values)[len(values) // 2]))

    def point(epoch: int, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - 6) * ((epoch - 1) / (most - 1) if most > 1 else 0.5)
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(1.0, value / highest))

    lines = [
        {
            "kind": kind,
            "points": [point(e, one[key]) for e, one in zip(epochs, entries, strict=True)],
        }
        for epochs, entries in runs
        for kind, key in kinds.items()
    ]
    return {
        "name": name,
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "top": _TOP,
        "base": _HEIGHT - _BOTTOM,
        "highest": highest,
        "epochs": most,
        "lines": lines,
    }
