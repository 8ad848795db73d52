"""The recipe of the network for single images is read strictly."""

from pathlib import Path

import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe
from brainviewer.training.training_runs import TUMOUR_IMAGES, recipe_kind

SHIPPED = resources() / "recipes" / "xception-tumour.toml"
RESNET = SHIPPED.with_name("resnet50-tumour.toml")


def test_the_shipped_recipe_is_read() -> None:
    plan = read_tumour_recipe(SHIPPED)
    assert plan.input.channels == ("picture",)
    assert plan.quantile == 0.96
    assert plan.training.frozen == 5
    assert recipe_kind(SHIPPED) == TUMOUR_IMAGES


def test_the_recipe_of_the_default_differs_where_it_says_so() -> None:
    plan, other = read_tumour_recipe(RESNET), read_tumour_recipe(SHIPPED)
    assert plan.input.steps == other.input.steps
    assert plan.left_out == other.left_out
    assert plan.further["sartaj"].fraction > 0
    assert plan.early_size < plan.input.size
    assert (other.hard, other.mixup, other.focal, other.early) == (0, 0, 0, 0)


def test_a_recipe_that_does_not_say_refuses_one_image_in_fifty(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("quantile = 0.96", "")
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    assert read_tumour_recipe(tmp_path / "new.toml").quantile == 0.98


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("balance = 0.5", "balance = 1.5"),
        ("balance = 0.5", "balance = 0.5\nhard = -1"),
        ("balance = 0.5", "balance = 0.5\nearly_size = 100"),
        ("quantile = 0.96", "quantile = 1.0"),
        ("frozen = 5", "frozen = 12"),
        ('network = "xception"', 'network = "alexnet"'),
        ('channels = ["picture"]', 'channels = ["picture", "T1"]'),
        ("lgg = { fraction = 0.15 }", "lgg = { fraction = 1.15 }"),
        ("lgg = { fraction = 0.15 }", "other = { fraction = 0.15 }"),
        ("lgg = { fraction = 0.15 }", "lgg = 0.15"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert line in text
    (tmp_path / "wrong.toml").write_text(text.replace(line, instead), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be used"):
        read_tumour_recipe(tmp_path / "wrong.toml")
