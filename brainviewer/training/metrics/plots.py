"""An evaluation as plots: confusion matrix, ROC curves, reliability, risk against coverage."""

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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, GRID, _ERROR = "#2A3138", "#D5DAE0", "#B5533C"


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
_POINTS = np.linspace(0, 1, 101)
_DRAWS = 500


def draw_all(evaluation: dict[str, Any], folder: Path) -> list[Path]:
    """Draw the winner of an evaluation into PNG files in ``folder``; returns their paths."""
    drawings: dict[str, Callable[[dict[str, Any]], Any]] = {
        "confusion.png": _confusion,
        "roc.png": _roc,
        "reliability.png": _reliability,
        "risk-coverage.png": _risk_coverage,
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


def _roc(evaluation: dict[str, Any]) -> Any:
    codes, winner = evaluation["classes"], evaluation["figures"][evaluation["winner"]]
    truth = np.array([codes.index(p["label"]) for p in evaluation["inputs"]["patients"]], np.int64)
    runs = np.array(winner["probabilities"])
    figure, (axes,) = side_by_side(1)
    random = np.random.default_rng(0)
    draws = random.integers(len(truth), size=(_DRAWS, len(truth)))
    for place, code in enumerate(codes):
        colour = class_colour(code, place)
        ill = truth == place

        def curve(members: NDArray[np.int64], ill: Any = ill, place: int = place) -> Any:
            each = [_roc_curve(ill[members], run[members, place]) for run in runs]
            return np.mean(each, axis=0)

        bands = np.nanpercentile([curve(draw) for draw in draws], [2.5, 97.5], axis=0)
        area = next(f for f in winner["figures"] if f["name"] == f"AUROC {code} against the rest")
        label = f"{code}: {area['value']:.2f} ({area['low']:.2f}–{area['high']:.2f})"
        axes.fill_between(_POINTS, *bands, color=colour, alpha=0.15, linewidth=0)
        axes.plot(_POINTS, curve(np.arange(len(truth))), color=colour, label=label)
    axes.plot([0, 1], [0, 1], color=GRID, zorder=0)
    axes.set_xlabel("fraction of the other types called so")
    axes.set_ylabel("fraction of the type called so")
    axes.set_title(f"One type against the rest: {evaluation['winner']}", fontsize=9)
    axes.legend(title="area (95 % interval)", loc="lower right", fontsize=8, title_fontsize=8)
    return figure


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


def _risk_coverage(evaluation: dict[str, Any]) -> Any:
    figure, (axes,) = side_by_side(1)
    for (name, entry), style in zip(_of_both(evaluation), ("-", "--"), strict=True):
        risks = entry["risk_coverage"]
        fractions = np.arange(1, len(risks) + 1) / len(risks)
        axes.plot(fractions, risks, style, color=_ERROR, label=name)
    axes.axvline(0.5, color=GRID, zorder=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("fraction of patients answered, the most confident first")
    axes.set_ylabel("fraction of wrong answers")
    axes.legend(fontsize=8)
    return figure


def _roc_curve(ill: NDArray[np.bool_], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sensitivity at the false-positive rates ``_POINTS``."""
    if ill.all() or not ill.any():
        return np.full(len(_POINTS), np.nan)
    order = np.argsort(-score, kind="stable")
    # Only where the score changes: ties are one step.
    last = np.append(np.diff(score[order]) != 0, True)
    true = np.concatenate([[0.0], (np.cumsum(ill[order]) / ill.sum())[last]])
    false = np.concatenate([[0.0], (np.cumsum(~ill[order]) / (~ill).sum())[last]])
    return np.asarray(np.interp(_POINTS, false, true))


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
