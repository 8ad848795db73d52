"""The recipe of the network for single images is read strictly."""

from pathlib import Path

import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe
from brainviewer.training.training_runs import TUMOUR_IMAGES, recipe_kind

SHIPPED = resources() / "recipes" / "resnet50-tumour.toml"


def test_the_shipped_recipe_is_read() -> None:
    plan = read_tumour_recipe(SHIPPED)
    assert plan.input.channels == ("picture",)
    assert plan.quantile == 0.98
    assert plan.training.frozen == 4
    assert plan.draws > 0
    assert set(plan.further) == {"lgg", "sartaj"}
    assert recipe_kind(SHIPPED) == TUMOUR_IMAGES


def test_a_recipe_that_does_not_say_refuses_one_image_in_fifty(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("quantile = 0.98", "")
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    assert read_tumour_recipe(tmp_path / "new.toml").quantile == 0.98


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("balance = 0.75", "balance = 1.5"),
        ("hard = 4.0", "hard = -1"),
        ("draws = 4", "draws = -1"),
        ("frozen = 4", "frozen = 0"),
        ("quantile = 0.98", "quantile = 1.0"),
        ("frozen = 4", "frozen = 12"),
        ('network = "resnet50v2"', 'network = "alexnet"'),
        ('channels = ["picture"]', 'channels = ["picture", "T1"]'),
        ("lgg = { fraction = 0.12 }", "lgg = { fraction = 1.12 }"),
        ("lgg = { fraction = 0.12 }", "other = { fraction = 0.12 }"),
        ("lgg = { fraction = 0.12 }", "lgg = 0.12"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert line in text
    (tmp_path / "wrong.toml").write_text(text.replace(line, instead), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be used"):
        read_tumour_recipe(tmp_path / "wrong.toml")
