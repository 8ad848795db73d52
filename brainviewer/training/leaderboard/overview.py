"""The best network of every recipe as dots on one scale: measured, under the leak, reported."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.training.leaderboard.entries import SHIPPED

Row = Mapping[str, Any]
_SHARE = re.compile(r"(\d+(?:\.\d+)?) %")


def overview(table: Mapping[str, Any]) -> str:
    """A section of HTML for a table as ``as_record`` tells it; empty without rows to compare.

    What the source of a recipe reported stands there only where the network was trained as the
    recipe says: elsewhere it is about another network.
    """
    best = [row for row in best_of_recipes(table["rows"]) if row["patient_wise"] is not None]
    if len(best) < 2:
        return ""
    shown = [_accuracies(row) for row in best]
    low = max(0.0, (int(10 * min(v for row in shown for v in row if v is not None)) - 1) / 10)

    def place(value: float) -> str:
        return f"{100 * (value - low) / (1 - low):.1f}%"

    apart = 0.1 if low > 0.45 else 0.2
    steps = range(int((1 - low) / apart + 1e-9), -1, -1)
    ticks = "".join(
        f'<span style="left:{place(1 - apart * n)}">{1 - apart * n:.1f}</span>' for n in steps
    )
    lines = "".join(_line(row, place) for row in best)
    folder = (table["tutorial"] or {}).get("folder")
    others = f"tutorial split of {folder}: other images" if folder else "tutorial split"
    keys = [("apart", "patients kept apart, with interval")]
    keys += [("tutorial", f"{others}, copies among them")] if any(t for _, t, _ in shown) else []
    as_told = any(reported is not None for *_, reported in shown)
    keys += [("reported", "reported by its source, on data of its own")] if as_told else []
    key = "".join(
        f'<span><span class="dot {kind}"></span>{escape(words)}</span>' for kind, words in keys
    )
    return (
        "<section><h2>Accuracy of the best network of each recipe "
        f"<small>{escape(tested_on(table))}</small></h2><p class=quiet>Below each name: in what it "
        "is less than its recipe asks for. Such a network says nothing about what the source of "
        "the recipe reported, which is left out there.</p>"
        f"<p class=key>{key}</p><div class=lines>{lines}<div class=scale><b></b>"
        f"<div class=ticks>{ticks}</div><i></i></div></div></section>"
    )


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


def _line(row: Row, place: Callable[[float], str]) -> str:
    true, told, reported = _accuracies(row)
    assert true is not None
    interval = row["patient_wise"]["figures"]["accuracy"]
    marks = [_stretch("span", place, interval["low"], interval["high"])]
    if told is not None:
        marks.append(_dot("tutorial", place(told), f"tutorial split {told:.3f}"))
    if reported is not None:
        marks.append(_dot("reported", place(reported), f"reported: {row['reported']}"))
    marks.append(_dot("apart", place(true), f"patients kept apart {true:.3f}"))
    less = ", ".join(row["conditions"])
    said = f"<small>{escape(less)}</small>" if less else ""
    return (
        f"<div><b>{escape(title_of(row))}{said}</b><div class=line>{''.join(marks)}</div>"
        f"<i>{true:.2f}</i></div>"
    )


def _accuracies(row: Row) -> tuple[float | None, float | None, float | None]:
    """Patient-wise, under the tutorial split, and as its source reported of a network like it."""
    true, told = (
        None if row[side] is None else float(row[side]["figures"]["accuracy"]["value"])
        for side in ("patient_wise", "tutorial")
    )
    share = _SHARE.search(row["reported"])
    of_another = "best of" in row["reported"] or bool(row["conditions"])
    return true, told, None if share is None or of_another else float(share[1]) / 100


def _stretch(kind: str, place: Callable[[float], str], low: float, high: float) -> str:
    width = f"calc({place(high)} - {place(low)})"
    return f'<span class={kind} style="left:{place(low)};width:{width}"></span>'


def _dot(kind: str, left: str, title: str) -> str:
    return f'<span class="dot {kind}" style="left:{left}" title="{escape(title)}"></span>'
