"""A run belongs to one recipe and to the cases that it was begun with."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from labelled_folders import write_lgg

from brainviewer.core.errors import FileError, silent
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.labelled_data import detections as finding
from brainviewer.training.labelled_data.cases import find_cases, read_cases
from brainviewer.training.training_runs import (
    DETECTOR_HAS_SEEN,
    GLIOMA_TYPE,
    IMAGE_CLASSES,
    IMAGE_VOTE,
    LESION_SEGMENTATION,
    TUMOUR_IMAGES,
    begin,
    find_recipe,
    recipe_kind,
    shipped_recipes,
    train,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_lgg(tmp_path / "data")
    return tmp_path / "data"


def recipe(folder: Path, text: str = "seed = 1\n") -> Path:
    file = folder / "mine.toml"
    file.write_text(text)
    return file


def test_recipes_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    shipped = shipped_recipes()
    assert {"resnet50-glioma", "lesion-outline"} <= shipped.keys()
    assert find_recipe("resnet50-glioma") == shipped["resnet50-glioma"]
    mine = recipe(tmp_path)
    assert find_recipe(str(mine)) == mine
    with pytest.raises(FileError, match="did you mean resnet50-glioma") as refused:
        find_recipe("resnet-glioma")
    assert "lesion-outline" in refused.value.advice


def test_every_shipped_recipe_is_of_a_known_kind() -> None:
    kinds = {name: recipe_kind(path) for name, path in shipped_recipes().items()}
    assert kinds.pop("lesion-outline") == LESION_SEGMENTATION
    assert kinds.pop("ensemble-vote") == kinds.pop("tumour-vote") == IMAGE_VOTE
    assert kinds.pop("resnet50-tumour") == TUMOUR_IMAGES
    images = {name for name, kind in kinds.items() if kind == IMAGE_CLASSES}
    assert {"cnn-128-flip", "ann-grid", "transfer-vgg16"} < images
    assert {kinds[name] for name in kinds.keys() - images} == {GLIOMA_TYPE}


@pytest.mark.parametrize(
    ("text", "said"), [("seed = \n", "cannot be read"), ('kind = "soup"\n', "'soup'")]
)
def test_a_recipe_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        recipe_kind(recipe(tmp_path, text))


def test_a_run_goes_on_with_the_same_recipe_and_cases(data: Path, tmp_path: Path) -> None:
    mine, out = recipe(tmp_path), tmp_path / "runs" / "first"
    begin(mine, find_cases(data), out)
    assert (out / "recipe.toml").read_bytes() == mine.read_bytes()
    about = json.loads((out / "run.json").read_text())
    assert (about["recipe"], about["layout"], about["cases"]) == ("mine", "lgg", 2)
    begin(mine, find_cases(data), out)
    table = data / "labels.csv"
    table.write_text(table.read_text().replace(",38,", ",39,"))
    begin(mine, find_cases(data), out)  # an age put right does not change what was learned
    table.write_text(table.read_text().replace(",G,", ",O,"))
    with pytest.raises(FileError, match="other cases"):
        begin(mine, find_cases(data), out)
    with pytest.raises(FileError, match="another recipe"):
        begin(recipe(tmp_path, "seed = 2\n"), find_cases(data), out)
    assert json.loads((out / "run.json").read_text()) == about


def test_a_file_in_the_place_of_the_folder(data: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(FileError, match="is a file"):
        begin(recipe(tmp_path), find_cases(data), tmp_path / "out")


def test_weights_that_cannot_be_read_begin_no_run(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "cheng").mkdir()
    (tmp_path / "cheng" / "labels.csv").touch()
    plan, out = shipped_recipes()["resnet50-tumour"], tmp_path / "out"
    with pytest.raises(FileError, match=r"has no resnetv24_\S+ of the right shape"):
        train(plan, tmp_path, out, silent, Options(weights=str(tmp_path)))
    assert not out.exists()


def outlined_from(row: int) -> Callable[[Study], TumourFinding]:
    """A detector that sees the same square in every head."""

    def find(study: Study) -> TumourFinding:
        mask = np.zeros(study.grid.shape, bool)
        mask[row : row + 4, 20:24, 1] = True
        brain = np.ones(study.grid.shape, bool)
        return TumourFinding("toy", True, index=1, mask=mask, brain=brain)

    return find


def a_glioma_recipe(folder: Path) -> Path:
    text = shipped_recipes()["resnet50-glioma"].read_text(encoding="utf-8")
    return recipe(folder, text.replace("folds = 5", "folds = 2"))


def test_numbers_to_start_from_are_asked_for_before_anything_is_written(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    write_lgg(tmp_path / "data", {f"TOY-{code}{n}": (code, 50) for code in "AOG" for n in (1, 2)})
    for weights in ("", str(tmp_path / "nowhere")):
        with pytest.raises(FileError, match="ImageNet numbers") as refused:
            plan, out = a_glioma_recipe(tmp_path), tmp_path / "run"
            train(plan, tmp_path / "data", out, silent, Options(weights=weights))
        assert "--weights" in refused.value.advice
    assert not (tmp_path / "run").exists()


def test_outlines_that_are_given_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    write_lgg(tmp_path / "data", {f"TOY-{code}{n}": (code, 50) for code in "AOG" for n in (1, 2)})
    cases, given, out = read_cases(tmp_path / "data"), tmp_path / "given", tmp_path / "run"
    plan = a_glioma_recipe(tmp_path)
    monkeypatch.setattr("brainviewer.training.subtype.fit.fit", lambda *_: None)
    monkeypatch.setattr("brainviewer.training.subtype.fit.imagenet_network", lambda *_: None)
    said: list[str] = []
    train(plan, tmp_path / "data", tmp_path / "other", silent, tell=said.append)
    assert said == [DETECTOR_HAS_SEEN]

    for case in cases:
        finding.detect(case, given, outlined_from(10))
    (given / finding.STRIPPED / "TOY-A1.npz").unlink()  # as if no brain had been seen
    train(plan, tmp_path / "data", out, silent, tell=said.append, found=given)
    assert said == [DETECTOR_HAS_SEEN]
    # The detector that ships may have seen these patients: it must not look at them again.
    monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", outlined_from(30))
    finding.detect_all(cases, out / "found", silent)
    files = [file.relative_to(given) for file in given.rglob("*.npz")]
    assert len(files) == 11
    for file in files:
        assert (out / "found" / file).read_bytes() == (given / file).read_bytes()
