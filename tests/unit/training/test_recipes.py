"""Recipes are read completely or refused."""

from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.recipes import SCHEDULES, rate_factor, read_recipe

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "resources" / "recipes").glob("resnet50-glioma*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.stem))
def test_every_recipe_that_ships_can_be_used(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.folds >= 2
    assert recipe.training.samples >= recipe.training.batch
    assert recipe.seeds
    assert set(recipe.input.channels) <= {"T1", "FLAIR", "T1ce", "T2"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 2026", ""),
        ("size = 128", "size = 1"),
        ("folds = 5", 'folds = "five"'),
        ("[", "[[["),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = (ROOT / "resources" / "recipes" / "resnet50-glioma.toml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.toml cannot be (used|read)"):
        read_recipe(path)


def test_no_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file none"):
        read_recipe(tmp_path / "none.toml")


def test_the_learning_rate_follows_its_schedule() -> None:
    def all_of(schedule: str, warm_up: float, steps: int = 40) -> list[float]:
        return [rate_factor(schedule, warm_up, step, steps) for step in range(steps)]

    assert set(all_of("constant", 0.0)) == {1.0}
    assert all_of("step", 0.0) == pytest.approx([1.0] * 20 + [0.1] * 10 + [0.01] * 10)
    cosine = all_of("cosine", 0.0)
    assert cosine == sorted(cosine, reverse=True)
    assert (cosine[0], cosine[-1]) == pytest.approx((1.0, 0.0))
    assert all_of("constant", 0.25)[:12] == pytest.approx([*(n / 10 for n in range(1, 11)), 1, 1])
    cycle = all_of("one-cycle", 0.25)
    assert cycle[0] == pytest.approx(1 / 25)
    assert cycle.index(max(cycle)) == 10
    assert cycle[-1] == pytest.approx(1 / 250_000)
    for schedule in SCHEDULES:
        for steps in (1, 2, 3):
            assert all(0 <= one <= 1 for one in all_of(schedule, 0.5, steps))
