"""The evaluation never lets a patient take part in its own judgement, and measures every part."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.errors import FileError
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.card_metrics import DOUBT, SITUATIONS
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.metrics.plots import draw_all
from brainviewer.training.model_files import EVALUATION_FILE
from brainviewer.training.subtype.evaluate import DEFAULT, SOURCES, evaluate, evaluate_run
from brainviewer.training.subtype.evidence import PREDICTIONS_FILE, evidence
from brainviewer.training.subtype.recipe import RECIPE, SubtypeRecipe, read_subtype_recipe
from brainviewer.training.templates import render_markdown

pytest.importorskip("sklearn")
PATIENTS, LIKELY, TWINS = 48, 6, 3


@pytest.fixture(scope="module")
def recipe() -> SubtypeRecipe:
    return replace(read_subtype_recipe(RECIPE), bootstrap=40, folds=3, seeds=(1, 2))


def patient(number: int, label: str, random: np.random.Generator) -> dict[str, Any]:
    """Only enhancement tells, and only the detector's borders tell it well."""
    described = {}
    for hand, noise in (("found", 0.6), ("stripped", 0.6), ("expert", 3.0)):
        values: list[float | None] = [None] * len(NAMES)
        for place in range(4):
            values[place] = float(random.normal())
        place = NAMES.index("enhancing_extent")
        values[place] = 3 * (label == "G") + noise * float(random.normal())
        described[hand] = values
    ages = {"A": 36.0, "O": 46.0, "G": 62.0}
    return {
        "number": number,
        "patient": number,
        "collection": "lgg",
        "label": label,
        "certain": True,
        "age_years": round(ages[label] + float(random.normal(0, 6)), 1) if number % 9 else None,
        "descriptors": described,
    }


