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
from brainviewer.training.image_classification.recipes.recipe import (
    BASES,
    CRITERIA,
    Augmentation,
    ImageRecipe,
    Phase,
    Preparation,
    VoteRecipe,
    expand,
)
from brainviewer.training.recipes import unusable_refused
from brainviewer.training.settings import (
    SEED,
    check_keys,
    number,
    read_table,
    sub_table,
    switch,
    whole,
    words,
)

_TOP = {
    "kind", "about", "reported", "seed", "classes", "input", "augmentation", "split", "network",
    "training", "fine_tuning", "triage", "grid", "mixed_precision",
}  # fmt: skip
_ADVICE = "Correct it; the recipes in resources/recipes/images show all that can be said."


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
    with unusable_refused(path, _ADVICE):
        return _parse(path.stem, content)


def read_vote_recipe(path: Path) -> VoteRecipe:
    """A recipe of the kind ``image-vote``; raises FileError."""
    content = recipe_content(path)
    with unusable_refused(path, _ADVICE):
        recipe = read_table(VoteRecipe, content, "the recipe", name=path.stem)
        if recipe.chosen_by not in CRITERIA:
            raise ValueError(f"'chosen_by' must be one of {', '.join(CRITERIA)}")
        return recipe


def _parse(name: str, content: Mapping[str, Any]) -> list[ImageRecipe]:
    check_keys(content, _TOP, "the recipe")
    grid = sub_table(content, "grid")
    pattern = words().read("name", grid["name"]) if grid else name
    axes = {key: value for key, value in grid.items() if key != "name"}
    for key, values in axes.items():
        if not isinstance(values, list) or not values:
            raise TypeError(f"'{key}' in [grid] must be a list of values")
    recipes: dict[str, ImageRecipe] = {}
    for values in itertools.product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        try:
            network = pattern.format(**chosen)
        except (KeyError, IndexError, ValueError):
            raise ValueError(f"the name '{pattern}' in [grid] names an unknown axis") from None
        if not network.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"'{network}' cannot be the name of a network")
        if network in recipes:
            raise ValueError(f"the name '{pattern}' in [grid] gives two networks one name")
        recipes[network] = _one(name, network, content, chosen)
    return list(recipes.values())


def _one(
    name: str, network: str, content: Mapping[str, Any], axes: Mapping[str, Any]
) -> ImageRecipe:
    built = sub_table(content, "network", needed=True)
    check_keys(built, ("base", "weights", "layers"), "[network]")
    base = words("", ("", *BASES)).read("base", built.get("base", ""))
    preparation = read_table(Preparation, sub_table(content, "input", needed=True), "[input]")
    if base and preparation.colour != "rgb":
        raise ValueError(f"{base} needs the colour 'rgb'")
    split = sub_table(content, "split")
    check_keys(split, ("test", "validation"), "[split]")
    varied = sub_table(content, "augmentation")
    augmentation = read_table(Augmentation, varied, "[augmentation]")
    if varied and augmentation.fresh == (augmentation.copies > 0):
        raise ValueError("[augmentation] needs either 'copies' or 'fresh = true'")
    tuned = sub_table(content, "fine_tuning")
    if tuned and not base:
        raise ValueError("[fine_tuning] is for networks with a 'base'")
    triage = sub_table(content, "triage")
    check_keys(triage, ("positive", "sensitivity"), "[triage]")
    return ImageRecipe(
        name=name,
        network=network,
        about=words().read("about", content["about"]),
        reported=words("").read("reported", content.get("reported", "")),
        seed=SEED.read("seed", content["seed"]),
        classes=_classes(sub_table(content, "classes")),
        preparation=preparation,
        augmentation=augmentation,
        test=number(0.05, 0.5).read("test", split.get("test", 0.2)),
        validation=number(0.05, 0.5).read("validation", split.get("validation", 0.1)),
        base=base,
        weights=words("").read("weights", built.get("weights", "")) if base else "",
        layers=expand(built["layers"], axes),
        training=read_table(Phase, sub_table(content, "training", needed=True), "[training]"),
        fine_tuning=_fine_tuning(tuned) if tuned else None,
        triage=(
            words().read("positive", triage["positive"]),
            number(0.5, 1).read("sensitivity", triage["sensitivity"]),
        )
        if triage
        else None,
        axes=dict(axes),
        mixed_precision=switch().read("mixed_precision", content.get("mixed_precision", False)),
    )


def _classes(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for prediction, members in table.items():
        if not isinstance(members, list) or not all(isinstance(m, str) for m in members):
            raise TypeError(f"'{prediction}' in [classes] must be a list of names")
    if len(table) == 1:
        raise ValueError("[classes] needs two or more of them")
    named = [member for members in table.values() for member in members]
    if len(set(named)) != len(named):
        raise ValueError("[classes] names a class of the data twice")
    return {prediction: tuple(members) for prediction, members in table.items()}


def _fine_tuning(table: Mapping[str, Any]) -> Phase:
    layers = whole(1, 10000).read("layers", table["layers"])
    rest = {key: value for key, value in table.items() if key != "layers"}
    return read_table(Phase, rest, "[fine_tuning]", layers=layers)
