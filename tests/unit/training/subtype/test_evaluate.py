"""The evaluation never lets a patient take part in its own judgement."""

import json
from copy import deepcopy
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.errors import FileError
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.card import DOUBT, SITUATIONS
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.metrics.plots import draw_all
from brainviewer.training.recipes import Recipe, read_recipe
from brainviewer.training.subtype.evaluate import EVALUATION_FILE, SOURCES, evaluate, evaluate_run
from brainviewer.training.subtype.evaluation_inputs import read_predictions

ROOT = Path(__file__).resolve().parents[4]
PATIENTS = 60


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    recipe = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    return replace(recipe, bootstrap=50, folds=3, seeds=(1, 2))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe) -> Path:
    """What a training of two seeds leaves."""
    folder = tmp_path_factory.mktemp("run")
    random = np.random.default_rng(3)
    labels = ["AAAOOG"[n % 6] for n in range(PATIENTS)]
    ages = [{"A": 36.0, "O": 46.0, "G": 62.0}[label] + random.normal(0, 6) for label in labels]
    for seed in recipe.seeds:
        entries = []
        for number, label in enumerate(labels):
            signal = 1.2 * np.eye(3)["AOG".index(label)] + random.normal(0, 1, 3)
            entries.append(
                {
                    "case_id": f"patient-{number:03d}",
                    "fold": int((number // 6 + number * seed) % 3),
                    "seed": seed,
                    "label": label,
                    "age_years": round(float(ages[number]), 1) if number % 9 else None,
                    "found": number != 5,
                    "logits": {k: signal.tolist() for k in ("found", "expert", "single")},
                }
            )
        (folder / f"predictions-seed{seed}.json").write_text(json.dumps(entries))
    blind = [e | {"logits": {"expert": random.normal(0, 1, 3).tolist()}} for e in entries]
    (folder / "predictions-mask_only.json").write_text(json.dumps(blind))
    table = []
    for entry in entries:
        values = random.normal(0, 1, len(NAMES))
        values[NAMES.index("enhancing_extent")] += 4 * (entry["label"] == "G")
        found = {"found": values.tolist()} if entry["found"] else {}
        known = {key: entry[key] for key in ("case_id", "label", "age_years")}
        # With the skull taken off, the lesion says nothing.
        stripped = {"stripped": random.normal(0, 1, len(NAMES)).tolist()}
        table.append(known | found | {"expert": values.tolist()} | stripped)
    (folder / "descriptors.json").write_text(json.dumps({"names": NAMES, "patients": table}))
    return folder


@pytest.fixture(scope="module")
def evaluation(run: Path, recipe: Recipe) -> dict[str, Any]:
    return evaluate_run(run, recipe)


@pytest.fixture(autouse=True)
def nothing_to_compare_with(evaluation: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves time: one evaluation with everything is enough."""
    monkeypatch.setattr("brainviewer.training.subtype.held_out.classifiers", dict)
    monkeypatch.setattr("brainviewer.training.subtype.held_out.CONTROLS", {})


def test_every_situation_is_measured_at_both_prevalences(evaluation: dict[str, Any]) -> None:
    assert tuple(SOURCES) == SITUATIONS
    for key in SITUATIONS:
        assert {key, f"{key}; training prevalence"} <= evaluation["figures"].keys()
    assert {"age alone", "always A", "control: shuffled labels"} <= evaluation["figures"].keys()
    figures = evaluation["figures"]
    assert {"image; one slice", "image; expert segmentation"} <= figures.keys()
    assert "image; skull taken off" not in figures
    bare, whole = (figures[f"descriptors{end}"] for end in ("; skull taken off", ""))
    assert value_of(bare, "AUROC G against the rest") < 0.7
    assert value_of(whole, "AUROC G against the rest") > 0.85
    assert "control: place only" in evaluation["figures"]


@pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")
def test_other_classifiers_are_compared(evaluation: dict[str, Any]) -> None:
    others = [key for key in evaluation["figures"] if key.startswith("alternative: ")]
    assert len(others) == 10
    for key in others:
        assert value_of(evaluation["figures"][key], "AUROC G against the rest") > 0.6


def test_the_figures_make_sense(evaluation: dict[str, Any]) -> None:
    figures = evaluation["figures"]

    def accuracy(key: str) -> float:
        return value_of(figures[key], "accuracy")

    assert accuracy("always A") == 0.5
    assert accuracy("image, descriptors and age") > accuracy("image") > 0.45
    assert value_of(figures["descriptors"], "AUROC G against the rest") > 0.75
    for control in ("shuffled labels", "image, mask only"):
        assert value_of(figures[f"control: {control}"], "balanced accuracy") < 0.5
    for entry in figures.values():
        assert_allclose(np.sum(entry["confusion"]), PATIENTS)
        assert all(figure["low"] <= figure["high"] for figure in entry["figures"])


def test_a_recall_says_of_how_many_patients(evaluation: dict[str, Any]) -> None:
    known = {f["name"]: f["patients"] for f in evaluation["figures"]["image"]["figures"]}
    assert [known[f"recall {code}"] for code in "AOG"] == [30, 20, 10]
    assert known["accuracy"] == PATIENTS


def test_figures_are_means_over_the_seeds(evaluation: dict[str, Any]) -> None:
    entry = evaluation["figures"]["image and age"]
    seeds = [one["accuracy"] for one in entry["per_seed"].values()]
    assert len(seeds) == 2
    assert_allclose(value_of(entry, "accuracy"), np.mean(seeds), atol=1e-4)
    assert np.array(entry["probabilities"]).shape == (2, PATIENTS, 3)


def test_the_figures_follow_from_the_probabilities(evaluation: dict[str, Any]) -> None:
    truth = np.array(["AOG".index(p["label"]) for p in evaluation["inputs"]["patients"]])
    entry = evaluation["figures"]["image, descriptors and age"]
    predictions = np.array(entry["probabilities"])
    assert_allclose(
        value_of(entry, "accuracy"), np.mean(predictions.argmax(axis=2) == truth), atol=1e-4
    )
    doubtful = predictions.max(axis=2) < evaluation["head"]["least_confident"]
    doubt = next(figure for figure in entry["figures"] if figure["name"] == DOUBT)
    assert doubt["patients"] == round(doubtful.sum(axis=1).mean())


def test_a_patients_own_label_does_not_change_its_probabilities(
    evaluation: dict[str, Any], recipe: Recipe
) -> None:
    inputs = deepcopy(evaluation["inputs"])
    inputs["runs"] = inputs["runs"][:1]
    own = np.array(inputs["runs"][0]["fold"]) == 1
    for patient, inside in zip(inputs["patients"], own, strict=True):
        patient["label"] = "G" if inside else patient["label"]
    changed = evaluate(recipe, inputs)["figures"]
    for key in SITUATIONS:
        before = np.array(evaluation["figures"][key]["probabilities"])[0]
        after = np.array(changed[key]["probabilities"])[0]
        assert np.array_equal(before[own], after[own])
        assert not np.allclose(before[~own], after[~own])


def test_the_evaluation_can_be_repeated_from_its_own_inputs(
    evaluation: dict[str, Any], recipe: Recipe
) -> None:
    stored = json.loads(dump(evaluation))
    again = evaluate(recipe, stored["inputs"])
    assert (
        again["figures"]["image, descriptors and age"]
        == (stored["figures"]["image, descriptors and age"])
    )
    assert parse_fusion_head(stored["head"]) == parse_fusion_head(again["head"])


def test_the_criterion_chooses_among_the_combinations(evaluation: dict[str, Any]) -> None:
    losses = {
        key: value_of(evaluation["figures"][key], evaluation["criterion"])
        for key in SITUATIONS
        if key.endswith("age")
    }
    assert evaluation["winner"] == min(losses, key=lambda key: losses[key])
    assert set(evaluation["bars"][evaluation["winner"]]) >= {"accuracy", "balanced accuracy"}


def test_no_patient_can_be_recognised(evaluation: dict[str, Any]) -> None:
    assert "patient-0" not in json.dumps(evaluation)


def test_it_is_written_with_its_plots(evaluation: dict[str, Any], tmp_path: Path) -> None:
    files = [tmp_path / EVALUATION_FILE, *draw_all(evaluation, tmp_path)]
    files[0].write_text(dump(evaluation), encoding="utf-8")
    assert json.loads(files[0].read_text(encoding="utf-8")) == json.loads(json.dumps(evaluation))
    names = {file.name for file in files[1:]}
    assert names == {"confusion.png", "roc.png", "reliability.png", "risk-coverage.png"}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files[1:])
    assert {file.name for file in tmp_path.iterdir()} == names | {"evaluation.json"}


def test_networks_alone_are_measured_where_nothing_is_described(
    run: Path, recipe: Recipe, tmp_path: Path
) -> None:
    for file in run.glob("predictions-seed*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    inputs = read_predictions(tmp_path)
    assert inputs["descriptor_names"] == []
    result = evaluate(recipe, inputs)
    assert result["winner"] == "image and age"
    assert result["head"]["descriptors"] is None
    assert not any("descriptors" in key for key in result["figures"])


def test_a_folder_without_predictions_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no finished cross-validation"):
        evaluate_run(tmp_path, recipe)


def test_predictions_about_other_cases_are_refused(
    run: Path, recipe: Recipe, tmp_path: Path
) -> None:
    for file in run.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    entries = json.loads((tmp_path / "predictions-seed2.json").read_text())
    (tmp_path / "predictions-seed2.json").write_text(json.dumps(entries[1:]))
    with pytest.raises(FileError, match="not all about the same cases"):
        evaluate_run(tmp_path, recipe)
