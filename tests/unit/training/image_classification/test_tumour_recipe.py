"""The recipe of the network for single images is read strictly."""

from pathlib import Path

import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe
from brainviewer.training.training_runs import TUMOUR_IMAGES, recipe_kind

SHIPPED = resources() / "recipes" / "xception-tumour.toml"
STUDENT = SHIPPED.with_name("resnet50-tumour.toml")


def test_the_shipped_recipe_is_read() -> None:
    plan = read_tumour_recipe(SHIPPED)
    assert plan.input.channels == ("picture",)
    assert plan.training.frozen == 5
    assert recipe_kind(SHIPPED) == TUMOUR_IMAGES


def test_the_recipe_of_the_network_that_learns_from_another() -> None:
    plan, teacher = read_tumour_recipe(STUDENT), read_tumour_recipe(SHIPPED)
    assert plan.teacher == SHIPPED.stem
    assert plan.pretraining is not None
    # Its variants are the teacher's, and what one must not learn the other must not, either.
    assert (plan.draws, plan.lgg, plan.left_out) == (teacher.draws, teacher.lgg, teacher.left_out)
    assert plan.input.steps == teacher.input.steps


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("draws = 6", "draws = 0"),
        ("frozen = 5", "frozen = 12"),
        ('network = "xception"', 'network = "alexnet"'),
        ('channels = ["picture"]', 'channels = ["picture", "T1"]'),
        ("lgg = 0.15", ""),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert line in text
    (tmp_path / "wrong.toml").write_text(text.replace(line, instead), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be used"):
        read_tumour_recipe(tmp_path / "wrong.toml")


@pytest.mark.parametrize("line", ['teacher = "xception-tumour"\n', "[pretraining]\n"])
def test_a_student_needs_teacher_and_pretraining(tmp_path: Path, line: str) -> None:
    text = STUDENT.read_text(encoding="utf-8")
    (tmp_path / "wrong.toml").write_text(text.replace(line, ""), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be used"):
        read_tumour_recipe(tmp_path / "wrong.toml")
    (tmp_path / "both.toml").write_text('weights = "imagenet"\n' + text, encoding="utf-8")
    with pytest.raises(FileError, match="either weights or a teacher"):
        read_tumour_recipe(tmp_path / "both.toml")
