"""What the cards and the READMEs of the shipped models claim is what was measured."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.models.card import ModelCard
from brainviewer.models.card_metrics import DOUBT
from brainviewer.models.registry import DEFAULT_MODEL, classification_models, verify
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from brainviewer.training import model_files
from brainviewer.training.metrics.metrics import measures
from brainviewer.training.subtype import package
from brainviewer.training.subtype.recipe import RECIPE, read_subtype_recipe

MODELS = Path(__file__).resolve().parents[4] / "resources" / "models"
OWNER = MODELS / RECIPE.stem
Evaluation = dict[str, Any]


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    content: Evaluation = json.loads((OWNER / "evaluation.json").read_text(encoding="utf-8"))
    return content


CARDS = {card.id: card for card in classification_models() if not card.of_images}


@pytest.fixture(params=CARDS)
def card(request: pytest.FixtureRequest) -> ModelCard:
    return CARDS[request.param]


def test_a_resnet50_is_among_the_models_and_the_default_is_installed() -> None:
    assert {"resnet50-glioma", DEFAULT_MODEL} <= CARDS.keys()
    owner = CARDS["resnet50-glioma"].network
    assert owner is not None
    assert owner.folder == OWNER


def test_the_files_are_those_of_the_card(card: ModelCard) -> None:
    verify(card)


def test_the_card_says_what_was_written_and_what_was_measured(
    card: ModelCard, evaluation: Evaluation
) -> None:
    about = model_files.read_about(card.folder)
    for key in ("id", "version", "name", "training_data", "intended_use"):
        assert getattr(card, key) == about[key]
    assert card.limits == tuple(about["limits"])
    assert card.codes == tuple(evaluation["classes"])
    assert card.fusion_head == parse_fusion_head(package.head_of(about, evaluation))
    assert set(card.metrics) == set(package.situations(about))
    for situation, figures in card.metrics.items():
        measured = evaluation["figures"][situation]["figures"]
        assert [vars(figure) for figure in figures] == measured
        assert DOUBT in {figure.name for figure in figures}


def test_the_readme_shows_the_figures_of_the_evaluation(
    card: ModelCard, evaluation: Evaluation
) -> None:
    about = model_files.read_about(card.folder)
    text = (card.folder / "README.md").read_text(encoding="utf-8")
    shown = package.situations(about)
    network = package.network_check(MODELS, about)
    assert network is not None
    assert package.tables(evaluation, shown, network) in text
    changed = json.loads(json.dumps(evaluation))
    changed["figures"][shown[-1]]["figures"][0]["value"] += 0.01
    assert package.tables(changed, shown, network) not in text


def test_what_ships_is_what_the_recipe_makes(card: ModelCard) -> None:
    recipe = read_subtype_recipe(RECIPE)
    assert card.network is not None and card.network.input == recipe.input
    assert card.codes == recipe.classes
    text = (card.folder / "README.md").read_text(encoding="utf-8")
    for gone in ("subtype.controls", "subtype.baselines", "network_ood", "subtype.descriptor_ood"):
        assert gone not in text


def test_the_figures_follow_from_the_predictions(evaluation: Evaluation) -> None:
    codes = tuple(evaluation["classes"])
    truth = np.array([codes.index(label) for label in evaluation["labels"]])
    checked = 0
    for entry in evaluation["figures"].values():
        if "probabilities" not in entry:
            continue
        runs = np.array(entry["probabilities"], np.float64)
        for figure in entry["figures"]:
            measure = measures(codes).get(figure["name"])
            if measure is None:
                continue
            values = [
                float(measure(truth, run / run.sum(axis=1, keepdims=True))[0]) for run in runs
            ]
            # The answers are rounded to four places, which can move one across a bin's border.
            assert_allclose(figure["value"], np.mean(values), atol=0.012)
            assert figure["low"] <= figure["high"]
            code = figure["name"].removeprefix("recall ")
            of_class = np.sum(truth == codes.index(code)) if code in codes else len(truth)
            assert figure["patients"] in (of_class, len(truth))
            checked += 1
    assert checked >= 20


def test_every_patient_was_judged_once_by_networks_that_never_saw_it(
    evaluation: Evaluation,
) -> None:
    patients = evaluation["inputs"]["patients"]
    measured = [
        one["label"]
        for one in patients
        if one["certain"] and one["collection"] == evaluation["collection"]
    ]
    assert measured == evaluation["labels"]
    for run in evaluation["inputs"]["runs"]:
        assert set(run["fold"]) == set(range(evaluation["folds"]))
        assert len(run["fold"]) == len(patients)


def test_no_patient_can_be_recognised(card: ModelCard) -> None:
    for path in card.folder.glob("*.json"):
        assert not re.search(r"TCGA-\w|BraTS", path.read_text(encoding="utf-8"))


def test_the_card_warns_of_what_it_cannot_know(card: ModelCard) -> None:
    limits = " ".join(card.limits)
    assert "metastasis" in limits
    assert "T2 is not used" in limits
    assert "not for diagnosis" in card.intended_use
    assert {"training", "equal", "clinic"} <= card.fusion_head.prevalences.keys()
