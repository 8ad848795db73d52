"""An evaluation as plots: confusion matrix, reliability, and ROC, precision-recall and
risk-coverage curves."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.files.writing import write_whole
from brainviewer.painting.palette import class_colour
from brainviewer.training.metrics.metrics import area_under_curve, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, GRID = "#2A3138", "#D5DAE0"


@dataclass(frozen=True)
class Theme:
    """Colours of a plot: ground, writing, lines behind, the first and the second curve."""

    ground: str
    ink: str
    grid: str
    first: str
    second: str


LIGHT = Theme("#FFFFFF", INK, GRID, "#2F7FB8", "#B5533C")
DARK = Theme("#14191D", "#D7DEE5", "#343C44", "#5AA9E6", "#E6C66A")
"""Of pages on dark screens (``page_shell``)."""


def draw_all(evaluation: dict[str, Any], folder: Path) -> list[Path]:
    """Draw the winner of an evaluation into PNG files in ``folder``; returns their paths."""
    drawings: dict[str, Callable[[dict[str, Any]], Any]] = {
        "confusion.png": _confusion,
        "reliability.png": _reliability,
        "discrimination.png": lambda one: draw_discrimination(one["classes"], *answers_of(one)),
    }
    for name, draw in drawings.items():
        write_whole(folder / name, as_png(draw(evaluation)))
    return [folder / name for name in drawings]


def _of_both(evaluation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The winner, with equal and with training prevalence."""
    key = evaluation["winner"]
    return [(name, evaluation["figures"][name]) for name in (key, f"{key}; training prevalence")]


def _confusion(evaluation: dict[str, Any]) -> Any:
    figure, panels = side_by_side(2)
    for axes, (name, entry) in zip(panels, _of_both(evaluation), strict=True):
        draw_confusion(axes, np.array(entry["confusion"]), evaluation["classes"], ".1f")
        axes.set_title(name.replace("; ", "\n"), fontsize=9)
    return figure


def draw_confusion(
    axes: "Axes",
    table: NDArray[Any],
    codes: Sequence[str],
    number: str = ".0f",
    theme: Theme = LIGHT,
) -> None:
    """Counts and fractions; rows are true classes, columns are answers. number : format of a
    count."""
    from matplotlib.colors import LinearSegmentedColormap

    fractions = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
    dark = LinearSegmentedColormap.from_list("shares", [DARK.ground, DARK.first])
    axes.imshow(fractions, cmap="Blues" if theme is LIGHT else dark, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        full = fractions[row, column] > 0.55
        colour = (theme.ground if full else theme.ink) if theme is LIGHT else theme.ink
        colour = DARK.ground if full and theme is DARK else colour
        text = f"{count:{number}}\n{100 * fractions[row, column]:.0f} %"
        axes.text(column, row, text, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(codes)), codes)
    axes.set_yticks(range(len(codes)), codes)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")


