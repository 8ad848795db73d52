"""What cannot be evaluated is told in a sentence, before anything is computed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.training.recipes import Recipe, read_recipe
from brainviewer.training.subtype.evaluation_inputs import read_predictions
from brainviewer.training.training_runs import shipped_recipes


@pytest.fixture
def recipe() -> Recipe:
    return replace(read_recipe(shipped_recipes()["resnet50-glioma"]), folds=3, seeds=(1,))


def leave(run: Path, labels: str, names: tuple[str, ...] = tuple(NAMES)) -> Path:
    """A finished run with patients of these classes, two neighbours in each of three folds."""
    patients = [
        {"case_id": f"p{n:02}", "label": label, "age_years": 40.0} for n, label in enumerate(labels)
    ]
    said = [
        p | {"fold": n // 2 % 3, "seed": 1, "found": True, "logits": {"found": [0.0, 0.0, 0.0]}}
        for n, p in enumerate(patients)
    ]
    (run / "predictions-seed1.json").write_text(json.dumps(said))
    described = [p | {"found": [0.0] * len(names)} for p in patients]
    table = {"names": names, "patients": described}
    (run / "descriptors.json").write_text(json.dumps(table))
    return run


def test_a_class_that_a_fold_holds_alone(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(FileError, match="Fold 1 leaves no patient of class G to learn from"):
        read_predictions(leave(tmp_path, "AAAAAAOOOOOOGG"), recipe)
    # One patient in each of two folds can be learned from.
    assert len(read_predictions(leave(tmp_path, "AAAAAAOOOOOOAGGA"), recipe)["patients"]) == 16


@pytest.mark.parametrize(
    ("names", "fits"), [((*NAMES[:-1], "new"), False), ((*NAMES, "new"), True)], ids=str
)
def test_a_table_of_other_descriptors(
    tmp_path: Path, recipe: Recipe, names: tuple[str, ...], fits: bool
) -> None:
    run = leave(tmp_path, "AAAAAAOOOOOOGGGG", names)
    if fits:
        assert read_predictions(run, recipe)["descriptor_names"] == list(NAMES)
        return
    with pytest.raises(FileError, match="holds other descriptors") as refused:
        read_predictions(run, recipe)
    assert refused.value.advice.startswith("Delete it")


def test_a_case_that_training_left_out(tmp_path: Path, recipe: Recipe) -> None:
    run = leave(tmp_path, "AAAAAAOOOOOOGGGG")
    file = run / "predictions-seed1.json"
    file.write_text(json.dumps(json.loads(file.read_text())[1:]))
    assert [p["label"] for p in read_predictions(run, recipe)["patients"]] == [*"AAAAAOOOOOOGGGG"]
