"""From a folder of images to a model that ships: trained, measured and packed, in small."""

import csv
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)
pytest.importorskip("torch._dynamo")  # before Keras: the other way round, the process dies

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, silent
from brainviewer.models.card_file import load_card
from brainviewer.models.engine.onnx_runtime import OnnxRuntime
from brainviewer.models.feature_ood import embedding, load_ood
from brainviewer.models.image_classification.input import prepare_image
from brainviewer.models.registry import verify
from brainviewer.training.evaluation_runs import measure
from brainviewer.training.image_classification import tumour_package as packing
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.training_runs import train
from tests.gluon_arrays import write_gluon_arrays

SHIPPED = resources() / "recipes" / "resnet50-tumour.toml"
MODEL = resources() / "models" / "resnet50-tumour"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def image(label: int, random: np.random.Generator) -> tuple[np.ndarray, tuple[float, ...]]:
    """A head with a spot whose place tells the class; without one for the last."""
    head = np.zeros((110, 110), np.uint8)
    cv2.ellipse(head, (55, 55), (40, 50), 0, 0, 360, 90, cv2.FILLED)
    # No two heads resemble each other so much that they count as copies.
    texture = cv2.resize(random.uniform(0.2, 1, (5, 5)), (110, 110), interpolation=cv2.INTER_CUBIC)
    head = (head * texture.clip(0.2, 1)).astype(np.uint8)
    x, y = ((35, 40), (75, 40), (55, 80), (0, 0))[label]
    if label < 3:
        cv2.circle(head, (x, y), 9, 200, cv2.FILLED)
    noisy = head + random.normal(0, 6, head.shape) * (head > 0)
    return noisy.clip(0, 255).astype(np.uint8), (x / 110, y / 110, 0.16, 0.16)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    rows = []
    for number in range(32):
        label = number % 4
        shown, box = image(label, random)
        file = f"{CLASSES[label]}/{number}.png"
        (folder / "cheng" / CLASSES[label]).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "cheng" / file), shown)
        ill = label < 3
        fold = 1 + number // 8 if ill else ""
        rows.append([file, CLASSES[label], fold, 110, 110, *(box if ill else [""] * 4)])
    with (folder / "cheng" / "labels.csv").open("w", newline="") as table:
        head = "file class fold source_width source_height box_cx box_cy box_w box_h"
        csv.writer(table).writerows([head.split(), *rows])
    (folder / "strange" / "stripes").mkdir(parents=True)
    stripes = np.tile(np.arange(120) % 16 * 15, (120, 1)).astype(np.uint8)
    cv2.imwrite(str(folder / "strange" / "stripes" / "1.png"), stripes)
    return folder


def small(shipped: Path, folder: Path, changes: Sequence[tuple[str, str]]) -> Path:
    """A recipe that ships, made quick."""
    text = shipped.read_text(encoding="utf-8")
    for line, instead in changes:
        assert line in text
        text = text.replace(line, instead)
    left_out = text[text.index("left_out") : text.index("]\n", text.index("left_out")) + 2]
    recipe = folder / f"small-{shipped.name}"
    recipe.write_text(text.replace(left_out, 'left_out = ["none/3.png"]\n'), encoding="utf-8")
    return recipe


def test_trained_measured_and_packed(data: Path, tmp_path: Path) -> None:
    recipe = small(SHIPPED, tmp_path, (
        ("size = 192", "size = 96"), ("samples = 12800", "samples = 32"),
        ("batch = 32", "batch = 8"), ("draws = 4", "draws = 2"),
        ("lgg = { fraction = 0.12 }", ""), ("sartaj = { fraction = 0.08 }", ""),
    ))  # fmt: skip
    weights, other, run = tmp_path / "arrays", tmp_path / "other", tmp_path / "run"
    weights.mkdir()
    other.mkdir()
    write_gluon_arrays(weights, last=1)
    with pytest.raises(FileError):
        train(recipe, data / "cheng", run, silent, Options(weights=str(other)))
    assert not run.exists()
    train(recipe, data / "cheng", run, silent, Options(weights=str(weights)))
    first = (run / "fold1.npz").stat().st_mtime_ns
    train(recipe, data / "cheng", run, silent, Options(weights=str(weights)))
    assert (run / "fold1.npz").stat().st_mtime_ns == first
    with pytest.raises(FileError, match="other weights"):
        train(recipe, data / "cheng", run, silent, Options(weights=str(other)))

    record = measure(run, ood_images=data / "strange")
    assert sum(record["images"].values()) == 32
    row = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert row["network"] == recipe.stem
    assert record["scope"]["kinds"]["stripes"]["images"] == 1
    assert record["doubtful"]["images"] >= 1

    model = tmp_path / MODEL.name
    model.mkdir()
    for name in ("about.toml", "README.md"):
        shutil.copyfile(MODEL / name, model / name)
    packing.main(model, run, recipe)
    card = load_card(model)
    verify(card)
    assert card.of_images
    assert card.network is not None
    assert card.ood_check is not None
    runtime = OnnxRuntime(1)
    runtime.load(card.network)
    shown, _ = image(1, np.random.default_rng(9))
    logits, features = runtime.predict(prepare_image(shown.astype(np.float32), card.input).tensor)
    prediction = card.fusion_head.predict(logits[0])
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert np.isfinite(load_ood(card.ood_check).distance(embedding(features)))
