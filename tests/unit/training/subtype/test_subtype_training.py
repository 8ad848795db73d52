"""Training on a tiny made-up data set with a tiny network: every part runs, and resumes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

from brainviewer.core.errors import Cancelled, FileError  # noqa: E402
from brainviewer.core.findings.tumour import TumourFinding  # noqa: E402
from brainviewer.core.study import Study  # noqa: E402
from brainviewer.files.structured import read_json  # noqa: E402
from brainviewer.imaging.measure.descriptors import NAMES  # noqa: E402
from brainviewer.models.feature_ood import load_ood  # noqa: E402
from brainviewer.training.labelled_data.cases import read_cases  # noqa: E402
from brainviewer.training.labelled_data.collection import Case  # noqa: E402
from brainviewer.training.labelled_data.detections import detect  # noqa: E402
from brainviewer.training.recipes import Schedule  # noqa: E402
from brainviewer.training.resnet50 import FEATURES, MIDDLE_FEATURES  # noqa: E402
from brainviewer.training.subtype import fit as fitting  # noqa: E402
from brainviewer.training.subtype import predictions as predicting  # noqa: E402
from brainviewer.training.subtype.evaluate import DEFAULT, evaluate_run  # noqa: E402
from brainviewer.training.subtype.patients import patients_of  # noqa: E402
from brainviewer.training.subtype.recipe import (  # noqa: E402
    RECIPE,
    SubtypeRecipe,
    read_subtype_recipe,
)


class Tiny(torch.nn.Module):  # type: ignore[misc]
    """Stands in for the ResNet50: mean colours, then the dense layer."""

    channels = (MIDDLE_FEATURES, FEATURES)

    def __init__(self, classes: int, depth: int = 3) -> None:
        super().__init__()
        self.stem = torch.nn.Conv2d(depth, depth, 1)
        self.conv = torch.nn.Conv2d(depth, MIDDLE_FEATURES, 1)
        self.norm = torch.nn.BatchNorm2d(depth)
        self.wide = torch.nn.Conv2d(MIDDLE_FEATURES, FEATURES, 1)
        self.dense = torch.nn.Linear(FEATURES, classes)

    def lower(self, x: Any, parts: int) -> Any:
        return torch.nn.functional.adaptive_avg_pool2d(self.stem(x), 2)

    def freeze(self, parts: int) -> None:
        self.stem.requires_grad_(False)

    def maps(self, x: Any, after: int = 0) -> Any:
        middle = self.conv(self.norm(x if after else self.lower(x, 1)))
        return middle, self.wide(middle)

    def logits(self, features: Any) -> Any:
        return self.dense(features.mean(dim=(2, 3)))


@pytest.fixture
def recipe() -> SubtypeRecipe:
    recipe = read_subtype_recipe(RECIPE)
    training = Schedule(96, 16, 1e-3, 0.0, 0.0, 0.5, 0.5, 0.1, frozen=4)
    model_input = replace(recipe.input, size=32)
    return replace(
        recipe, training=training, folds=2, seeds=(1, 2), draws=3, input=model_input, bootstrap=10
    )


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(recipe: SubtypeRecipe, weights: str) -> Tiny:
        torch.manual_seed(0)
        return Tiny(len(recipe.classes), len(recipe.input.channels))

    monkeypatch.setattr(predicting, "ResNet50V2", Tiny)
    monkeypatch.setattr(fitting, "imagenet_network", fresh)
    monkeypatch.setattr(fitting, "detect_all", detect_toys)


def detect_toys(cases: list[Case], folder: Path, report: Callable[[float, str], None]) -> None:
    """Stands in for the detector: it is nearly right."""
    for case in cases:
        detect(case, folder, find)
    report(1.0, "finding the tumours")


def find(study: Study) -> TumourFinding:
    i, j, k = np.indices(study.grid.shape)
    mask = (np.hypot(i - 38, j - 30) < 7) & (abs(k - 3) < 2)
    return TumourFinding("toy", True, index=3, mask=mask, brain=np.hypot(i - 32, j - 32) < 28)


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
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
        for place in range(1, 7):
            image = random.normal(90, 6, (64, 64, 3)) * head[..., None]
            if 2 < place < 6:
                image[lesion] = (70, 150, {"A": 40, "O": 95, "G": 200}[code])
                cv2.imwrite(str(folder / f"{place:03d}_mask.png"), lesion.astype(np.uint8) * 255)
            colours = image.clip(0, 255).astype(np.uint8)[:, :, ::-1]
            cv2.imwrite(str(folder / f"{place:03d}.jpg"), colours)
        lines.append(f"case{number},{code},{40 + number}")
    (tmp_path / "lgg" / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_cases(tmp_path / "lgg")


def remember(done: list[str]) -> Callable[[float, str], None]:
    def report(fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        done.append(text.split(":", maxsplit=1)[0])

    return report


def test_fitting_leaves_every_file_and_goes_on_where_it_was_broken_off(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    done: list[str] = []

    def interrupt(fraction: float, text: str) -> None:
        if text.startswith("seed 2, fold 1"):
            raise Cancelled
        done.append(text.split(":", maxsplit=1)[0])

    with pytest.raises(Cancelled):
        fitting.fit(recipe, cases, out, "", interrupt)
    assert "seed 1, fold 2" in done and not (out / "predictions.json").exists()
    first = (out / "seed1-fold0.npz").read_bytes()
    done.clear()
    fitting.fit(recipe, cases, out, "", remember(done))
    assert {"seed 2, fold 1", "seed 2, fold 2", "all patients"} <= set(done)
    assert not {"looking at the cases", "seed 1, fold 1"} & {*done}
    networks_ = {f"seed{s}-fold{f}.npz" for s in (1, 2) for f in (0, 1)}
    names = {path.name for path in out.iterdir()}
    files = {"predictions.json", "scope.npz", "network.json"}
    assert networks_ | files | {"pretrained.npz", "final.npz", "features", "found"} == names
    assert (out / "seed1-fold0.npz").read_bytes() == first
    done.clear()
    fitting.fit(recipe, cases, out, "", remember(done))
    assert set(done) == {"finding the tumours", "done"}

    said = read_json(out / "predictions.json")
    assert said["descriptor_names"] == list(NAMES)
    assert [run["seed"] for run in said["runs"]] == [1, 2]
    for run in said["runs"]:
        assert set(run["fold"]) == {0, 1}
        for hand in ("found", "stripped", "expert"):
            assert all(len(row) == 3 for row in run["logits"][hand])
    assert len(said["patients"]) == 12 and "case" not in str(said["patients"])
    looks = read_json(out / "network.json")["looks"]["trained"]
    assert 0 <= looks["energy"] <= 1
    assert load_ood(out / "scope.npz").mean.shape == (FEATURES,)
    measured = evaluate_run(out, recipe)
    assert measured["figures"][DEFAULT]["figures"]


def test_two_runs_give_the_same_network(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path
) -> None:
    once = replace(recipe, seeds=(1,))
    for name in ("one", "two"):
        fitting.fit(once, cases, tmp_path / name, "", remember([]))
    first, second = ((tmp_path / n / "predictions.json").read_text("utf-8") for n in ("one", "two"))
    assert first == second


def test_no_patient_of_a_fold_is_learned_from(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: dict[str, set[int]] = {}
    real = fitting.learn

    def learn(network: Any, samples: Any, recipe: Any, text: str, *rest: Any) -> Any:
        learned[text] = {*np.flatnonzero(samples.chances).tolist()}
        return real(network, samples, recipe, text, *rest)

    monkeypatch.setattr(fitting, "learn", learn)
    fitting.fit(recipe, cases, tmp_path / "run", "", remember([]))
    assert learned["all patients"] == set(range(12))
    for run in read_json(tmp_path / "run" / "predictions.json")["runs"]:
        for number, fold in enumerate(run["fold"]):
            assert number not in learned[f"seed {run['seed']}, fold {fold + 1}"]


class Seen:
    """Features that say which case they are of."""

    def __init__(self, number: int) -> None:
        self.drawn = np.full((2, 3, 1, 1, 4), number, np.int16)
        self.covered = np.full((2, 3, 1, 1), number, np.uint8)
        self.described = {"found": np.full(len(NAMES), float(number))}


def test_classes_are_drawn_equally_often_and_likely_ones_less(recipe: SubtypeRecipe) -> None:
    def nothing() -> Any:
        raise AssertionError

    named = [*("AAAAAAOOG" + "G"), ""]
    cases = [
        Case(f"c{n}", code, None, nothing, "" if n else "c1", collection="lgg")
        for n, code in enumerate(named[:-1])
    ]
    cases.append(Case("CBICA_X", "", None, nothing, collection="brats18"))
    patients = patients_of(recipe, cases)
    training = replace(recipe.training, batch=3000)
    samples = fitting.Samples(
        replace(recipe, training=training),
        patients,
        [Seen(n) for n in range(len(patients))],  # type: ignore[misc]
        [n for n in range(len(patients)) if n != 7],
        5,
    )
    assert_allclose(samples.chances[6], 1 / 3)
    assert samples.chances[7] == 0
    # The first two are one patient; the last one's class is likely only.
    assert_allclose(samples.chances[:2].sum(), samples.chances[2])
    assert_allclose(samples.chances[10] / samples.chances[9], recipe.weak)
    _, labels, covered, described = samples.batch(0)
    assert np.abs(np.bincount(labels.numpy()) / 3000 - 1 / 3).max() < 0.05
    drawn = np.bincount(np.rint(covered.flatten().numpy() * 255).astype(int), minlength=11)
    assert drawn[7] == 0
    assert_allclose(drawn / 3000, samples.chances, atol=0.03)
    told = {*described[:, 0].tolist()}
    assert len(told) == 10 and max(told) > 1  # in standard deviations, not as they are
    again = samples.batch(0)[1]
    assert torch.equal(labels, again) and not torch.equal(labels, samples.batch(1)[1])


def test_descriptors_are_standardised_by_what_is_learned_from() -> None:
    seen = [Seen(number) for number in (1, 3, 100)]
    seen[0].described["found"][1] = np.nan
    seen[2].described.clear()
    made = fitting.standardised(seen, [0, 1])  # type: ignore[arg-type]
    assert_allclose(made[:2, 0], [-1, 1])
    assert np.isnan(made[:2, 1]).all() and np.isnan(made[2]).all()  # one value has no spread
    said, wanted = torch.zeros(2, 2), torch.tensor([[2.0, float("nan")], [0.0, 0.5]])
    assert_allclose(float(fitting.description_loss(said, wanted)), (1.5 + 0.125) / 3)
    assert float(fitting.description_loss(said, torch.full((2, 2), float("nan")))) == 0


def test_what_can_be_learned_is_learned(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path
) -> None:
    training = replace(recipe.training, samples=1600, learning_rate=3e-3)
    plan = replace(recipe, seeds=(1,), draws=8, training=training)
    fitting.fit(plan, cases, tmp_path / "run", "", remember([]))
    said = read_json(tmp_path / "run" / "predictions.json")
    logits = np.array(said["runs"][0]["logits"]["expert"])
    truth = ["AOG".index(one["label"]) for one in said["patients"]]
    assert np.mean(logits.argmax(axis=1) == truth) > 0.7


def test_a_case_in_which_nobody_sees_a_lesion_is_left_out(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "detect_all", lambda cases, *rest: detect_toys(cases[1:], *rest))
    dark = replace(cases[0], load=lambda: replace(cases[0].load(), lesion=None))
    done: list[str] = []
    once = replace(recipe, seeds=(1,))
    fitting.fit(once, [dark, *cases[1:]], tmp_path / "run", "", remember(done))
    assert "left out case0, which shows no lesion" in done
    assert len(read_json(tmp_path / "run" / "predictions.json")["patients"]) == 11


def test_features_that_cannot_be_read_are_told(
    recipe: SubtypeRecipe, cases: list[Case], tmp_path: Path
) -> None:
    (tmp_path / "run" / "features").mkdir(parents=True)
    (tmp_path / "run" / "features" / "case3.npz").write_bytes(b"half")
    with pytest.raises(FileError, match=r"case3\.npz of the run cannot be read"):
        fitting.fit(recipe, cases, tmp_path / "run", "", remember([]))
