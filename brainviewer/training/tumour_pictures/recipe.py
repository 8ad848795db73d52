"""The recipe of a network for single pictures: a small TOML file."""

from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.inference.card import ModelInput
from brainviewer.inference.card_file import parse_input
from brainviewer.training.images.recipe_reading import recipe_content
from brainviewer.training.recipes import Schedule, read_schedule


@dataclass(frozen=True)
class PictureRecipe:
    """Everything that decides how the network comes out, besides the data.

    weights : what it starts from: ``imagenet``, or a Keras file.
    draws : variants of each picture.
    lgg : share of the samples that shows slices of the ``lgg`` collection.
    left_out : pictures of ``cheng`` that are not learned from, nor are their copies.
    """

    seed: int
    weights: str
    draws: int
    lgg: float
    left_out: tuple[str, ...]
    input: ModelInput
    training: Schedule


def read_picture_recipe(path: Path) -> PictureRecipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""
    content = recipe_content(path)
    try:
        recipe = PictureRecipe(
            seed=int(content["seed"]),
            weights=str(content["weights"]),
            draws=int(content["draws"]),
            lgg=float(content["lgg"]),
            left_out=tuple(str(name) for name in content["left_out"]),
            input=parse_input(content["input"]),
            training=read_schedule(content["training"], parts=11),
        )
        if content["network"] != "xception":
            raise ValueError("the network must be xception")
        if recipe.draws < 1 or not 0 <= recipe.lgg < 1:
            raise ValueError("draws must be at least 1, and lgg a share")
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(f"The recipe {path.name} cannot be used: {error}.", "Check it.") from None
    return recipe