@pytest.fixture(scope="module")
def inputs(recipe: SubtypeRecipe) -> dict[str, Any]:
    """What a training of two seeds leaves: patients, twins of three of them, likely ones."""
    random = np.random.default_rng(3)
    patients = [patient(n, "AAAOOG"[n % 6], random) for n in range(PATIENTS)]
    for twin in range(TWINS):
        other = patient(len(patients), patients[twin]["label"], random)
        patients.append(other | {"patient": twin, "collection": "brats18"})
    for _ in range(LIKELY):
        number = len(patients)
        weak = {"certain": False, "collection": "brats18", "age_years": None}
        patients.append(patient(number, "G", random) | weak)
    runs = []
    for seed in recipe.seeds:
        fold = [(one["patient"] // 6 + one["patient"] * seed) % 3 for one in patients]
        logits: dict[str, list[Any]] = {hand: [] for hand in ("found", "stripped", "expert")}
        for one in patients:
            signal = 1.0 * np.eye(3)["AOG".index(one["label"])] + random.normal(0, 1, 3)
            for rows in logits.values():
                rows.append(signal.round(5).tolist())
        logits["found"][5] = None  # the detector saw no lesion
        runs.append({"seed": seed, "fold": fold, "logits": logits})
    patients[5]["descriptors"].pop("found")
    return {"descriptor_names": list(NAMES), "patients": patients, "runs": runs}


@pytest.fixture(scope="module")
def evaluation(recipe: SubtypeRecipe, inputs: dict[str, Any]) -> dict[str, Any]:
    return evaluate(recipe, inputs)


def test_every_situation_is_measured(evaluation: dict[str, Any]) -> None:
    assert set(SOURCES) == {*SITUATIONS, "age alone"}
    figures = evaluation["figures"]
    for key in SOURCES:
        ends = ("", "; training prevalence", "; skull taken off", "; expert segmentation")
        assert {key + end for end in (*ends, "; brats18 alone")} <= figures.keys()
    for key, entry in figures.items():
        patients = TWINS if "brats18" in key else PATIENTS
        assert_allclose(np.sum(entry["confusion"]), patients)
        assert all(figure["low"] <= figure["high"] for figure in entry["figures"])
    assert evaluation["winner"] == DEFAULT
    assert evaluation["collection"] == "lgg" and evaluation["not_found"] == 1
    assert evaluation["patients"] == {"A": 24, "O": 16, "G": 8}


def test_the_figures_make_sense(evaluation: dict[str, Any]) -> None:
    figures = evaluation["figures"]

    def accuracy(key: str) -> float:
        return value_of(figures[key], "accuracy")

    assert accuracy(DEFAULT) > accuracy("image") > 0.4
    chance = "AUROC G against the rest"
    assert value_of(figures["descriptors"], chance) > 0.85
    assert value_of(figures["descriptors; expert segmentation"], chance) < 0.85
    recalls = {f["name"]: f["patients"] for f in figures["image"]["figures"]}
    assert [recalls[f"recall {code}"] for code in "AOG"] == [24, 16, 8]


def test_likely_classes_are_learned_from_and_never_measured(
    evaluation: dict[str, Any], recipe: SubtypeRecipe, inputs: dict[str, Any]
) -> None:
    weak = evaluation["weak"]
    assert (weak["likely"], weak["patients"]) == ("G", LIKELY)
    assert weak["named"]["descriptors"] > 0.5
    assert sum(evaluation["patients"].values()) == PATIENTS
    known = evidence(recipe.classes, recipe.weak, inputs, inputs["runs"][0])
    weight = np.bincount(known.case, known.weight)
    assert_allclose(weight[6:PATIENTS], 1)
    assert_allclose(weight[-LIKELY:], recipe.weak)
    # A twin and its patient count as one together.
    assert_allclose(weight[:TWINS] + weight[PATIENTS : PATIENTS + TWINS], 1)


def test_what_a_part_adds_is_measured_in_the_same_patients(evaluation: dict[str, Any]) -> None:
    assert evaluation["ablation"].keys() == {"the image", "the descriptors", "the age"}
    rests = {
        "the image": "descriptors and age",
        "the descriptors": "image and age",
        "the age": "image and descriptors",
    }
    for part, rest in rests.items():
        for name in ("Brier score", "log loss, classes equally frequent"):
            found = evaluation["ablation"][part][name]
            both = [value_of(evaluation["figures"][key], name) for key in (rest, DEFAULT)]
            assert_allclose(found["value"], both[0] - both[1], atol=2e-4)
            assert found["low"] <= found["value"] <= found["high"]
    assert evaluation["ablation"]["the image"]["Brier score"]["value"] > 0


def test_bars_stand_beside_what_was_reached(evaluation: dict[str, Any]) -> None:
    bars = evaluation["bars"]
    assert bars[DEFAULT].keys() >= {"accuracy", "Cohen's kappa", "expected calibration error"}
    assert bars["image"]["accuracy"]["bar"] == ">= 0.7"
    value = value_of(evaluation["figures"]["image"], "accuracy")
    assert bars["image"]["accuracy"]["value"] == value


def test_the_figures_follow_from_the_probabilities(evaluation: dict[str, Any]) -> None:
    truth = np.array(["AOG".index(label) for label in evaluation["labels"]])
    entry = evaluation["figures"][DEFAULT]
    said = np.array(entry["probabilities"])
    assert said.shape == (2, PATIENTS, 3)
    assert_allclose(value_of(entry, "accuracy"), np.mean(said.argmax(axis=2) == truth), atol=1e-4)
    assert_allclose(
        value_of(entry, "accuracy"),
        np.mean([one["accuracy"] for one in entry["per_seed"].values()]),
        atol=1e-4,
    )
    doubtful = said.max(axis=2) < evaluation["head"]["least_confident"]
    assert doubtful.any(axis=1).all()
    doubt = next(figure for figure in entry["figures"] if figure["name"] == DOUBT)
    assert doubt["patients"] == round(doubtful.sum(axis=1).mean())


def test_a_patients_own_label_and_age_do_not_change_its_probabilities(
    evaluation: dict[str, Any], recipe: SubtypeRecipe
) -> None:
    inputs = deepcopy(evaluation["inputs"])
    inputs["runs"] = inputs["runs"][:1]
    own = np.array(inputs["runs"][0]["fold"]) == 1
    for one, inside in zip(inputs["patients"], own, strict=True):
        one["label"] = "G" if inside else one["label"]
    changed = evaluate(replace(recipe, bootstrap=10), inputs)["figures"]
    own = own[:PATIENTS]
    for key in SITUATIONS:
        before = np.array(evaluation["figures"][key]["probabilities"])[0]
        after = np.array(changed[key]["probabilities"])[0]
        assert np.array_equal(before[own], after[own])
        assert not np.allclose(before[~own], after[~own])


def test_it_can_be_repeated_from_its_own_inputs_and_names_nobody(
    evaluation: dict[str, Any], recipe: SubtypeRecipe, tmp_path: Path
) -> None:
    stored = json.loads(dump(evaluation))
    (tmp_path / PREDICTIONS_FILE).write_text(dump(stored["inputs"]), encoding="utf-8")
    again = evaluate_run(tmp_path, recipe)
    assert again["figures"][DEFAULT] == stored["figures"][DEFAULT]
    assert parse_fusion_head(stored["head"]) == parse_fusion_head(again["head"])


def test_it_is_shown_as_tables_and_plots(evaluation: dict[str, Any], tmp_path: Path) -> None:
    files = draw_all(evaluation, tmp_path)
    names = {"confusion.png", "reliability.png", "discrimination.png"}
    assert {file.name for file in files} == names == {file.name for file in tmp_path.iterdir()}
    text = render_markdown(
        "subtype_tables", evaluation=evaluation, situations=[DEFAULT], network=None
    )
    assert "| the image |" in text and f"{LIKELY} patients" in text
    assert f"| {DEFAULT}; brats18 alone |" in text


def test_what_is_no_run_is_refused(recipe: SubtypeRecipe, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not finished"):
        evaluate_run(tmp_path, recipe)
    (tmp_path / PREDICTIONS_FILE).write_text('{"descriptor_names": ["size"]}', encoding="utf-8")
    with pytest.raises(FileError, match="other descriptors") as refused:
        evaluate_run(tmp_path, recipe)
    assert "Delete" in refused.value.advice
    assert not (tmp_path / EVALUATION_FILE).exists()
