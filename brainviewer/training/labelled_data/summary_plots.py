"""Plots of the summary of a data folder."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brainviewer.painting.palette import class_colour
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.metrics.plots import GRID, INK, as_png, side_by_side

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES_FILE, AGES_FILE, SEQUENCES_FILE = "classes.png", "ages.png", "sequences.png"


def summary_plots(record: Mapping[str, Any], cases: Sequence[Case]) -> dict[str, bytes]:
    """PNG files by name: cases per class, ages per class, cases that have each sequence.

    record : what ``summary.summarise`` found out about the cases.
    """
    return {
        CLASSES_FILE: _class_counts(record),
        AGES_FILE: _ages(record, cases),
        SEQUENCES_FILE: _sequences(record),
    }


def _class_counts(record: Mapping[str, Any]) -> bytes:
    classes = record["classes"]
    figure, axes = _empty(f"Cases per class ({record['labelled']} labelled)", "cases")
    counts = [entry["cases"] for entry in classes.values()]
    texts = [f"{entry['cases']} ({100 * entry['share']:.0f} %)" for entry in classes.values()]
    _bars(axes, list(classes), counts, texts, [class_colour(c, n) for n, c in enumerate(classes)])
    return as_png(figure)


def _ages(record: Mapping[str, Any], cases: Sequence[Case]) -> bytes:
    figure, axes = _empty("Age per class", "years")
    codes = list(record["classes"])
    random = np.random.default_rng(0)  # only spreads the dots sideways
    for place, code in enumerate(codes):
        known = [c.age_years for c in cases if c.label == code and c.age_years is not None]
        if not known:
            continue
        colour = class_colour(code, place)
        axes.boxplot(
            known,
            positions=[place],
            widths=0.5,
            showfliers=False,
            patch_artist=True,
            boxprops={"facecolor": f"{colour}66", "edgecolor": INK},
            medianprops={"color": INK, "linewidth": 2},
            whiskerprops={"color": INK},
            capprops={"color": INK},
        )
        sideways = place + random.uniform(-0.15, 0.15, len(known))
        axes.scatter(sideways, known, s=12, color=colour, edgecolor=INK, linewidth=0.4, zorder=3)
    found = [record["classes"][code]["age_years"] for code in codes]
    names = [f"{code}\nn = {age['known']}" for code, age in zip(codes, found, strict=True)]
    axes.set_xticks(range(len(codes)), names)
    axes.set_xlim(-0.6, len(codes) - 0.4)
    return as_png(figure)


def _sequences(record: Mapping[str, Any]) -> bytes:
    figure, axes = _empty("Cases that have each sequence", "cases")
    present = record["sequences"]
    texts = [f"{count} of {record['cases']}" for count in present.values()]
    _bars(axes, list(present), list(present.values()), texts, ["#5B8DB8"] * len(present))
    return as_png(figure)


def _bars(
    axes: "Axes", names: Sequence[str], counts: Sequence[int], texts: Sequence[str], colours: Any
) -> None:
    bars = axes.bar(range(len(names)), counts, width=0.6, color=colours, edgecolor=INK)
    axes.bar_label(bars, texts, padding=2, color=INK)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(0, max(1.15 * max(counts, default=0), 1))


def _empty(title: str, unit: str) -> "tuple[Any, Axes]":
    figure, (axes,) = side_by_side(1, (5.2, 3.8))
    axes.set_title(title, color=INK)
    axes.set_ylabel(unit, color=INK)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    return figure, axes
