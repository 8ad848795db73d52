"""The recipe of the network for single pictures is read strictly."""

from pathlib import Path

import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.training.running import TUMOUR_PICTURES, recipe_kind
from brainviewer.training.tumour_pictures.recipe import read_picture_recipe

SHIPPED = resources() / "recipes" / "xception-tumour.toml"


def test_the_shipped_recipe_is_read() -> None:
    plan = read_picture_recipe(SHIPPED)
    assert plan.input.channels == ("picture",)
    assert plan.training.frozen == 5
    assert recipe_kind(SHIPPED) == TUMOUR_PICTURES


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
        read_picture_recipe(tmp_path / "wrong.toml")
