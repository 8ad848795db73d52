"""Heatmaps of a run: the application's own, of images that the network never saw."""

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from command_line import refused, run
from labelled_images import head
from own_networks import CLASSES, write_run_network

from brainviewer.core.errors import FileError, silent
from brainviewer.training.image_classification.evaluation.result_files import write_predictions
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.runs import heatmaps
from brainviewer.training.runs.heatmaps import write_heatmaps
from brainviewer.training.training_runs import shipped_recipes

FILES = tuple(f"{label}/{number}.png" for label in CLASSES for number in range(6))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two folds that called every image of the first a glioma."""
    made, data = tmp_path / "made", tmp_path / "data"
    for file in FILES:
        (data / file).parent.mkdir(parents=True, exist_ok=True)
        label, number = file.removesuffix(".png").split("/")
        cv2.imwrite(str(data / file), head(label, int(number), 96))
    made.mkdir()
    write_run_network(made, len(FILES))
    shutil.copy(shipped_recipes()["cnn-128-flip"], made / "recipe.toml")
    (made / "run.json").write_text(json.dumps({"data": str(data)}))
    truth = np.repeat(np.arange(3), 6)
    folds = tuple("1" if place % 2 else "2" for place in range(18))[::-1]
    said = np.eye(3)[np.zeros(18, int)]
    tested = Predictions(FILES, folds, truth, said)
    write_predictions(made / "predictions.npz", tested)
    return made


def test_right_and_wrong_images_of_the_first_fold(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets: list[Any] = []
    real = heatmaps.contact_sheet
    monkeypatch.setattr(
        heatmaps, "contact_sheet", lambda *given: sheets.append(given) or real(*given)
    )
    said = write_heatmaps(folder, 4, folder / "heatmaps.png", silent)
    assert said == f"Heatmaps of 4 held-out images are in {folder / 'heatmaps.png'}."
    assert (folder / "heatmaps.png").read_bytes().startswith(b"\x89PNG")
    title, tiles = sheets[0]
    assert title == "made: 4 held-out images, class-activation heatmaps"
    for tile in tiles:
        assert tile.image.shape == (96, 96, 3)
        # Colours: the map lies over the grey image.
        assert np.ptp(tile.image.astype(int), axis=2).max() > 40
        assert tile.caution == tile.second.startswith("it is ")


def test_fewer_images_than_asked_for(folder: Path) -> None:
    assert "9 held-out images" in write_heatmaps(folder, 400, folder / "all.png", silent)


def test_a_network_with_another_end_has_none(folder: Path) -> None:
    write_run_network(folder, len(FILES), pooled=False)
    with pytest.raises(FileError, match="has no heatmap: it does not end in global average"):
        write_heatmaps(folder, 4, folder / "heatmaps.png", silent)
    assert not (folder / "heatmaps.png").exists()


def test_images_that_are_gone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    with pytest.raises(FileError, match="are not in data"):
        write_heatmaps(folder, 4, folder / "heatmaps.png", silent)
    write_heatmaps(folder, 2, folder / "heatmaps.png", silent, tmp_path / "elsewhere")


def test_runs_without_one_network_of_images(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "grid" / "first")
    with pytest.raises(FileError, match="no single network") as refusal:
        write_heatmaps(tmp_path / "grid", 4, tmp_path / "heatmaps.png", silent)
    assert "first" in refusal.value.advice


def test_the_command_refuses_a_model(capfd: Any) -> None:
    assert run("evaluate", "xception-tumour", "--heatmaps", 4) == 2
    assert "Heatmaps are made of images that a run has tested" in refused(capfd)
