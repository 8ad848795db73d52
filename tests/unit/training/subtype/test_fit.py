"""Training on a tiny made-up data set with a tiny network: every part runs, and resumes."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from labelled_folders import PATIENTS, write_challenge

torch = pytest.importorskip("torch")

from brainviewer.core.errors import Cancelled, FileError  # noqa: E402
from brainviewer.training import learning  # noqa: E402
from brainviewer.training.recipes import Recipe, Schedule, read_recipe  # noqa: E402
from brainviewer.training.resnet50 import FEATURES, MIDDLE_FEATURES  # noqa: E402
from brainviewer.training.subtype import fit as fitting  # noqa: E402
from brainviewer.training.subtype import predictions as predicting  # noqa: E402
from brainviewer.training.subtype import pretraining  # noqa: E402

ROOT = Path(__file__).resolve().parents[4]


class Tiny(torch.nn.Module):  # type: ignore[misc]
    """Stands in for ResNet50: mean colours, then the dense layer."""

    channels = (1024, 2048)

    def __init__(self, classes: int, depth: int = 3) -> None:
        super().__init__()
        self.conv1_conv = torch.nn.Conv2d(depth, MIDDLE_FEATURES, 1)
        self.norm = torch.nn.BatchNorm2d(depth)
        self.wide = torch.nn.Conv2d(MIDDLE_FEATURES, FEATURES, 1)
        self.dense = torch.nn.Linear(FEATURES, classes)

    def lower(self, x: Any, stages: int) -> Any:
        return torch.nn.functional.adaptive_avg_pool2d(x, 2)

    def freeze(self, stages: int) -> None:
        self.frozen = stages

    def maps(self, x: Any, after: int = 0) -> Any:
        middle = self.conv1_conv(self.norm(x if after else self.lower(x, 1)))
        return middle, self.wide(middle)

    def features(self, x: Any) -> Any:
        return self.maps(x)[1]

    def logits(self, features: Any) -> Any:
        return self.dense(features.mean(dim=(2, 3)))

    def forward(self, x: Any) -> Any:
        return self.logits(self.features(x))


@pytest.fixture
def recipe() -> Recipe:
    recipe = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    schedule = Schedule(64, 16, 1e-3, 0.0, 0.0, 0.5, 0.5)
    model_input = replace(recipe.input, size=32)
    changes = {"pretraining": schedule, "training": schedule, "folds": 2, "seeds": (1, 2)}
    return replace(recipe, **changes, input=model_input, draws=3)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(path: Path, classes: int, depth: int) -> Tiny:
        assert path.exists()
        return Tiny(classes, depth)

    monkeypatch.setattr(fitting, "from_pretrained", fresh)
    for module in (fitting, predicting, pretraining):
        monkeypatch.setattr(module, "ResNet50", Tiny)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Class A has a dark lesion on T1ce, O a grey one, G a bright one."""
    random = np.random.default_rng(0)
    rows, columns = np.indices((64, 64))
    head = np.hypot(rows - 32, columns - 32) < 28
    lesion = np.hypot(rows - 30, columns - 38) < 8
    lines = ["case_id,class,age_years"]
    for number in range(12):
        code = "AOG"[number % 3]
        folder = tmp_path / "lgg" / f"case{number}"
        folder.mkdir(parents=True)
        for place in range(1, 5):
            image = random.normal(90, 6, (64, 64, 3)) * head[..., None]
            if place > 1:
                image[lesion] = (70, 150, {"A": 40, "O": 95, "G": 200}[code])
                cv2.imwrite(str(folder / f"{place:03d}_mask.png"), lesion.astype(np.uint8) * 255)
            colours = image.clip(0, 255).astype(np.uint8)[:, :, ::-1]
            cv2.imwrite(str(folder / f"{place:03d}.jpg"), colours)
        lines.append(f"case{number},{code},{40 + number}")
    (tmp_path / "lgg" / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "cheng").mkdir()
    cv2.imwrite(str(tmp_path / "cheng" / "a.jpg"), (90 * head).astype(np.uint8))
    (tmp_path / "cheng" / "labels.csv").write_text(
        "file,class,box_cx,box_cy,box_w,box_h\na.jpg,glioma,0.5,0.5,0.2,0.2\na.jpg,none,,,,\n",
        encoding="utf-8",
    )
    return tmp_path


