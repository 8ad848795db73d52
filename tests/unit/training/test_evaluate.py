"""The evaluation never lets a patient take part in its own judgement."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.errors import FileError
from brainviewer.training.evaluate import (
    dump,
    evaluate,
    fit_calibration,
    read_predictions,
    unseen_probabilities,
)
from brainviewer.training.recipes import Recipe, read_recipe

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    recipe = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    return Recipe(**{**vars(recipe), "bootstrap": 50})


def made_up(sharpness: float = 1.0, patients: int = 300) -> list[dict[str, Any]]:
    """Predictions whose softmax at temperature 1 / sharpness is the true probability."""
    random = np.random.default_rng(3)
    entries = []
    for number in range(patients):
        logits = random.normal(0, 1.5, 3)
        weight = np.exp(logits)
        label = int(random.choice(3, p=weight / weight.sum()))
        entries.append(
            {
                "number": number,
                "fold": number % 5,
                "label": "AOG"[label],
                "age_years": float(random.normal((35, 45, 65)[label], 5)) if number % 7 else None,
                "logits": {"largest": (logits * sharpness).tolist()},
            }
        )
    return entries


def test_the_temperature_undoes_overconfidence(recipe: Recipe) -> None:
    calm = fit_calibration(recipe, made_up(), "largest").temperature
    sharp = fit_calibration(recipe, made_up(sharpness=4), "largest").temperature
    assert_allclose(sharp / calm, 4, rtol=0.05)


def test_ages_and_frequencies_are_those_of_the_patients(recipe: Recipe) -> None:
    fitted = fit_calibration(recipe, made_up(), "largest")
    assert_allclose(fitted.ages[:, 0], [35, 45, 65], atol=2)
    assert_allclose(fitted.ages[:, 1], 5, atol=1.5)
    assert_allclose(fitted.priors.sum(), 1)


def test_a_patients_own_label_and_age_do_not_change_its_probabilities(recipe: Recipe) -> None:
    predictions = made_up()
    changed = [dict(p) for p in predictions]
    for entry in changed:
        if entry["fold"] == 2:
            entry["label"] = "G"
    before = unseen_probabilities(recipe, predictions, "largest", True)
    after = unseen_probabilities(recipe, changed, "largest", True)
    own = np.array([p["fold"] == 2 for p in predictions])
    assert np.array_equal(before[own], after[own])
    assert not np.allclose(before[~own], after[~own])


def test_an_unknown_age_leaves_the_image_alone(recipe: Recipe) -> None:
    predictions = made_up()
    image = unseen_probabilities(recipe, predictions, "largest", False)
    both = unseen_probabilities(recipe, predictions, "largest", True)
    unknown = np.array([p["age_years"] is None for p in predictions])
    assert_allclose(image[unknown], both[unknown])
    assert not np.allclose(image[~unknown], both[~unknown])


def test_the_evaluation_reports_image_age_and_both(recipe: Recipe) -> None:
    result = evaluate(recipe, made_up(patients=100))
    accuracy = {k: v["figures"][0]["value"] for k, v in result["figures"].items()}
    assert accuracy["largest, image and age"] > accuracy["largest, image"]
    assert accuracy["age alone"] > 0.5
    assert sum(result["patients"].values()) == 100
    assert np.sum(result["figures"]["largest, image"]["confusion"]) == 100
    assert json.loads(dump(result)) == json.loads(json.dumps(result))


def test_a_folder_without_predictions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no finished cross-validation"):
        read_predictions(tmp_path)
