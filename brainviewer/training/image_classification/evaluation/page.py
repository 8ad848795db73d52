"""The evaluation of one network as a page: figures, curves, confusion matrix, test images."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.counting import counted
from brainviewer.files.writing import write_whole
from brainviewer.training.image_classification.data.contact_sheet import Tile, contact_sheet
from brainviewer.training.image_classification.data.preparation import Images
from brainviewer.training.image_classification.evaluation.learning_curves import learning_curves
from brainviewer.training.image_classification.evaluation.result_files import (
    ANSWERS_FILE,
    write_answers,
)
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.metrics.plots import (
    DARK,
    LIGHT,
    Theme,
    as_png,
    draw_confusion,
    draw_discrimination,
    draw_reliability,
    drawn_in,
    side_by_side,
)
from brainviewer.training.templates import render_page

PAGE_FILE = "evaluation.html"
CONFUSION_FILE, DISCRIMINATION_FILE = "confusion.png", "discrimination.png"
EXAMPLES_FILE = "examples.png"
_EXAMPLES = 24


def write_page(
    result: Mapping[str, Any], tested: Predictions, images: Images | None, out: Path
) -> None:
    """Write ``evaluation.html``, its images and every answer into ``out``; raises FileError.

    images : of ``tested``, in its order, as the network saw them; None to show none.
    """
    plots = [
        Plot(CONFUSION_FILE, "Confusion matrix and reliability", lambda t: _confusion(result, t)),
        Plot(
            DISCRIMINATION_FILE,
            "ROC, precision–recall and risk–coverage curves",
            lambda t: draw_discrimination(result["classes"], tested.truth, tested.probabilities, t),
        ),
    ]
    for plot in plots:
        write_whole(out / plot.file, plot.drawn(LIGHT))
    if images is not None:
        sheet = _examples(result["classes"], tested, images, int(result["settings"]["seed"]))
        write_whole(out / EXAMPLES_FILE, sheet)
    write_answers(out / ANSWERS_FILE, result["classes"], tested)
    page = render_page(
        "evaluation",
        result["network"],
        result=result,
        vote=result["kind"] == IMAGE_VOTE,
        unit=result.get("unit", "images"),
        panels=learning_curves(result["history"]),
        accuracy=next(one for one in result["figures"] if one["name"] == "accuracy"),
        plots=[
            {
                "file": plot.file,
                "title": plot.title,
                "dark": base64.b64encode(plot.drawn(DARK)).decode(),
            }
            for plot in plots
        ],
        examples=None if images is None else EXAMPLES_FILE,
    )
    write_whole(out / PAGE_FILE, page)


def write_curves(classes: Sequence[str], tested: Predictions, out: Path) -> None:
    """Write ROC, precision-recall and risk-coverage curves, and every answer; raises FileError."""
    figure = draw_discrimination(classes, tested.truth, tested.probabilities)
    write_whole(out / DISCRIMINATION_FILE, as_png(figure))
    write_answers(out / ANSWERS_FILE, classes, tested)


@dataclass(frozen=True)
class Plot:
    """A plot that is drawn for light and for dark screens."""

    file: str
    title: str
    draw: Callable[[Theme], Any]

    def drawn(self, theme: Theme) -> bytes:
        """As PNG."""
        with drawn_in(theme):
            return as_png(self.draw(theme))


def _confusion(result: Mapping[str, Any], theme: Theme) -> Any:
    figure, (left, right) = side_by_side(2)
    draw_confusion(left, np.array(result["confusion"]), result["classes"], theme=theme)
    left.tick_params(axis="x", labelrotation=30 if len(result["classes"]) > 2 else 0)
    unit = result.get("unit", "images")
    left.set_title(f"test {unit}", fontsize=10)
    bins = result["reliability"]
    most = max(one[unit] for one in bins)
    sizes = [10 + 90 * one[unit] / most for one in bins]
    draw_reliability(right, bins, sizes, theme.first, theme)
    right.set_xlim(0, 1.03)
    right.set_ylim(0, 1.03)
    right.set_title("reliability", fontsize=10)
    return figure


def _examples(classes: Sequence[str], tested: Predictions, images: Images, seed: int) -> bytes:
    random = np.random.default_rng(seed)
    count = min(_EXAMPLES, len(images))
    tiles = []
    for place in np.sort(random.choice(len(images), count, replace=False)):
        chances = tested.probabilities[place]
        said, truth = int(chances.argmax()), int(tested.truth[place])
        right = said == truth
        second = "right" if right else f"wrong: it is {classes[truth]}"
        first = f"{classes[said]} {100 * chances[said]:.0f} %"
        tiles.append(Tile(images[place], first, second, not right))
    return contact_sheet(f"{counted(count, 'test image')}, drawn by chance", tiles)
