"""What the TOML file of a recipe for single images may say, read strictly.

Every key and layer is known and checked; one that is not is refused with one sentence, so that a
misspelt setting is never silently left out. A recipe with a ``[grid]`` stands for one network per
combination of its values.
"""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.training.image_classification.recipes.fields import (
    check_keys,
    choice,
    number,
    read_table,
    sub_table,
    whole,
    words,
)
from brainviewer.training.image_classification.recipes.layers import expand
from brainviewer.training.image_classification.recipes.recipe import (
    BASES,
    CRITERIA,
    Augmentation,
    ImageRecipe,
    Phase,
    Preparation,
    VoteRecipe,
)

_TOP = {
    "kind", "about", "reported", "seed", "classes", "input", "augmentation", "split", "network",
    "training", "fine_tuning", "triage", "grid",
}  # fmt: skip


def recipe_content(path: Path) -> dict[str, Any]:
    """What a TOML file says, unchecked; raises FileError if it is none."""
    try:
        return read_toml(path)
    except FileError as error:
        raise FileError(
            error.message,
            "Give a TOML file, or the name of a recipe that comes with BrainViewer.",
        ) from None


def read_image_recipe(path: Path) -> list[ImageRecipe]:
    """The networks that a recipe stands for: one, or all of its grid; raises FileError."""
    content = recipe_content(path)
    try:
        return _parse(path.stem, content)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, error) from None


def read_vote_recipe(path: Path) -> VoteRecipe:
    """A recipe of the kind ``image-vote``; raises FileError."""
    content = recipe_content(path)
    try:
        recipe = read_table(VoteRecipe, content, "the recipe", name=path.stem)
        if recipe.chosen_by not in CRITERIA:
            raise ValueError(f"'chosen_by' must be one of {', '.join(CRITERIA)}")
        return recipe
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, error) from None


def _refusal(path: Path, error: Exception) -> FileError:
    why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return FileError(
        f"The recipe {path.name} cannot be used: {why}.",
        "Correct it; the recipes in resources/recipes/images show all that can be said.",
    )


def _parse(name: str, content: Mapping[str, Any]) -> list[ImageRecipe]:
    check_keys(content, _TOP, "the recipe")
    grid = sub_table(content, "grid")
    pattern = words().read("name", grid["name"]) if grid else name
    axes = {key: value for key, value in grid.items() if key != "name"}
    for key, values in axes.items():
        if not isinstance(values, list) or not values:
            raise TypeError(f"'{key}' in [grid] must be a list of values")
    recipes = {}
    for values in itertools.product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        try:
            network = pattern.format(**chosen)
        except (KeyError, IndexError, ValueError):
            raise ValueError(f"the name '{pattern}' in [grid] names an unknown axis") from None
        if not network.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"'{network}' cannot be the name of a network")
        recipes[network] = _one(name, network, content, chosen)
    if len(recipes) != len(list(itertools.product(*axes.values()))):
        raise ValueError(f"the name '{pattern}' in [grid] gives two networks one name")
    return list(recipes.values())


def _one(
    name: str, network: str, content: Mapping[str, Any], axes: Mapping[str, Any]
) -> ImageRecipe:
    built = sub_table(content, "network", needed=True)
    check_keys(built, ("base", "weights", "layers"), "[network]")
    base = choice(("", *BASES), "").read("base", built.get("base", ""))
    preparation = read_table(Preparation, sub_table(content, "input", needed=True), "[input]")
    if base and preparation.colour != "rgb":
        raise ValueError(f"{base} needs the colour 'rgb'")
    split = sub_table(content, "split")
    check_keys(split, ("test", "validation"), "[split]")
    tuned = sub_table(content, "fine_tuning")
    if tuned and not base:
        raise ValueError("[fine_tuning] is for networks with a 'base'")
    return ImageRecipe(
        name=name,
        network=network,
        about=words().read("about", content["about"]),
        reported=words("").read("reported", content.get("reported", "")),
        seed=whole(0, 2**31 - 1).read("seed", content["seed"]),
        classes=_classes(sub_table(content, "classes")),
        preparation=preparation,
        augmentation=_augmentation(sub_table(content, "augmentation")),
        test=number(0.05, 0.5).read("test", split.get("test", 0.2)),
        validation=number(0.05, 0.5).read("validation", split.get("validation", 0.1)),
        base=base,
        weights=words("").read("weights", built.get("weights", "")) if base else "",
        layers=expand(built["layers"], axes),
        training=read_table(Phase, sub_table(content, "training", needed=True), "[training]"),
        fine_tuning=_fine_tuning(tuned) if tuned else None,
        triage=_triage(sub_table(content, "triage")),
        axes=dict(axes),
    )


def _classes(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    classes = {}
    for answer, members in table.items():
        if not isinstance(members, list) or not all(isinstance(m, str) for m in members):
            raise TypeError(f"'{answer}' in [classes] must be a list of names")
        classes[answer] = tuple(members)
    if len(classes) == 1:
        raise ValueError("[classes] needs two or more of them")
    named = [member for members in classes.values() for member in members]
    if len(set(named)) != len(named):
        raise ValueError("[classes] names a class of the data twice")
    return classes


def _augmentation(table: Mapping[str, Any]) -> Augmentation:
    made = read_table(Augmentation, table, "[augmentation]")
    if table and made.fresh == (made.copies > 0):
        raise ValueError("[augmentation] needs either 'copies' or 'fresh = true'")
    return made


def _fine_tuning(table: Mapping[str, Any]) -> Phase:
    layers = whole(1, 10000).read("layers", table["layers"])
    rest = {key: value for key, value in table.items() if key != "layers"}
    return read_table(Phase, rest, "[fine_tuning]", layers=layers)


def _triage(table: Mapping[str, Any]) -> tuple[str, float] | None:
    if not table:
        return None
    check_keys(table, ("positive", "sensitivity"), "[triage]")
    positive = words().read("positive", table["positive"])
    return positive, number(0.5, 1).read("sensitivity", table["sensitivity"])
