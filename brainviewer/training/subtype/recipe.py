"""The recipe of a subtype model: a small TOML file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.assets import resources
from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input
from brainviewer.training.recipes import Schedule, parsed, read_schedule
from brainviewer.training.settings import SEED, number

RECIPE = resources() / "recipes" / "resnet50-glioma.toml"
_PARTS = 4
"""Parts of the ResNet50 v2 below its last stage: the stem and three stages."""


@dataclass(frozen=True)
class SubtypeRecipe:
    """Everything that decides how a model comes out, besides the data.

    weak : how much a patient counts whose class is likely, not certain; 0 leaves them out.
    draws : augmented samples of each case.
    described : weight of the task to tell the lesion's descriptors.
    input : what the network sees, slices one by one.
    training : ``frozen`` parts of the network stay as they were pretrained; what they make of the
        samples is computed once.
    seeds : the cross-validation is done once for each; a seed decides folds and chance alike.
    bootstrap : draws for the intervals.
    """

    seed: int
    classes: tuple[str, ...]
    weak: float
    draws: int
    described: float
    input: ModelInput
    training: Schedule
    seeds: tuple[int, ...]
    folds: int
    bootstrap: int


def read_subtype_recipe(path: Path) -> SubtypeRecipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""
    return parsed(path, SubtypeRecipe, _parse)


def _parse(content: dict[str, Any]) -> SubtypeRecipe:
    asked = content["evaluation"]
    recipe = SubtypeRecipe(
        seed=SEED.read("seed", content["seed"]),
        classes=tuple(str(code) for code in content["classes"]),
        weak=float(content["weak"]),
        draws=int(content["draws"]),
        described=number(0, 1000).read("described", content.get("described", 0.0)),
        input=parse_input(content["input"]),
        training=read_schedule(content["training"], parts=_PARTS),
        seeds=tuple(int(seed) for seed in asked["seeds"]),
        folds=int(asked["folds"]),
        bootstrap=int(asked["bootstrap"]),
    )
    if recipe.input.stacked:
        raise ValueError("slices must be seen one by one (stacked = false)")
    if not recipe.training.frozen:
        raise ValueError("frozen must be 1 or more")
    if not 0 <= recipe.weak < 1 or recipe.draws < 1 or recipe.folds < 2 or not recipe.seeds:
        raise ValueError("weak must lie between 0 and 1; draws, folds and seeds must be there")
    return recipe
