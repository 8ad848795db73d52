"""Recipes of subtypes are read completely or refused."""

from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.subtype.recipe import RECIPE, read_subtype_recipe

SHIPPED = sorted(RECIPE.parent.glob("resnet50-glioma*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.stem))
def test_every_recipe_that_ships_can_be_used(path: Path) -> None:
    recipe = read_subtype_recipe(path)
    assert recipe.folds >= 2 and recipe.seeds
    assert recipe.training.samples >= recipe.training.batch
    assert set(recipe.input.channels) <= {"T1", "FLAIR", "T1ce", "T2"}
    assert "blacken_outside_brain" in {step.name for step in recipe.input.steps}
    assert 0 < recipe.weak < 0.5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 2026", ""),
        ("size = 128", "size = 1"),
        ("folds = 5", 'folds = "five"'),
        ("weak = 0.25", "weak = 1.0"),
        ("frozen = 4", "frozen = 5"),
        ("frozen = 4", "frozen = 0"),
        ("stacked = false", "stacked = true"),
        ("[input]", "[[[input]"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be (used|read)"):
        read_subtype_recipe(path)


def test_no_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file none"):
        read_subtype_recipe(tmp_path / "none.toml")
