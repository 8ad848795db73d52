"""The page of a run, and what a result says of how it was made."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from board_results import FOLDS, epoch, result
from PIL import Image

from brainviewer.training.image_classification.evaluation import page as pages
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.image_classification.recipes.options import Options, changes
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.metrics.plots import DARK
from brainviewer.training.provenance import made_with

SHIPPED = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"


def a_result(**changed: Any) -> dict[str, Any]:
    """As a finished run writes it."""
    made = {"seed": 2026, "changes": [], "made_with": made_with()}
    return result(images=60) | made | changed


def page_of(folder: Path, made: dict[str, Any]) -> str:
    predictions = np.full((60, 4), 0.25)
    tested = Predictions(tuple(map(str, range(60))), FOLDS * 15, np.arange(60) % 4, predictions)
    pages.write_page(made, tested, None, folder)
    return (folder / pages.PAGE_FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("cnn-128-flip", Options(), []),
        ("cnn-128-flip", Options(fold="2"), []),
        (
            "cnn-128-flip",
            Options(settings=("training.epochs=1",), limit=1),
            ["training.epochs=1", "at most 1 image of each class and fold"],
        ),
        (
            "transfer-vgg16",
            Options(weights="none"),
            ["from no pretraining instead of imagenet", "not fine-tuned"],
        ),
        ("cnn-128-flip", Options(excluded=("a", "b")), ["2 images excluded"]),
    ],
)  # fmt: skip
def test_what_the_command_line_changed_in_words(
    name: str, options: Options, said: list[str]
) -> None:
    assert changes(read_image_recipe(SHIPPED / f"{name}.toml")[0], options) == said


def test_the_page_says_first_what_was_changed(tmp_path: Path) -> None:
    page = page_of(tmp_path, a_result(changes=["1 epoch instead of 20"]))
    body = page.split("<main>")[1]
    assert re.search(r"</h1><p class=note><b>Changed against the recipe:</b> 1 epoch", body)
    assert "Reported by its source, of the recipe unchanged: accuracy 73 %" in body
    whole = page_of(tmp_path, a_result())
    assert "</h1><p class=quiet>Trained as its recipe says.</p>" in whole


def test_the_page_says_what_intervals_are_over(tmp_path: Path) -> None:
    page = page_of(tmp_path, a_result())
    assert "Intervals are over 60 images. The data does not name patients" in page
    page = page_of(tmp_path, a_result(intervals={"over": "patients", "units": 1}))
    assert "Intervals are over 1 patient.</p>" in page


def test_plots_follow_the_screen(tmp_path: Path) -> None:
    made = a_result()
    page = page_of(tmp_path, made)
    sources = re.findall(r'<source media="\(prefers-color-scheme: dark\)" srcset="data:', page)
    assert len(sources) == 2  # confusion with reliability, ROC and its like
    with Image.open(tmp_path / pages.CONFUSION_FILE) as drawn:
        assert drawn.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    dark = pages.Plot("x.png", "x", lambda theme: pages._confusion(made, theme))
    (tmp_path / "dark.png").write_bytes(dark.drawn(DARK))
    with Image.open(tmp_path / "dark.png") as drawn:
        assert drawn.convert("RGB").getpixel((2, 2)) == (20, 25, 29)  # DARK.ground


def test_the_learning_curves_are_those_of_the_leaderboard(tmp_path: Path) -> None:
    history = [epoch("1", "frozen", n) for n in (1, 2)] + [epoch("1", "fine-tuning", 1)]
    page = page_of(tmp_path, a_result(history=history))
    assert "<h2>Learning curves</h2>" in page
    assert page.count("<svg class=curves") == 2 and page.count("3 epochs") == 2
    assert page.count("<polyline") == 4 and page.count("fine-tuning begins") == 2
    assert "Learning curves" not in page_of(tmp_path, a_result(history=[]))


def test_it_is_known_with_what_a_result_was_made() -> None:
    made = made_with()
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", made["python"])
    assert {"numpy", "onnxruntime"} <= made["packages"].keys()
    assert made["commit"] is None or re.fullmatch("[0-9a-f]{40}", made["commit"])
    assert made["machine"]["cores"] >= 1 and made["machine"]["processor"]
    assert "/" not in re.sub(r"[\d.]+/", "", json.dumps({**made, "machine": None}))  # no paths


def test_a_folder_that_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    from brainviewer.training import provenance

    assert provenance._commit(tmp_path) == {"commit": None, "changed": None}
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").touch()
    assert provenance._commit(tmp_path)["commit"] is None


def test_what_is_wide_scrolls_by_itself(tmp_path: Path) -> None:
    """The page itself must fit a screen of 390 pixels."""
    page = page_of(tmp_path, a_result())
    assert page.count("<table") == page.count("<div class=wide><table")
    assert page.count("<picture") == page.count("<div class=wide><picture") == 2
    assert ".wide { overflow-x:auto }" in page
