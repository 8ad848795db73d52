"""Training on a tiny made-up data set with a tiny network: every part runs, and resumes."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from brainviewer.training import fit as fitting  # noqa: E402
from brainviewer.training.network import FEATURES  # noqa: E402
from brainviewer.training.recipes import Recipe, Schedule, read_recipe  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


class Tiny(torch.nn.Module):  # type: ignore[misc]
    """Stands in for ResNet50: mean colour, then the dense layer."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(3)
        self.wide = torch.nn.Linear(3, FEATURES)
        self.dense = torch.nn.Linear(FEATURES, classes)

    def forward(self, x: Any) -> Any:
        return self.dense(self.wide(self.norm(x.mean(dim=(2, 3)))))


@pytest.fixture
def recipe() -> Recipe:
    recipe = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    schedule = Schedule(64, 16, 1e-3, 0.0, 0.0, 0.5)
    changes = {"pretraining": schedule, "training": schedule, "folds": 2}
    model_input = type(recipe.input)(**{**vars(recipe.input), "size": 32})
    return Recipe(**{**vars(recipe), **changes, "input": model_input})


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
        picture = random.normal(90, 6, (64, 64, 3)) * head[..., None]
        picture[lesion] = (70, 150, {"A": 40, "O": 95, "G": 200}[code])
        folder = tmp_path / "lgg" / f"case{number}"
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "001.jpg"), picture.clip(0, 255).astype(np.uint8)[:, :, ::-1])
        cv2.imwrite(str(folder / "001_mask.png"), lesion.astype(np.uint8) * 255)
        lines.append(f"case{number},{code},{40 + number}")
    (tmp_path / "lgg" / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "cheng").mkdir()
    cv2.imwrite(str(tmp_path / "cheng" / "a.jpg"), (90 * head).astype(np.uint8))
    (tmp_path / "cheng" / "labels.csv").write_text(
        "file,class,box_cx,box_cy,box_w,box_h\na.jpg,glioma,0.5,0.5,0.2,0.2\na.jpg,none,,,,\n",
        encoding="utf-8",
    )
    return tmp_path


def test_fitting_leaves_every_file_and_goes_on_where_it_stopped(
    recipe: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ResNet50", Tiny)
    out = tmp_path / "run"
    done: list[str] = []

    def report(fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        done.append(text.split(":", maxsplit=1)[0])

    fitting.fit(recipe, data, out, report)
    names = {"pretrained.npz", "fold-0.npz", "fold-1.npz", "final.npz", "predictions.json"}
    assert {path.name for path in out.iterdir()} == names
    predictions = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert [p["number"] for p in predictions] == list(range(12))
    assert {len(logits) for p in predictions for logits in p["logits"].values()} == {3}
    assert "case" not in json.dumps(predictions)
    assert {"pretraining", "fold 1", "fold 2", "all patients"} <= set(done)

    done.clear()
    (out / "final.npz").unlink()
    fitting.fit(recipe, data, out, report)
    assert "all patients" in done
    assert not {"pretraining", "fold 1", "fold 2"} & set(done)
    assert json.loads((out / "predictions.json").read_text(encoding="utf-8")) == predictions


def test_what_can_be_learned_is_learned() -> None:
    torch.manual_seed(0)
    tiny = Tiny(2)

    def sample(random: np.random.Generator) -> tuple[Any, int]:
        label = int(random.integers(2))
        image = random.normal(0, 1, (3, 8, 8)).astype(np.float32)
        image[2] += 2 * label
        return image, label

    schedule = Schedule(640, 32, 1e-3, 0.0, 0.0, 0.9)
    kept = fitting.learn(tiny, sample, schedule, 7, "test", lambda fraction, text: None)
    random = np.random.default_rng(99)
    images, labels = zip(*(sample(random) for _ in range(64)), strict=True)
    with torch.no_grad():
        answers = kept(torch.from_numpy(np.stack(images))).argmax(dim=1).numpy()
    assert np.mean(answers == labels) > 0.95
    assert not kept.training


def test_no_patient_of_a_fold_is_learned_from(
    recipe: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ResNet50", Tiny)
    seen: list[tuple[set[str], set[str]]] = []
    real_train, real_predict = fitting.train, fitting.predict_unseen
    learned: list[set[str]] = []

    def train(recipe: Recipe, patients: Any, *rest: Any) -> Any:
        learned.append({patient.case_id for patient in patients})
        return real_train(recipe, patients, *rest)

    def predict(network: Any, recipe: Recipe, patients: Any, *rest: Any) -> Any:
        seen.append((learned[-1], {patient.case_id for patient in patients}))
        return real_predict(network, recipe, patients, *rest)

    monkeypatch.setattr(fitting, "train", train)
    monkeypatch.setattr(fitting, "predict_unseen", predict)
    fitting.fit(recipe, data, tmp_path / "run", lambda fraction, text: None)
    assert len(seen) == 2
    assert not any(train_cases & test_cases for train_cases, test_cases in seen)
    assert len(set.union(*(test_cases for _, test_cases in seen))) == 12