def remember(done: list[str]) -> Any:
    def report(fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        done.append(text.split(":", maxsplit=1)[0])

    return report


def test_fitting_leaves_every_file_and_goes_on_where_it_was_broken_off(
    recipe: Recipe, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    done: list[str] = []

    def interrupt(fraction: float, text: str) -> None:
        if text.startswith("seed 2, fold 1"):
            raise Cancelled
        done.append(text.split(":", maxsplit=1)[0])

    with pytest.raises(Cancelled):
        fitting.fit(recipe, data, out, interrupt)
    assert "seed 1, fold 2" in done
    first = (out / "predictions-seed1.json").read_text(encoding="utf-8")
    done.clear()
    fitting.fit(recipe, data, out, remember(done))
    assert {"seed 2, fold 1", "seed 2, fold 2", "all patients"} <= set(done)
    assert not {"pretraining", "drawing samples", "seed 1, fold 1"} & set(done)
    networks = {f"seed{s}-fold{f}.npz" for s in (1, 2) for f in (0, 1)}
    names = {path.name for path in out.iterdir()}
    assert networks | {"pretrained.npz", "final.npz", "bank", "found"} <= names
    assert not any(".part" in name for name in names)
    assert (out / "predictions-seed1.json").read_text(encoding="utf-8") == first


def test_what_the_folds_say_is_written_for_every_patient(
    recipe: Recipe, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    fitting.fit(recipe, data, out, remember([]))
    said = json.loads((out / "predictions-seed2.json").read_text(encoding="utf-8"))
    assert sorted(p["case_id"] for p in said) == sorted(f"case{n}" for n in range(12))
    assert {p["seed"] for p in said} == {2}
    assert {p["fold"] for p in said} == {0, 1}
    for one in said:
        assert set(one["logits"]) == {"found", "expert", "single"}
        assert all(len(row) == 3 for row in one["logits"].values())
        assert one["age_years"] == 40 + int(one["case_id"][4:])
    with np.load(out / "embeddings-seed2.npz") as kept:
        assert kept["embeddings"].shape == (12, FEATURES)
        assert kept["case_ids"].tolist() == [p["case_id"] for p in said]


@pytest.mark.parametrize("frozen", [0, 3])
def test_two_runs_give_the_same_network(
    recipe: Recipe, data: Path, tmp_path: Path, frozen: int
) -> None:
    one_seed = replace(recipe, seeds=(1,), training=replace(recipe.training, frozen=frozen))
    for name in ("one", "two"):
        fitting.fit(one_seed, data, tmp_path / name, remember([]))
    first, second = (
        (tmp_path / name / "predictions-seed1.json").read_text("utf-8") for name in ("one", "two")
    )
    assert first == second


def test_the_samples_of_another_recipe_are_refused(
    recipe: Recipe, data: Path, tmp_path: Path
) -> None:
    one_seed = replace(recipe, seeds=(1,))
    fitting.fit(one_seed, data, tmp_path / "run", remember([]))
    with pytest.raises(FileError, match="another recipe"):
        fitting.fit(replace(one_seed, draws=4), data, tmp_path / "run", remember([]))


def test_too_few_cases_of_a_class_are_refused(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="4 cases of class A, fewer than the 5 folds"):
        fitting.fit(replace(recipe, folds=5), data, tmp_path / "run", remember([]))


def test_no_patient_of_a_fold_is_learned_from(
    recipe: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: dict[str, set[str]] = {}
    real_maker, real_train = fitting.batch_maker, fitting.train

    def batch_maker(recipe: Recipe, labels: Any, cache: Any, *rest: Any) -> Any:
        make = real_maker(recipe, labels, cache, *rest)
        return lambda members: ({cache.case_ids[n] for n in members}, make(members))

    def train(recipe: Recipe, batches: Any, out: Path, seed: Any, text: str, report: Any) -> Any:
        learned[text] = batches[0]
        return real_train(recipe, batches[1], out, seed, text, report)

    monkeypatch.setattr(fitting, "batch_maker", batch_maker)
    monkeypatch.setattr(fitting, "train", train)
    fitting.fit(recipe, data, tmp_path / "run", remember([]))
    assert len(learned["all patients"]) == 12
    for seed in (1, 2):
        path = tmp_path / "run" / f"predictions-seed{seed}.json"
        for one in json.loads(path.read_text(encoding="utf-8")):
            assert one["case_id"] not in learned[f"seed {seed}, fold {one['fold'] + 1}"]


def test_what_can_be_learned_is_learned() -> None:
    torch.manual_seed(0)

    def make(size: int, random: np.random.Generator) -> learning.Batch:
        labels = random.integers(2, size=size)
        images = random.normal(0, 1, (size, 3, 8, 8)).astype(np.float32)
        images[:, 2] += 2 * labels[:, None, None]
        return learning.Batch(torch.from_numpy(images), torch.from_numpy(labels))

    schedule = Schedule(640, 32, 1e-3, 0.0, 0.0, 0.9)
    kept = learning.learn(Tiny(2), make, schedule, 7, "test", lambda fraction, text: None)
    batch = make(64, np.random.default_rng(99))
    with torch.no_grad():
        predictions = kept(batch.images).argmax(dim=1)
    assert (predictions == batch.labels).float().mean() > 0.95
    assert not kept.training


def test_four_sequences_in_the_layout_of_the_challenge(recipe: Recipe, tmp_path: Path) -> None:
    write_challenge(tmp_path / "data", PATIENTS)
    four = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma-four.toml")
    shipped = replace(four.input, size=32)
    plan = replace(recipe, input=shipped, seeds=(1,), training=replace(recipe.training, frozen=3))
    fitting.fit(plan, tmp_path / "data", tmp_path / "run", remember([]))
    said = json.loads((tmp_path / "run" / "predictions-seed1.json").read_text(encoding="utf-8"))
    assert sorted(p["case_id"] for p in said) == sorted(PATIENTS)
    with np.load(tmp_path / "run" / "final.npz") as numbers:
        assert numbers["conv1_conv.weight"].shape[1] == 4


def test_a_case_in_which_nobody_sees_a_lesion_is_left_out(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "detect_all", lambda *_: None)
    write_challenge(tmp_path / "data", PATIENTS)
    dark = next(iter(PATIENTS))
    (tmp_path / "data" / dark / f"{dark}_seg.nii.gz").unlink()
    done: list[str] = []
    with pytest.raises(FileError, match="fewer than the"):
        fitting.fit(
            replace(recipe, folds=sum(p[0] == PATIENTS[dark][0] for p in PATIENTS.values())),
            tmp_path / "data",
            tmp_path / "run",
            remember(done),
        )
    assert f"left out {dark}, which shows no lesion" in done


def test_training_goes_on_after_the_weights_of_imagenet_were_asked_for(tmp_path: Path) -> None:
    program = """
import socket
import torch
from brainviewer.core.errors import FileError
from brainviewer.training.resnet50 import ResNet50, from_imagenet

def refuse(*_): raise OSError("no network")

socket.socket.connect = socket.getaddrinfo = refuse
try:
    from_imagenet(3)
except FileError as error:
    print(error)
torch.optim.AdamW(ResNet50(3).parameters()).step()
print("went on")
"""
    # A process of its own, in which nothing has loaded Keras or PyTorch's compiler before.
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
    )
    assert ended.returncode == 0, ended.stderr
    assert "The weights of ImageNet cannot be had" in ended.stdout
    assert ended.stdout.endswith("went on\n")
