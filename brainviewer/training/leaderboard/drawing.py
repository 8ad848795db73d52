"""Learning curves and confusion matrices as HTML and inline SVG, in the colours of the page."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from brainviewer.core.counting import counted

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 250, 132, 26, 18, 8
_ACCURACY = "accuracy"


def learning_curves(history: Sequence[Mapping[str, Any]]) -> str:
    """Loss and accuracy, each fold a line; empty without a history."""
    if not history:
        return ""
    folds: dict[str, list[Mapping[str, Any]]] = {}
    for entry in history:
        folds.setdefault(entry["fold"], []).append(entry)
    runs = [(_epochs(entries), entries) for entries in folds.values()]
    return "".join(_panel(name, runs) for name in ("loss", _ACCURACY))


def confusion_matrix(classes: Sequence[str], matrix: Sequence[Sequence[int]]) -> str:
    """Counts, shaded by the share of their row; rows are the truth, columns the answers."""
    head = "".join(f"<th>{escape(name)}" for name in classes)
    rows = []
    for name, counts in zip(classes, matrix, strict=True):
        total = max(1, sum(counts))
        cells = "".join(
            f'<td style="--share:{count / total:.2f}" title="{count / total:.0%}">{count:g}'
            for count in counts
        )
        rows.append(f"<tr><th>{escape(name)}{cells}")
    return (
        f"<table class=confusion><thead><tr><th>truth ↓ answer →{head}</thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


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


def _panel(name: str, runs: Sequence[tuple[Sequence[int], Sequence[Mapping[str, Any]]]]) -> str:
    most = max(max(epochs) for epochs, _ in runs)
    highest = 1.0
    if name != _ACCURACY:
        values = [entry[key] for _, entries in runs for entry in entries for key in _keys(name)]
        highest = max(0.1, min(max(values), 4 * sorted(values)[len(values) // 2]))

    def point(epoch: int, value: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - 6) * ((epoch - 1) / (most - 1) if most > 1 else 0.5)
        share = min(1.0, value / highest)
        return f"{x:.1f},{_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share):.1f}"

    lines = []
    for epochs, entries in runs:
        for key, kind in zip(_keys(name), ("learned", "held"), strict=True):
            points = [point(e, entry[key]) for e, entry in zip(epochs, entries, strict=True)]
            if len(points) == 1:
                x, y = points[0].split(",")
                lines.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="2.5"/>')
            else:
                lines.append(f'<polyline class="{kind}" points="{" ".join(points)}"/>')
    base = _HEIGHT - _BOTTOM
    return (
        f'<svg class=curves viewBox="0 0 {_WIDTH} {_HEIGHT}" role=img aria-label="{name} by epoch">'
        f'<path class=axis d="M{_LEFT} {_TOP}V{base}H{_WIDTH - 6}"/>'
        f'<text x="{_LEFT - 4}" y="{_TOP + 6}" text-anchor=end>{highest:.2g}</text>'
        f'<text x="{_LEFT - 4}" y="{base}" text-anchor=end>0</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 5}">{name}</text>'
        f'<text x="{_WIDTH - 6}" y="{_HEIGHT - 5}" text-anchor=end>'
        f"{counted(most, 'epoch')}</text>{''.join(lines)}</svg>"
    )


def _keys(name: str) -> tuple[str, str]:
    return name, f"val_{name}"
