"""``--set KEY=VALUE``: every recipe with other values, or one sentence."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from command_line import refused, run
from labelled_images import write_images

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe
from brainviewer.training.runs.recipe_changes import with_settings
from brainviewer.training.subtype.recipe import read_subtype_recipe
from brainviewer.training.training_runs import shipped_recipes

SHIPPED = shipped_recipes()


def content(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_is_not_set_stays(name: str) -> None:
    key = "members" if name.endswith("-vote") else "seed"
    with with_settings(SHIPPED[name], [f"{key}=9"]) as file:
        assert content(file) == {**content(SHIPPED[name]), key: 9}
        assert file.stem == name  # which the run is named by
        assert file.read_text(encoding="utf-8").startswith(f"# {name} with {key} = 9\n")


@pytest.mark.parametrize(
    ("recipe", "setting", "path", "value"),
    [
        ("cnn-128-flip", "training.optimizer = sgd", ("training", "optimizer"), "sgd"),
        ("cnn-128-flip", 'training.optimizer="sgd"', ("training", "optimizer"), "sgd"),
        ("cnn-128-flip", "training.patience=3", ("training", "patience"), 3),
        ("cnn-128-flip", "training.learning_rate=1", ("training", "learning_rate"), 1),
        ("cnn-128-flip", "mixed_precision=true", ("mixed_precision",), True),
        ("resnet50-glioma", "evaluation.seeds=[4, 5]", ("evaluation", "seeds"), [4, 5]),
        ("resnet50-glioma", "training.schedule=step", ("training", "schedule"), "step"),
        ("resnet50-tumour", "further.lgg.fraction=0.5", ("further", "lgg", "fraction"), 0.5),
        ("resnet50-tumour", "balance=1", ("balance",), 1.0),
        ("lesion-outline", "input.neighbours.T2=2", ("input", "neighbours", "T2"), 2),
    ],
)
def test_values_are_read_as_in_toml(
    recipe: str, setting: str, path: tuple[str, ...], value: object
) -> None:
    with with_settings(SHIPPED[recipe], [setting]) as file:
        found: Any = content(file)
    for key in path:
        found = found[key]
    assert found == value
    assert type(found) is type(value)


def test_readers_take_what_was_set() -> None:
    with with_settings(SHIPPED["cnn-grid"], ["input.size=32", "training.schedule=cosine"]) as file:
        recipes = read_image_recipe(file)
    assert {one.preparation.size for one in recipes} == {32}
    assert {one.training.schedule for one in recipes} == {"cosine"}
    with with_settings(SHIPPED["resnet50-tumour"], ["training.batch=3", "mixup=0.5"]) as file:
        tumours = read_tumour_recipe(file)
    assert (tumours.training.batch, tumours.mixup) == (3, 0.5)
    with with_settings(SHIPPED["resnet50-glioma"], ["training.warm_up=0.3"]) as file:
        assert read_subtype_recipe(file).training.warm_up == 0.3


def test_what_changes_nothing_is_the_recipe_itself() -> None:
    recipe = SHIPPED["lesion-outline"]
    for settings in ([], [f"seed={content(recipe)['seed']}"]):
        with with_settings(recipe, settings) as file:
            assert file == recipe


def test_the_order_of_settings_makes_no_other_recipe() -> None:
    some = ["training.warm_up=0.1", "seed=4", "training.schedule=cosine", "input.size=64"]
    texts = []
    for settings in (some, some[::-1], ["seed=5", *some]):
        with with_settings(SHIPPED["cnn-128-flip"], settings) as file:
            texts.append(file.read_bytes())
    assert len(set(texts)) == 1


def test_words_that_toml_would_not_write_so_come_back(tmp_path: Path) -> None:
    recipe = tmp_path / "odd.toml"
    text = SHIPPED["ann-grid"].read_text(encoding="utf-8")
    about = 'about = "a \\"b\\" \\\\ \\u007f é"\n'
    odd = re.sub(r"^about = .*\n", lambda _: about, text, flags=re.MULTILINE)
    recipe.write_text(f'{odd}\n[classes]\n"a b" = ["c.d"]\nrest = []\n', encoding="utf-8")
    with with_settings(recipe, ["seed=2"]) as file:
        assert content(file) == {**content(recipe), "seed": 2}
        assert (content(file)["about"], content(file)["classes"]["a b"]) == (
            'a "b" \\ \x7f é', ["c.d"]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("training.batches=2", "[training] has an unknown key 'batches' (did you mean 'batch'?)"),
        ("xyz=2", "has an unknown key 'xyz' (known: about, augmentation, classes, fine_tuning"),
        ("no.such.table=2", "has an unknown key 'no' (known: about, augmentation"),
        ("classes.none=[]", "[classes] needs two or more of them"),
        ("seed.deep=2", "'seed' of the recipe cnn-128-flip is no table"),
        ("training.batch=many", "'training.batch' of the recipe cnn-128-flip takes a whole number"),
        ("training.batch=1.5", "takes a whole number"),
        ("training.balanced=1", "'balanced' must be true or false"),
        ("training=5", "takes a table"),
        ("input.size=[1,", "The value '[1,' of input.size cannot be read."),
        ("input.size=", "cannot be read"),
        ("about=A = b", "cannot be read"),
        ("input.size", "'input.size' is no setting."),
        ("=5", "is no setting"),
        ("training.batch=0", "'batch' must be a whole number from 1 to 4096"),
        ("training.learning_rate=nan", "'learning_rate' must be a number"),
        ("training.schedule=slow", "there is no schedule 'slow' (known: one-cycle, cosine"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_leaves_nothing(
    setting: str, said: str, tmp_path: Path, capfd: Any
) -> None:
    data, out = write_images(tmp_path / "data", 12), tmp_path / "out"
    assert run("train", "cnn-128-flip", "--data", data, "--out", out, "--set", setting) == 2
    assert said in refused(capfd)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--seeds", "1"), "One seed tells no spread"),
        (("--seeds", "1,x"), "'1,x' is no list of seeds"),
        (("--seeds", "2,2"), "no list of seeds"),
        (("--seeds", "1,2", "--seed", 3), "either one seed or several"),
        (("--seed", -1), "--seed"),
        (("--seed", 2**31), "'seed' must be a whole number from 0"),
    ],
)
def test_wrong_seeds_are_refused(
    options: tuple[object, ...], said: str, tmp_path: Path, capfd: Any
) -> None:
    data, out = write_images(tmp_path / "data", 12), tmp_path / "out"
    assert run("train", "cnn-128-flip", "--data", data, "--out", out, *options) == 2
    assert said in refused(capfd)
    assert not out.exists()


@pytest.mark.parametrize(
    ("recipe", "setting", "said"),
    [
        ("resnet50-glioma", "training.batches=2", "unknown key 'batches' (did you mean 'batch'?)"),
        ("resnet50-glioma", "evaluation.fold=2", "[evaluation] has an unknown key 'fold'"),
        ("resnet50-glioma", "draws=2.5", "'draws' of the recipe resnet50-glioma takes a whole"),
        ("lesion-outline", "in_fool=0.5", "unknown key 'in_fool' (did you mean 'in_full'?)"),
        ("lesion-outline", "in_full=2", "'in_full' must be a number from 0 to 1"),
        ("lesion-outline", "training=5", "takes a table"),
        ("resnet50-tumour", "fokal=1", "unknown key 'fokal' (did you mean 'focal'?)"),
    ],
)
def test_every_kind_of_recipe_refuses_what_it_does_not_know(
    recipe: str, setting: str, said: str
) -> None:
    with (
        pytest.raises(FileError, match=re.escape(said)),
        with_settings(SHIPPED[recipe], [setting]),
    ):
        pass


def test_a_vote_has_no_seed() -> None:
    with (
        pytest.raises(FileError, match="unknown key 'seed'"),
        with_settings(SHIPPED["ensemble-vote"], ["seed=1"]),
    ):
        pass
