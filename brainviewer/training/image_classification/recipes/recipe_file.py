"""What the TOML file of a recipe for single images may say, read strictly.

Every key and layer is known and checked; one that is not is refused with one sentence, so that a
misspelt setting is never silently left out. A recipe with a ``[grid]`` stands for one network per
combination of its values.
"""

import itertools
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.training.image_classification.recipes.layers import expand, whole_number
from brainviewer.training.image_classification.recipes.recipe import (
    BASES,
    COLOURS,
    CRITERIA,
    CROPS,
    OPTIMIZERS,
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
_VOTE = {"kind", "about", "reported", "members", "chosen_by"}


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
        _known(content, _VOTE, "the recipe")
        criterion = _text(content, "chosen_by")
        if criterion not in CRITERIA:
            raise ValueError(f"'chosen_by' must be one of {', '.join(CRITERIA)}")
        return VoteRecipe(
            path.stem,
            _text(content, "about"),
            _text(content, "reported", ""),
            _whole(content, "members", 2, 99),
            criterion,
        )
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, error) from None


def _refusal(path: Path, error: Exception) -> FileError:
    why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return FileError(
        f"The recipe {path.name} cannot be used: {why}.",
        "Correct it; the recipes in resources/recipes/images show all that can be said.",
    )


def _parse(name: str, content: Mapping[str, Any]) -> list[ImageRecipe]:
    _known(content, _TOP, "the recipe")
    grid = _table(content, "grid")
    pattern = _text(grid, "name") if grid else name
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
    built = _table(content, "network", needed=True)
    _known(built, {"base", "weights", "layers"}, "[network]")
    base = _choice(built, "base", ("", *BASES), "")
    preparation = _preparation(_table(content, "input", needed=True))
    if base and preparation.colour != "rgb":
        raise ValueError(f"{base} needs the colour 'rgb'")
    split = _table(content, "split")
    _known(split, {"test", "validation"}, "[split]")
    tuned = _table(content, "fine_tuning")
    if tuned and not base:
        raise ValueError("[fine_tuning] is for networks with a 'base'")
    return ImageRecipe(
        name=name,
        network=network,
        about=_text(content, "about"),
        reported=_text(content, "reported", ""),
        seed=_whole(content, "seed", 0, 2**31 - 1),
        classes=_classes(_table(content, "classes")),
        preparation=preparation,
        augmentation=_augmentation(_table(content, "augmentation")),
        test=_number(split, "test", 0.05, 0.5, 0.2),
        validation=_number(split, "validation", 0.05, 0.5, 0.1),
        base=base,
        weights=_text(built, "weights", "") if base else "",
        layers=expand(built["layers"], axes),
        training=_phase(_table(content, "training", needed=True), "[training]"),
        fine_tuning=_phase(tuned, "[fine_tuning]") if tuned else None,
        triage=_triage(_table(content, "triage")),
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


def _preparation(table: Mapping[str, Any]) -> Preparation:
    _known(table, {"size", "colour", "crop"}, "[input]")
    return Preparation(
        _whole(table, "size", 16, 1024),
        _choice(table, "colour", COLOURS),
        _choice(table, "crop", CROPS, "none"),
    )


def _augmentation(table: Mapping[str, Any]) -> Augmentation:
    shares = ("zoom", "shift", "shear", "brightness")
    switches = ("fresh", "flip_left_right", "flip_up_down")
    _known(table, {"copies", "rotation", *switches, *shares}, "[augmentation]")
    given: dict[str, Any] = {key: _switch(table, key) for key in switches}
    given |= {key: _number(table, key, 0, 0.9, 0.0) for key in shares}
    given["rotation"] = _number(table, "rotation", 0, 180, 0.0)
    made = Augmentation(copies=_whole(table, "copies", 0, 100, 0), **given)
    if table and made.fresh == (made.copies > 0):
        raise ValueError("[augmentation] needs either 'copies' or 'fresh = true'")
    return made


def _phase(table: Mapping[str, Any], where: str) -> Phase:
    known = {"epochs", "batch", "optimizer", "learning_rate", "patience", "balanced"}
    tuning = where == "[fine_tuning]"
    _known(table, known | {"layers"} if tuning else known, where)
    return Phase(
        epochs=_whole(table, "epochs", 1, 10000),
        batch=_whole(table, "batch", 1, 4096),
        optimizer=_choice(table, "optimizer", OPTIMIZERS, "adam"),
        learning_rate=_number(table, "learning_rate", 1e-8, 10, 0.001),
        patience=_whole(table, "patience", 0, 10000, 0),
        balanced=_switch(table, "balanced"),
        layers=_whole(table, "layers", 1, 10000) if tuning else 0,
    )


def _triage(table: Mapping[str, Any]) -> tuple[str, float] | None:
    if not table:
        return None
    _known(table, {"positive", "sensitivity"}, "[triage]")
    return _text(table, "positive"), _number(table, "sensitivity", 0.5, 1)


def _known(table: Mapping[str, Any], keys: set[str], where: str) -> None:
    if unknown := sorted(table.keys() - keys):
        guess = get_close_matches(unknown[0], keys, n=1)
        hint = f"did you mean '{guess[0]}'?" if guess else f"known: {', '.join(sorted(keys))}"
        raise ValueError(f"{where} has an unknown key '{unknown[0]}' ({hint})")


def _table(content: Mapping[str, Any], key: str, needed: bool = False) -> dict[str, Any]:
    if key not in content and needed:
        raise ValueError(f"it has no table [{key}]")
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise TypeError(f"[{key}] must be a table")
    return value


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table[key] if default is None else table.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise TypeError(f"'{key}' must be words in quotes")
    return value


def _choice(
    table: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str | None = None
) -> str:
    value = _text(table, key, default)
    if value not in allowed:
        raise ValueError(f"there is no {key} '{value}' (known: {', '.join(filter(None, allowed))})")
    return value


def _whole(
    table: Mapping[str, Any], key: str, low: int, high: int, default: int | None = None
) -> int:
    return whole_number(key, table[key] if default is None else table.get(key, default), low, high)


def _number(
    table: Mapping[str, Any], key: str, low: float, high: float, default: float | None = None
) -> float:
    value = table[key] if default is None else table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"'{key}' must be a number from {low:g} to {high:g}")
    return float(value)


def _switch(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise TypeError(f"'{key}' must be true or false")
    return value
