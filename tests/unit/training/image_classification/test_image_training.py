"""Tiny networks go the whole way, in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from brainviewer.cli.tables.results import evaluation_tables
from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.training.evaluation_runs import measure
from brainviewer.training.image_classification.evaluation.result_files import (
    read_predictions,
    read_result,
)
from brainviewer.training.metrics.intervals import value_of

TESTS = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("trained")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
    }
    program = TESTS / "train_small_images.py"
    asked = subprocess.run(
        [sys.executable, str(program), str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr[-3000:]
    return folder, json.loads(asked.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def whole(trained: tuple[Path, dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    folder, said = trained
    if "whole" not in said:
        pytest.skip("networks are saved with the package onnx")
    return folder, said["whole"]


def test_a_stopped_training_goes_on_as_if_it_had_not_been(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    said = trained[1]["stopped"]
    assert said["left"] == ["training.best.npz", "training.last.npz"]
    assert len(said["losses"]) == 3
    np.testing.assert_allclose(said["losses_again"], said["losses"], atol=2e-4)
    assert said["difference"] < 1e-4
    assert said["losses"][2][0] < said["losses"][0][0]


def test_a_full_disk_leaves_the_epoch_before(trained: tuple[Path, dict[str, Any]]) -> None:
    said = trained[1]["full"]
    assert said["said"].startswith("The disk is full, so 'training.")
    assert said["files"] == ["training.best.npz", "training.last.npz"]
    assert said["epochs"] == 3


def test_half_the_bits_are_for_training_on_a_gpu_only(trained: tuple[Path, dict[str, Any]]) -> None:
    said = trained[1]["mixed"]
    assert said["policies"] == ["mixed_float16"]
    assert said["kinds"] == ["float32"]
    assert said["losses"][-1] < said["losses"][0]
    assert said["said"] == " on the GPU with mixed precision"


def test_a_run_leaves_a_model_a_result_and_a_page(whole: tuple[Path, dict[str, Any]]) -> None:
    folder, said = whole
    out = folder / "first"
    assert {file.name for file in out.iterdir()} == {
        "architecture.json", "model.weights.h5", "model.onnx", "card.json", "result.json",
        "evaluation.html", "confusion.png", "examples.png", "discrimination.png",
        "predictions.npz", "predictions.csv", "recipe.toml", "run.json",
    }  # fmt: skip
    result = read_result(out / "result.json")
    assert result is not None
    assert result["classes"] == ["tumour", "none"]
    assert result["protocol"] == {
        "split": "patient-wise folds", "grouped": True, "tested": ["4"], "train": 42,
        "validation": 6, "test": 16, "limit": None,
    }  # fmt: skip
    assert 0 <= value_of(result, "worst-class recall") <= value_of(result, "balanced accuracy")
    assert result["report"]["tumour"]["support"] == 12
    assert np.sum(result["confusion"]) == 16
    assert (result["parameters"], result["epochs"]) == (4 * 10 + 4 * 49 * 2 + 2, [3])
    assert result["ms_per_image"] > 0
    assert result["settings"]["pretrained"] is False
    assert [f["name"] for f in result["operating_point"]["figures"]] == [
        "sensitivity", "specificity"
    ]  # fmt: skip
    assert len(json.dumps(result)) < 20000
    assert "compile_config" not in json.loads((out / "architecture.json").read_text())
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    assert page.count("<svg class=curves") == 2
    for image in ("confusion.png", "examples.png"):
        assert f'src="{image}"' in page
        with Image.open(out / image) as drawn:
            assert min(drawn.size) > 200
    assert "For triage" in page and "Reported by its source: much" in page
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert card["input"] == {
        "size": 16, "colour": "grey", "crop": "largest-contour", "range": [0, 255]
    }  # fmt: skip
    assert len(card["files"]) == 3
    assert said["said"][0].endswith("evaluation.html.\n")
    assert said["said"][0] == said["said"][1]
    assert len([name for name in said["logs"] if "/plain/4/training/" in name]) == 3


def test_a_network_that_cannot_be_made_leaves_no_run(
    trained: tuple[Path, dict[str, Any]], whole: tuple[Path, dict[str, Any]]
) -> None:
    (small, begun), (misfit, begun_too) = trained[1]["refused"]
    assert "cannot be built at 16 x 16 pixels" in small
    assert misfit.startswith("The weights other.h5 do not fit VGG16: the layer block1_conv1 is not")
    assert not begun and not begun_too


def test_the_saved_network_gives_the_predictions_that_were_measured(
    whole: tuple[Path, dict[str, Any]],
) -> None:
    out = whole[0] / "first"
    kept = read_predictions(out / "predictions.npz")
    assert kept is not None
    tested = kept[0]

    from brainviewer.files.image2d.reader import read_image2d
    from brainviewer.training.image_classification.data.preparation import prepare_one
    from brainviewer.training.image_classification.recipes.recipe import Preparation

    how = Preparation(16, "grey", "largest-contour")
    files = [whole[0] / "data" / file for file in tested.files]
    images = np.stack([prepare_one(read_image2d(file).rgb(), how)[0] for file in files])
    found = OnnxFile(out / "model.onnx", 1).predict(images.astype(np.float32))
    np.testing.assert_allclose(found, tested.probabilities, atol=1e-4)


def test_each_name_in_the_predictions_holds_what_it_says(
    whole: tuple[Path, dict[str, Any]],
) -> None:
    """A threshold that is chosen on ``validation_...`` was not chosen on the test images."""
    for run, splits in (("first", ("4",)), ("folds", ("1", "2", "3", "4"))):
        out = whole[0] / run
        result = read_result(out / "result.json")
        with np.load(out / "predictions.npz") as kept:
            arrays = dict(kept)
        assert result is not None
        names = ("files", "folds", "truth", "probabilities")
        test, validation = (
            dict(zip(names, (arrays[f"{part}_{name}"] for name in names), strict=True))
            for part in ("test", "validation")
        )
        for part in (test, validation):
            assert {len(values) for values in part.values()} == {len(part["files"])}
            said = [file.split("/")[0] == "none" for file in part["files"]]
            assert part["truth"].tolist() == list(map(int, said))
            assert set(part["folds"]) == set(splits)
        for fold in splits:
            own = (part["files"][part["folds"] == fold] for part in (test, validation))
            assert not set.intersection(*map(set, own))
        assert len(test["files"]) == result["protocol"]["test"]
        of_first = int((validation["folds"] == splits[0]).sum())
        assert of_first == result["protocol"]["validation"]
        right = validation["probabilities"].argmax(axis=1) == validation["truth"]
        assert right.mean() == pytest.approx(result["validation"]["accuracy"], abs=1e-4)
        point = result["operating_point"]
        scores = validation["probabilities"][validation["truth"] == 0, 0]
        assert np.mean(scores >= point["threshold"]) >= point["wanted_sensitivity"]
        calls = test["probabilities"][test["truth"] == 0, 0] >= point["threshold"]
        assert calls.mean() == pytest.approx(point["figures"][0]["value"], abs=1e-4)


def test_every_fold_is_classified(whole: tuple[Path, dict[str, Any]]) -> None:
    result = read_result(whole[0] / "folds" / "result.json")
    assert result is not None
    assert result["protocol"]["tested"] == ["1", "2", "3", "4"]
    assert result["protocol"]["test"] == result["data"]["images"] == 32
    assert [(one["fold"], one["epoch"]) for one in result["history"]] == [(f, 1) for f in "1234"]
    assert result["settings"]["changed"] == ["limit"]
    assert "Only 32 of 64 images were used." in result["notices"]


@pytest.mark.skipif(
    "BRAINVIEWER_TEST_TRAINING" not in os.environ, reason="set BRAINVIEWER_TEST_TRAINING=1"
)
def test_a_base_is_frozen_and_then_tuned(whole: tuple[Path, dict[str, Any]]) -> None:
    result = read_result(whole[0] / "based" / "result.json")
    assert result is not None
    assert [one["phase"] for one in result["history"]] == ["frozen", "fine-tuning"]
    assert result["settings"]["base"] == "MobileNetV2"
    assert result["settings"]["weights"] == "model.weights.h5"
    assert result["parameters"] > 2_000_000


@pytest.mark.skipif(
    "BRAINVIEWER_TEST_TRAINING" not in os.environ, reason="set BRAINVIEWER_TEST_TRAINING=1"
)
def test_a_base_without_pretraining_learns_at_once(whole: tuple[Path, dict[str, Any]]) -> None:
    result = read_result(whole[0] / "new" / "result.json")
    assert result is not None
    assert [one["phase"] for one in result["history"]] == ["training"]
    how = result["settings"]
    assert (how["weights"], how["pretrained"], how["fine_tuning"]) == ("none", False, None)
    assert how["training"]["learning_rate"] == pytest.approx(1e-4)


def test_evaluate_shows_a_run(whole: tuple[Path, dict[str, Any]]) -> None:
    record = measure(whole[0] / "first")
    assert [one["network"] for one in record["results"]] == ["plain"]
    parts = evaluation_tables(record, 160)
    assert str(parts[0]).startswith("16 test images (patient-wise folds, 4)")
