"""Images for networks that know nothing of MR, and what is learned from their features."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import Case, LabelledStudy

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from brainviewer.training.recipes import read_recipe
from brainviewer.training.subtype import baselines
from brainviewer.training.subtype.evaluate import RECIPE

GRID = Grid((60, 70, 12), np.diag([1.0, 1.0, 5.0, 1.0]))


def made_up() -> tuple[Study, np.ndarray, np.ndarray]:
    brain, lesion = np.zeros(GRID.shape, bool), np.zeros(GRID.shape, bool)
    brain[5:55, 5:65, 1:11] = True
    lesion[10:20, 40:50, 3:8] = True
    lesion[10:16, 40:46, 8] = True
    image = np.where(brain, np.random.default_rng(0).normal(100, 10, GRID.shape), 0)
    flair = np.where(lesion, 160, image)
    volumes = {
        m: Volume(m, data.astype(np.float32), GRID)
        for m, data in ((Modality.FLAIR, flair), (Modality.T1, image))
    }
    return Study(volumes, GRID), lesion, brain


def test_images_show_the_lesion_in_the_middle_and_grey_for_what_is_missing(tmp_path: Path) -> None:
    study, lesion, _ = made_up()
    case = Case("made-up", "A", None, lambda: LabelledStudy(study, lesion))
    images = baselines.lesion_images(case, tmp_path, read_recipe(RECIPE).input)
    assert images.shape == (3, baselines.SIZE, baselines.SIZE, 3)
    assert images.min() >= 0 and images.max() <= 255
    middle, centre = slice(90, 134), baselines.SIZE // 2
    t1, flair, t1ce = (images[1, middle, middle, n] for n in range(3))
    assert flair.min() > t1.mean() + 60
    assert_allclose(t1ce, t1ce[0, 0])
    bright = images[1, centre, :, 1] > 180
    assert_allclose(np.flatnonzero(bright).mean(), centre, atol=12)


def test_a_case_without_an_outline_is_refused(tmp_path: Path) -> None:
    study, _, _ = made_up()
    case = Case("made-up", "A", None, lambda: LabelledStudy(study, None))
    with pytest.raises(FileError, match="no segmentation by an expert"):
        baselines.lesion_images(case, tmp_path, read_recipe(RECIPE).input)


def test_each_fold_is_classified_by_what_the_others_taught(tmp_path: Path) -> None:
    def never() -> None:
        raise AssertionError

    recipe = replace(read_recipe(RECIPE), folds=3)
    labels = ["AAOG"[n % 4] for n in range(48)]
    cases = [Case(f"case-{n}", label, None, never) for n, label in enumerate(labels)]
    random = np.random.default_rng(1)
    features = np.abs(random.normal(0, 1, (48, 50))).astype(np.float32)
    for number, label in enumerate(labels):
        features[number, "AOG".index(label)] += 9
    baselines.predict_held_out(recipe, cases, features, tmp_path)
    entries = json.loads((tmp_path / baselines.PREDICTIONS_FILE).read_text())
    assert sorted(e["case_id"] for e in entries) == sorted(c.case_id for c in cases)
    right = [np.argmax(e["logits"]["expert"]) == "AOG".index(e["label"]) for e in entries]
    assert np.mean(right) > 0.7


def test_a_file_without_an_xception_is_refused(tmp_path: Path) -> None:
    class Base:
        layers = (type("Conv2D", (), {})(),)

    (tmp_path / "other.keras").write_bytes(b"nothing of the kind")
    with pytest.raises(FileError, match="no Xception"):
        baselines._copy_weights(tmp_path / "other.keras", Base())
