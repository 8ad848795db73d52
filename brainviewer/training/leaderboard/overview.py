"""The best network of every recipe as dots on one scale: measured, under the leak, reported."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from brainviewer.training.intervals import value_of
from brainviewer.training.leaderboard.entries import SHIPPED
from brainviewer.training.leaderboard.leak import ON_COPIES, ON_OTHERS

Row = Mapping[str, Any]
_SHARE = re.compile(r"(\d+(?:\.\d+)?) %")


def overview(rows: Sequence[Row]) -> str:
    """A section of HTML; empty if no row was measured on patients kept apart."""
    best = [row for row in best_of_recipes(rows) if row["patient_wise"] is not None]
    if not best:
        return ""
    values = [value for row in best for value in _accuracies(row) if value is not None]
    leaks = [row["tutorial"]["leak"] for row in best if row["tutorial"] is not None]
    values += [value_of(leak, ON_OTHERS) for leak in leaks if leak is not None]
    low = max(0.0, (int(10 * min(values)) - 1) / 10)

    def place(value: float) -> str:
        return f"{100 * (value - low) / (1 - low):.1f}%"

    apart = 0.1 if low > 0.45 else 0.2
    shown = [1 - apart * step for step in range(int((1 - low) / apart + 1e-9), -1, -1)]
    ticks = "".join(f'<span style="left:{place(tick)}">{tick:.1f}</span>' for tick in shown)
    lines = "".join(_line(row, place) for row in best)
    return (
        "<section><h2>What the accuracy of each recipe is worth</h2><p class=key>"
        '<span><span class="dot apart"></span>patients kept apart, with interval</span>'
        '<span><span class="dot tutorial"></span>tutorial split, and how many points apart</span>'
        '<span><span class="dot others"></span>its test images without a copy</span>'
        '<span><span class="dot copies"></span>its copies of training images</span>'
        '<span><span class="dot reported"></span>reported by its source</span></p>'
        f"<div class=lines>{lines}<div class=scale><b></b><div class=ticks>{ticks}</div><i></i>"
        "</div></div></section>"
    )


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


def _line(row: Row, place: Callable[[float], str]) -> str:
    true, told, reported = _accuracies(row)
    assert true is not None
    interval = row["patient_wise"]["figures"]["accuracy"]
    marks = [_stretch("span", place, interval["low"], interval["high"])]
    if told is not None:
        leak = row["tutorial"]["leak"]
        if leak is not None:
            ends = [value_of(leak, name) for name in (ON_OTHERS, ON_COPIES)]
            marks.append(_stretch("gap", place, min(ends), max(ends)))
            marks.append(
                _dot("others", place(ends[0]), f"test images without a copy {ends[0]:.3f}")
            )
            marks.append(_dot("copies", place(ends[1]), f"copies of training images {ends[1]:.3f}"))
        marks.append(_dot("tutorial", place(told), f"tutorial split {told:.3f}"))
    if reported is not None:
        marks.append(_dot("reported", place(reported), f"reported: {row['reported']}"))
    marks.append(_dot("apart", place(true), f"patients kept apart {true:.3f}"))
    rise = "" if told is None else f"{100 * (told - true):+.0f}"
    less = " class=less" if told is None or told <= true else ""
    return (
        f"<div><b>{escape(title_of(row))}</b><div class=line>{''.join(marks)}</div>"
        f"<i{less}>{rise}</i></div>"
    )


def _accuracies(row: Row) -> tuple[float | None, float | None, float | None]:
    """Patient-wise, under the tutorial split, and as its source reported (of this network)."""
    true, told = (
        None if row[side] is None else float(row[side]["figures"]["accuracy"]["value"])
        for side in ("patient_wise", "tutorial")
    )
    share = _SHARE.search(row["reported"])
    of_another = "best of" in row["reported"]
    return true, told, None if share is None or of_another else float(share[1]) / 100


def _stretch(kind: str, place: Callable[[float], str], low: float, high: float) -> str:
    width = f"calc({place(high)} - {place(low)})"
    return f'<span class={kind} style="left:{place(low)};width:{width}"></span>'


def _dot(kind: str, left: str, title: str) -> str:
    return f'<span class="dot {kind}" style="left:{left}" title="{escape(title)}"></span>'
