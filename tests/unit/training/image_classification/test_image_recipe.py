"""Recipes for single images are read strictly, and those that ship are what they are said to be."""

from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.recipes.options import with_weights
from brainviewer.training.image_classification.recipes.recipe import BASES
from brainviewer.training.image_classification.recipes.recipe_file import (
    read_image_recipe,
    read_vote_recipe,
)

SHIPPED = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"
SMALL = """
kind = "image-classes"
about = "A small one"
seed = 1
[grid]
name = "{nodes}-{dense}"
nodes = [4, 8]
dense = [0, 2]
[input]
size = 32
colour = "grey"
[network]
layers = [
    { layer = "conv", filters = "nodes", kernel = 3 },
    { layer = "flatten" },
    { repeat = "dense", layers = [{ layer = "dense", units = "nodes" }] },
]
[training]
epochs = 2
batch = 4
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


def layers(name: str, network: str | None = None) -> list[str]:
    recipes = {one.network: one for one in read_image_recipe(SHIPPED / f"{name}.toml")}
    return [layer.name for layer in recipes[network or name].layers]


def test_every_recipe_of_the_sources_is_there() -> None:
    names = {file.stem for file in SHIPPED.glob("*.toml")}
    transfer = {f"transfer-{base.lower()}" for base in BASES}
    assert len(transfer) == 7
    assert names == transfer | {
        "binary-cnn-64-grey", "cnn-128-flip", "cnn-150-early-stopping", "cnn-150-deep",
        "binary-200-augmented", "ann-grid", "cnn-grid", "cnn-grid-augmented", "ensemble-vote",
    }  # fmt: skip
    for name in sorted(names - {"ensemble-vote"}):
        text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
        assert text.startswith("# ") and "chosen here" in text.lower(), name
        for one in read_image_recipe(SHIPPED / f"{name}.toml"):
            assert one.name == name
            assert one.base == "" or name == f"transfer-{one.base.lower()}"


def test_what_the_sources_say_stands_in_the_recipes() -> None:
    grey = read_image_recipe(SHIPPED / "binary-cnn-64-grey.toml")[0]
    assert layers("binary-cnn-64-grey") == ["conv", "max-pool"] * 4 + ["flatten", "dropout"]
    assert (grey.preparation.size, grey.preparation.colour) == (64, "grey")
    assert list(grey.classes) == ["meningioma", "none"]
    flip = read_image_recipe(SHIPPED / "cnn-128-flip.toml")[0]
    assert flip.augmentation.flip_left_right and not flip.augmentation.flip_up_down
    assert (flip.training.epochs, flip.training.batch, flip.preparation.size) == (20, 20, 128)
    early = read_image_recipe(SHIPPED / "cnn-150-early-stopping.toml")[0]
    assert (early.training.epochs, early.training.batch, early.training.patience) == (50, 16, 5)
    assert early.validation == 0.1
    counts = layers("cnn-150-early-stopping")
    assert [counts.count(kind) for kind in ("conv", "max-pool", "dropout")] == [4, 2, 2]
    assert len(layers("cnn-150-deep")) + 1 == 24
    triage = read_image_recipe(SHIPPED / "binary-200-augmented.toml")[0]
    assert triage.triage == ("tumour", 0.98)
    assert triage.augmentation.shear == 0 and not triage.augmentation.flip_up_down


def test_without_pretraining_there_is_nothing_to_freeze_or_tune() -> None:
    (vgg16,) = read_image_recipe(SHIPPED / "transfer-vgg16.toml")
    new = with_weights(vgg16, "none")
    assert (new.weights, new.fine_tuning) == ("none", None)
    assert new.training.learning_rate == pytest.approx(vgg16.training.learning_rate / 10)
    assert with_weights(vgg16, "") == vgg16
    assert with_weights(vgg16, "mine.h5") == replace(vgg16, weights="mine.h5")


def test_grids_are_as_large_as_they_are_said_to_be() -> None:
    assert len(read_image_recipe(SHIPPED / "ann-grid.toml")) == 9
    for name in ("cnn-grid", "cnn-grid-augmented"):
        assert len(read_image_recipe(SHIPPED / f"{name}.toml")) == 27
        best = layers(name, "3-conv-128-nodes-1-dense")
        assert best == ["conv", "max-pool"] * 3 + ["flatten", "dense"]
    assert read_image_recipe(SHIPPED / "cnn-grid-augmented.toml")[0].augmentation.copies == 3


def test_a_grid_fills_in_its_values(tmp_path: Path) -> None:
    recipes = read_image_recipe(written(tmp_path, SMALL))
    assert [one.network for one in recipes] == ["4-0", "4-2", "8-0", "8-2"]
    last = recipes[-1].layers
    assert [layer.name for layer in last] == ["conv", "flatten", "dense", "dense"]
    assert last[0].settings["filters"] == last[2].settings["units"] == 8
    assert recipes[-1].axes == {"nodes": 8, "dense": 2}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seed = 1", "sead = 1", "did you mean 'seed'"),
        ("seed = 1", "", "no 'seed'"),
        ('about = "A small one"', "about = 3", "'about' must be words"),
        ("size = 32", "size = 32\nslices = 3", "unknown key 'slices'"),
        ("size = 32", "size = 3", "'size' must be a whole number from 16"),
        ("size = 32", "size = true", "'size' must be a whole number"),
        ('colour = "grey"', 'colour = "gray"', "no colour 'gray'"),
        ('layer = "flatten"', 'layer = "lambda"', "no layer 'lambda'"),
        ('layer = "flatten"', 'layer = "flatten", function = "exec"', "no setting 'function'"),
        ("filters = ", "width = ", "no setting 'width'"),
        (", kernel = 3", "", "needs the setting 'kernel'"),
        ('filters = "nodes"', 'filters = "knots"', "'filters' must be a whole number"),
        ('    { layer = "flatten" },\n', "", "must hold 'flatten'"),
        ('repeat = "dense", layers', 'repeat = "dense", layer', "a repetition has the keys"),
        ('"{nodes}-{dense}"', '"{nodes}"', "two networks one name"),
        ('"{nodes}-{dense}"', '"{nodes}/{dense}"', "cannot be the name"),
        ('"{nodes}-{dense}"', '"{knots}"', "unknown axis"),
        ("epochs = 2", "epochs = 0", "'epochs' must be"),
        ("epochs = 2", 'epochs = 2\noptimizer = "magic"', "no optimizer 'magic'"),
        ("[network]", "[network]\nbase = 'ResNet51'", "no base 'ResNet51'"),
        ("[network]", "[network]\nbase = 'ResNet50'", "needs the colour 'rgb'"),
        ("[training]", "[fine_tuning]\nepochs = 1\nbatch = 1\n[training]", "is for networks with"),
        ("[training]", "[augmentation]\nrotation = 5\n[training]", "either 'copies' or"),
        ("[training]", "[classes]\nall = ['a', 'b']\n[training]", "two or more"),
        ("[training]", "[classes]\nx = ['a']\ny = ['a']\n[training]", "twice"),
        ("[training]", "[training", "cannot be read"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in SMALL
    with pytest.raises(FileError, match=said) as refused:
        read_image_recipe(written(tmp_path, SMALL.replace(before, after, 1)))
    assert "\n" not in str(refused.value)


def test_the_vote(tmp_path: Path) -> None:
    vote = read_vote_recipe(SHIPPED / "ensemble-vote.toml")
    assert (vote.members, vote.chosen_by) == (3, "macro F1")
    text = (SHIPPED / "ensemble-vote.toml").read_text(encoding="utf-8")
    for before, after, said in (
        ("members = 3", "members = 1", "from 2"),
        ("macro F1", "luck", "must be one of"),
        ("members", "menbers", "did you mean 'members'"),
    ):
        with pytest.raises(FileError, match=said):
            read_vote_recipe(
                written(
                    tmp_path,
                    text.replace(f"\n{before}", f"\n{after}").replace(f'"{before}"', f'"{after}"'),
                )
            )
