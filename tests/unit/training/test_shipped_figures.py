"""What the card and the README of a shipped model claim is what was measured."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.inference.card import ModelCard
from brainviewer.inference.card_file import load_card
from brainviewer.training.evaluate import unseen_probabilities
from brainviewer.training.figures import measures
from brainviewer.training.recipes import read_recipe

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "resources" / "models" / "resnet50-glioma"
RECIPE = ROOT / "resources" / "recipes" / "resnet50-glioma.toml"


@pytest.fixture(scope="module")
def evaluation() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return load_card(FOLDER)


def test_the_card_says_what_the_evaluation_measured(
    card: ModelCard, evaluation: dict[str, Any]
) -> None:
    for situation in ("image", "image and age"):
        measured = evaluation["figures"][f"largest, {situation}"]["figures"]
        assert [vars(figure) for figure in card.figures[situation]] == measured
    calibration, head = evaluation["calibration"], card.head
    assert head.network is not None
    assert head.age is not None
    assert_allclose(head.network.alone, 1 / calibration["temperature"], atol=1e-5)
    assert list(head.prevalences["training"].shares) == calibration["priors"]
    assert [list(pair) for pair in zip(head.age.means, head.age.deviations, strict=True)] == (
        calibration["ages"]
    )


def test_the_figures_follow_from_the_predictions(evaluation: dict[str, Any]) -> None:
    recipe = read_recipe(RECIPE)
    predictions = evaluation["predictions"]
    truth = np.array([recipe.classes.index(p["label"]) for p in predictions])
    for with_age, key in ((False, "largest, image"), (True, "largest, image and age")):
        probabilities = unseen_probabilities(recipe, predictions, "largest", with_age)
        stored = evaluation["figures"][key]
        assert_allclose(stored["probabilities"], probabilities, atol=1e-4)
        for figure in stored["figures"]:
            value = measures(recipe.classes)[figure["name"]](truth, probabilities)
            assert_allclose(figure["value"], value, atol=1e-4)
            assert figure["low"] <= figure["high"]
            if "calibration" not in figure["name"]:  # drawing patients again biases it upwards
                assert figure["low"] <= figure["value"] <= figure["high"]
            assert figure["patients"] == len(predictions)


def test_every_patient_was_judged_once_by_a_network_that_never_saw_it(
    evaluation: dict[str, Any],
) -> None:
    numbers = [p["number"] for p in evaluation["predictions"]]
    assert sorted(numbers) == list(range(sum(evaluation["patients"].values())))
    assert {p["fold"] for p in evaluation["predictions"]} == set(range(evaluation["folds"]))


def test_no_patient_can_be_recognised(evaluation: dict[str, Any]) -> None:
    assert not re.search(r"TCGA-\w|BraTS", json.dumps(evaluation))


def test_the_readme_shows_the_figures_of_the_evaluation(evaluation: dict[str, Any]) -> None:
    package = pytest.importorskip("brainviewer.training.package")
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert package.tables(evaluation) in text


def test_the_card_describes_the_recipe(card: ModelCard) -> None:
    recipe = read_recipe(RECIPE)
    assert card.codes == recipe.classes
    assert "metastasis" in " ".join(card.limits)
