"""The recipe of a network for single images: a small TOML file."""

from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input
from brainviewer.training.image_classification.recipes.recipe_file import recipe_content
from brainviewer.training.recipes import Schedule, read_schedule

NETWORKS = ("xception", "resnet50")


@dataclass(frozen=True)
class TumourRecipe:
    """Everything that decides how the network comes out, besides the data.

    network : one of ``backbones.BACKBONES``.
    weights : what it starts from: ``imagenet``, or a Keras file; empty where a teacher is named.
    teacher : recipe of the network that it learns from; empty for none.
    pretraining : what it learns from its teacher first, on images without a class.
    draws : variants of each image.
    lgg : fraction of the samples that shows slices of the ``lgg`` collection.
    left_out : images of ``cheng`` that are not learned from, nor are their copies.
    """

    seed: int
    network: str
    weights: str
    teacher: str
    draws: int
    lgg: float
    left_out: tuple[str, ...]
    input: ModelInput
    training: Schedule
    pretraining: Schedule | None = None


def read_tumour_recipe(path: Path) -> TumourRecipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""
    content = recipe_content(path)
    try:
        recipe = TumourRecipe(
            seed=int(content["seed"]),
            network=str(content["network"]),
            weights=str(content.get("weights", "")),
            teacher=str(content.get("teacher", "")),
            draws=int(content["draws"]),
            lgg=float(content["lgg"]),
            left_out=tuple(str(name) for name in content["left_out"]),
            input=parse_input(content["input"]),
            training=read_schedule(content["training"], parts=11),
            pretraining=(
                read_schedule(content["pretraining"], parts=0) if "teacher" in content else None
            ),
        )
        if recipe.network not in NETWORKS:
            raise ValueError(f"the network must be one of {', '.join(NETWORKS)}")
        if bool(recipe.weights) is bool(recipe.teacher):
            raise ValueError("it must name either weights or a teacher")
        if recipe.draws < 1 or not 0 <= recipe.lgg < 1:
            raise ValueError("draws must be at least 1, and lgg a fraction")
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"The recipe {path.name} cannot be used: {error}.", "Check it.") from None
    return recipe