def answers_of(evaluation: Mapping[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """True classes (n,) and answers (n, classes) of the winner, the mean over its seeds."""
    labels = evaluation.get("labels") or (one["label"] for one in evaluation["inputs"]["patients"])
    truth = [evaluation["classes"].index(label) for label in labels]
    runs = evaluation["figures"][evaluation["winner"]]["probabilities"]
    return np.array(truth, np.int64), np.mean(runs, axis=0)


def draw_reliability(
    axes: Any,
    bins: Sequence[Mapping[str, float]],
    sizes: Sequence[float],
    colour: str,
    theme: Theme = LIGHT,
) -> None:
    """How often answers of some probability are right; sizes are those of the dots."""
    axes.plot([0, 1], [0, 1], color=theme.grid, zorder=0)
    axes.scatter(
        [one["confidence"] for one in bins],
        [one["accuracy"] for one in bins],
        s=sizes,
        color=colour,
        edgecolor=theme.ink,
        linewidth=0.5,
    )
    axes.set_xlabel("probability of the answer")
    axes.set_ylabel("fraction of right answers")


def _reliability(evaluation: dict[str, Any]) -> Any:
    figure, panels = side_by_side(2)
    for axes, (name, entry) in zip(panels, _of_both(evaluation), strict=True):
        bins = entry["reliability"]
        sizes = [400 * one["patients"] / sum(b["patients"] for b in bins) for one in bins]
        draw_reliability(axes, bins, sizes, "#5B8DB8")
        axes.set_xlim(0.3, 1)
        axes.set_ylim(0, 1.05)
        axes.set_title(name.replace("; ", "\n"), fontsize=9)
    return figure


def called(
    ill: NDArray[np.bool_], score: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many are called rightly and wrongly at every threshold, from none to all.

    ill, score : (n,). Equal scores are one step.
    """
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    counts = (np.cumsum(of[order])[last] for of in (ill, ~ill))
    true, false = (np.concatenate([[0], many]) for many in counts)
    return true, false


def average_precision(ill: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Mean precision, weighed by how much the recall grows at each threshold."""
    true, false = called(ill, score)
    precision = true[1:] / (true[1:] + false[1:])
    return float(np.sum(np.diff(true) / ill.sum() * precision))


def draw_discrimination(
    codes: Sequence[str],
    truth: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    theme: Theme = LIGHT,
) -> Any:
    """ROC and precision-recall curves of each class against the rest, and risk against coverage.

    truth : (n,) places of the classes; probabilities : (n, classes)
    """
    figure, (roc, precise, risk) = side_by_side(3)
    for place, code in enumerate(codes):
        ill, score, colour = truth == place, probabilities[:, place], class_colour(code, place)
        if ill.all() or not ill.any():
            continue
        true, false = called(ill, score)
        area = area_under_curve(ill, score)
        roc.plot(false / (~ill).sum(), true / ill.sum(), color=colour, label=f"{code} {area:.2f}")
        label = f"{code} {average_precision(ill, score):.2f}"
        precision = true[1:] / (true[1:] + false[1:])
        precise.step(true[1:] / ill.sum(), precision, color=colour, label=label)
    coverage, wrong = np.transpose(risk_coverage(truth, probabilities))
    risk.plot(coverage, wrong, color=theme.second)
    roc.plot([0, 1], [0, 1], color=theme.grid, zorder=0)
    titles = ("ROC, area", "precision–recall, average precision", "risk–coverage")
    words = (
        ("fraction of the others called so", "fraction of the class called so"),
        ("recall", "precision"),
        ("fraction answered, the most confident first", "fraction of wrong answers"),
    )
    for axes, title, (across, up) in zip((roc, precise, risk), titles, words, strict=True):
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.03)
    risk.set_ylim(0, max(0.05, 1.1 * float(np.max(wrong))))
    roc.legend(fontsize=8, frameon=False, loc="lower right")
    precise.legend(fontsize=8, frameon=False, loc="lower left")
    return figure


def side_by_side(count: int, size: tuple[float, float] = (4.4, 3.9)) -> tuple[Any, list["Axes"]]:
    """A figure with so many plots side by side, each of a size in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size[0] * count, size[1]), dpi=150, layout="constrained")
    panels = [figure.add_subplot(1, count, number + 1) for number in range(count)]
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def as_png(figure: Any) -> bytes:
    """A figure as the bytes of a PNG."""
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


@contextmanager
def drawn_in(theme: Theme) -> Iterator[None]:
    """Figures that are made and saved inside have the colours of a theme."""
    from matplotlib import rc_context

    writing = (
        "text.color", "axes.labelcolor", "axes.titlecolor", "axes.edgecolor", "xtick.color",
        "ytick.color", "legend.labelcolor",
    )  # fmt: skip
    grounds = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    colours: dict[Any, Any] = dict.fromkeys(writing, theme.ink) | dict.fromkeys(
        grounds, theme.ground
    )
    with rc_context(colours):
        yield
