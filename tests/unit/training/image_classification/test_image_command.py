"""What the command refuses, before TensorFlow is loaded and before anything is written."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from command_line import refused, run
from labelled_images import write_images, write_table
from PIL import Image

from brainviewer.core.errors import silent
from brainviewer.training.image_classification import runs as running
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.data.preparation import unread_words
from brainviewer.training.image_classification.data.split import Split, choose
from brainviewer.training.image_classification.evaluation.result_files import write_predictions
from brainviewer.training.image_classification.evaluation.results import (
    RESULT_FILE,
    Predictions,
    measured,
    operating_point,
)
from brainviewer.training.image_classification.evaluation.voting import majority
from brainviewer.training.image_classification.network_run import NetworkRun
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.image_classification.runs import train_images
from brainviewer.training.metrics.intervals import value_of

SHIPPED = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"


def spoilt(data: Path) -> None:
    (data / "glioma" / "1.png").write_bytes((data / "glioma" / "1.png").read_bytes()[:60])


def all_spoilt(data: Path) -> None:
    for file in (data / "glioma").iterdir():
        file.write_bytes(file.read_bytes()[:60])


def text_file(data: Path) -> None:
    (data / "glioma" / "1.png").write_text("no image")


def emptied(data: Path) -> None:
    for file in (data / "none").iterdir():
        file.unlink()


def one_class(data: Path) -> None:
    for name in ("glioma", "meningioma", "pituitary"):
        shutil.rmtree(data / name)


def image_series(data: Path) -> None:
    pages = [Image.new("L", (20, 20), shade) for shade in (0, 200)]
    pages[0].save(data / "glioma" / "1.gif", save_all=True, append_images=pages[1:])


def dangling(data: Path) -> None:
    (data / "glioma" / "1.png").unlink()
    (data / "glioma" / "1.png").symlink_to(data / "gone.png")


@pytest.mark.parametrize(
    ("spoil", "options", "said"),
    [
        (one_class, (), "holds one class only, none"),
        (all_spoilt, (), "too few images of 'glioma'"),
        (emptied, (), "class none in data holds no image"),
        (lambda data: None, ("--fold", 3), "names no folds"),
        (lambda data: None, ("--weights", "none"), "no base"),
        (lambda data: None, ("--only", "4-nodes"), "no network '4-nodes'"),
        (lambda data: None, ("--runs", "."), "--runs has no meaning"),
        (lambda data: None, ("--found", "."), "--found has no meaning"),
        (lambda data: None, ("--split", "nothing.csv"), "There is no file nothing.csv"),
        (lambda data: None, ("--exclude", "nothing.txt"), "There is no file nothing.txt"),
        (lambda data: None, ("--epochs", 0), "--epochs"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    spoil: Any, options: tuple[object, ...], said: str, tmp_path: Path, capfd: Any
) -> None:
    data = write_images(tmp_path / "data", 12)
    spoil(data)
    out = tmp_path / "out"
    assert run("train", "cnn-128-flip", "--data", data, "--out", out, *options) == 2
    assert said in refused(capfd)
    assert not out.exists()
    assert "tensorflow" not in sys.modules


def empty(data: Path) -> None:
    (data / "glioma" / "1.png").write_bytes(b"")


def tiny(data: Path) -> None:
    Image.new("L", (1, 1)).save(data / "glioma" / "1.png")


class Trained(Exception):
    """Training would begin."""


@pytest.mark.parametrize("spoil", [image_series, dangling, empty, tiny, spoilt, text_file])
def test_an_image_that_cannot_be_read_is_named_and_left_out(
    spoil: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_images(tmp_path / "data", 12)
    spoil(data)
    bad = "glioma/1.gif" if spoil is image_series else "glioma/1.png"
    told: list[str] = []
    jobs: list[NetworkRun] = []

    def begin(job: NetworkRun, *_: object) -> None:
        jobs.append(job)
        raise Trained

    monkeypatch.setattr(NetworkRun, "run", begin)
    for name in ("_check_networks", "start_tensorflow"):
        monkeypatch.setattr(running, name, lambda *_: None)
    for _ in range(2):  # the second time the run is begun already
        told.clear()
        with pytest.raises(Trained):
            train_images(
                SHIPPED / "cnn-128-flip.toml", data, tmp_path / "out", silent, told.append,
                Options(),
            )  # fmt: skip
        (said,) = (sentence for sentence in told if "cannot be read" in sentence)
        many = 49 if spoil is image_series else 48
        assert said.startswith(f"1 image of {many} cannot be read and is left out: {bad} (")
    for job in jobs:
        files = [image.file for image in job.chosen.images]
        assert bad not in files
        assert len(job.images) == len(files) == many - 1
        parts = job.splits[0]
        members = np.concatenate([parts.train, parts.validation, parts.test])
        assert sorted(members.tolist()) == list(range(len(files)))


def test_many_that_cannot_be_read_are_counted() -> None:
    said = unread_words({f"a/{n}.png": "It is cut off." for n in range(7)}, 20)
    assert said.startswith(
        "7 images of 20 cannot be read and are left out: a/0.png (It is cut off)"
    )
    assert said.endswith("a/4.png (It is cut off), and 2 more.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"flatten"', '"lambda"', "no layer 'lambda'"),
        ("seed", "sead", "unknown key 'sead' (did you mean 'seed'?)"),
        ("kind", "\0", "mine.toml cannot be read"),
        ("kind", "\udcff", "mine.toml is no text"),
    ],
)
def test_a_recipe_that_cannot_be_used(
    before: str, after: str, said: str, tmp_path: Path, capfd: Any
) -> None:
    mine = tmp_path / "mine.toml"
    text = (SHIPPED / "cnn-128-flip.toml").read_text(encoding="utf-8")
    mine.write_text(text.replace(before, after), encoding="utf-8", errors="surrogateescape")
    assert run("train", mine, "--data", tmp_path, "--out", tmp_path / "out") == 2
    assert said in refused(capfd)
    assert not (tmp_path / "out").exists()


def test_weights_that_cannot_be_read_are_refused_first(tmp_path: Path, capfd: Any) -> None:
    with h5py.File(tmp_path / "whole.h5", "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.zeros((90, 90)))
    whole = (tmp_path / "whole.h5").read_bytes()
    with h5py.File(tmp_path / "words.h5", "w") as file:
        file.create_dataset("layers/dense/vars/0", data=[b"words"])
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_dataset("layers/dense/vars/0", (10**6, 10**6), chunks=(1000, 1000))
    contents = {
        "text.h5": b"words", "text.keras": b"words", "empty.h5": b"", "cut.h5": whole[:9000],
        "damaged.h5": whole[:400] + bytes(range(256)) * 4 + whole[1424:],
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    command = ("train", "transfer-vgg16", "--data", tmp_path / "nowhere", "--out", out)
    for name in (*contents, "words.h5", "bomb.h5"):
        assert run(*command, "--weights", tmp_path / name) == 2
        assert f"The weights {name} cannot be read" in refused(capfd)
    assert run(*command, "--weights", tmp_path / "gone.h5") == 2
    assert "There are no weights" in refused(capfd)
    assert not out.exists()
    assert "tensorflow" not in sys.modules


def test_a_file_in_the_place_of_a_folder_is_seen_first(tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "taken").touch()
    for options in (("--out", "taken"), ("--out", "out", "--augmented", "taken")):
        paths = [tmp_path / word if word in ("taken", "out") else word for word in options]
        assert run("train", "cnn-128-flip", "--data", tmp_path / "nowhere", *paths) == 2
        assert "'taken' is a file, not a folder" in refused(capfd)
    assert not (tmp_path / "out").exists()


def test_options_of_images_are_refused_for_other_recipes(tmp_path: Path, capfd: Any) -> None:
    options = ("--data", tmp_path, "--out", tmp_path / "out", "--limit", 3)
    assert run("train", "resnet50-glioma", *options) == 2
    assert "--limit has no meaning for the recipe resnet50-glioma" in refused(capfd)


def result_of(folder: Path, name: str, source: Any, right: float, **more: Any) -> None:
    """A result as a training writes it, of a network that answers rightly so often."""
    random = np.random.default_rng(sum(name.encode()))
    truth = np.arange(20) % 4
    wrong = random.random(20) > right
    said = np.where(wrong, (truth + 1) % 4, truth)
    chances = np.full((20, 4), 0.1)
    chances[np.arange(20), said] = 0.7
    files = tuple(f"{n:02d}.png" for n in range(20))
    classes = ["glioma", "meningioma", "pituitary", "none"]
    tested = Predictions(files, ("4",) * 20, truth, chances)
    result = {
        "format": 1, "kind": "image-classes", "recipe": name, "network": name, "about": "x",
        "data": {"images_sha256": source.sha256}, "classes": classes,
        "protocol": {"split": "patient-wise folds", "tested": ["4"], "train": 40,
                     "validation": 4, "test": 20},
        "settings": {"pretrained": False}, "validation": {"macro F1": right, "accuracy": right},
        "parameters": 10, "size_bytes": 100, "ms_per_image": 1.0, "training_seconds": 2.0,
        "notices": [], **measured(classes, tested, 1), **more,
    }  # fmt: skip
    (folder / name).mkdir(parents=True)

    (folder / name / RESULT_FILE).write_text(json.dumps(result))
    write_predictions(folder / name / "predictions.npz", tested)


def test_a_vote_of_finished_runs(tmp_path: Path, capfd: Any) -> None:
    data = write_table(tmp_path / "data", 4)
    source = find_images(data)
    runs, out = tmp_path / "runs", tmp_path / "vote"
    for name, right in (("a", 0.9), ("b", 0.85)):
        result_of(runs, name, source, right)
    command = ("train", "ensemble-vote", "--data", data, "--runs", runs, "--out", out)
    assert run(*command) == 2
    assert "2 were found" in refused(capfd)
    assert not out.exists()
    for name, right in (("c", 0.8), ("d", 0.2)):
        result_of(runs, name, source, right)
    assert run(*command) == 0
    said = capfd.readouterr().out
    assert "ensemble-vote-majority: accuracy" in said and "ensemble-vote-soft" in said

    soft = json.loads((out / "soft" / RESULT_FILE).read_text())
    assert [one["network"] for one in soft["members"]] == ["a", "b", "c"]
    assert soft["parameters"] == 30
    best = max(one["accuracy"] for one in soft["members"])
    assert value_of(soft, "accuracy") >= best - 0.1
    assert (out / "majority" / "evaluation.html").is_file()
    with np.load(out / "soft" / "predictions.npz") as kept:
        # Of the members no answers for validation images were kept: none are made up.
        assert sorted(kept) == [
            "about", "test_files", "test_folds", "test_probabilities", "test_truth"
        ]  # fmt: skip


def test_networks_of_tumours_vote_without_validation_images(tmp_path: Path, capfd: Any) -> None:
    data = write_table(tmp_path / "data", 4)
    unknown = {"kind": "shipped-model", "validation": None, "ms_per_image": None}
    for name, right in (("a", 0.9), ("b", 0.8)):
        result_of(tmp_path / "runs", name, find_images(data), right, **unknown)
    runs = [option for name in "ab" for option in ("--runs", tmp_path / "runs" / name)]
    assert run("train", "tumour-vote", "--data", data, *runs, "--out", tmp_path / "vote") == 0
    soft = json.loads((tmp_path / "vote" / "soft" / RESULT_FILE).read_text())
    assert [one["network"] for one in soft["members"]] == ["a", "b"]
    assert (soft["parameters"], soft["ms_per_image"]) == (20, None)


def test_the_majority_decides_and_probability_breaks_ties() -> None:
    stacked = np.array([
        [[0.6, 0.4, 0.0], [0.5, 0.3, 0.2]],
        [[0.6, 0.4, 0.0], [0.1, 0.6, 0.3]],
        [[0.0, 1.0, 0.0], [0.0, 0.1, 0.9]],
    ])  # fmt: skip
    fractions = majority(stacked)
    assert fractions.argmax(axis=1).tolist() == [0, 2]
    np.testing.assert_allclose(fractions.sum(axis=1), 1)
    assert stacked.mean(axis=0)[0].argmax() == 1


def test_the_operating_point_reaches_its_sensitivity() -> None:
    recipe = read_image_recipe(SHIPPED / "binary-200-augmented.toml")[0]
    random = np.random.default_rng(0)
    truth = (np.arange(400) % 4 == 0).astype(np.int64)  # 0 is tumour
    score = np.clip(random.normal(np.where(truth == 0, 0.75, 0.35), 0.15), 0, 1)
    tested = Predictions((), (), truth, np.column_stack([score, 1 - score]))
    point = operating_point(recipe, ["tumour", "none"], tested, tested)
    assert point is not None
    sensitivity, specificity = (one["value"] for one in point["figures"])
    assert 0.98 <= sensitivity < 0.99
    assert 0.3 < specificity < 0.9
    assert specificity == pytest.approx(np.mean(score[truth == 1] < point["threshold"]), abs=1e-3)


def test_intervals_are_over_patients_where_they_are_known(tmp_path: Path) -> None:
    """Six images of each patient, all right or all wrong, are worth about one."""
    for label in ("glioma", "none"):
        for patient in range(8):
            folder = tmp_path / label / f"{label}-{patient}"
            folder.mkdir(parents=True)
            for number in range(6):
                Image.new("L", (20, 20)).save(folder / f"{number}.png")
    recipe = read_image_recipe(SHIPPED / "cnn-128-flip.toml")[0]
    chosen = choose(recipe, find_images(tmp_path))
    everything = np.arange(len(chosen.labels))
    part = Split("test", everything, everything, everything)
    patients = np.array([int(p.group[-1]) for p in chosen.images])
    said = np.where(patients % 4 == 0, 1 - chosen.labels, chosen.labels)
    job = NetworkRun(recipe, chosen, np.zeros(1, np.uint8), [part], tmp_path, "", silent, None)
    tested = job._tested(part, everything, np.eye(2)[said])
    found = measured(["glioma", "none"], tested, 1)
    assert found["intervals"] == {"over": "patients", "units": 16}
    accuracy = found["figures"][0]
    assert (accuracy["value"], accuracy["images"]) == (0.75, 96)
    assert accuracy["effective"] == pytest.approx(15, abs=0.1)
    assert accuracy["high"] - accuracy["low"] > 0.35  # over images it would be 0.17
