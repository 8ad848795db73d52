"""What the command line says beside recipe and data."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.training.images.recipe import ImageRecipe
from brainviewer.training.images.starting_weights import NONE

_SLOWER = 0.1  # a whole network learns at this share of the rate for a dense layer alone


@dataclass(frozen=True)
class Choices:
    """None and empty stand for what is left as it is.

    fold : the fold of the data to test on, or ``all`` for each in turn.
    epochs, batch, size : instead of those of the recipe.
    weights : what the base starts from, instead of what the recipe says.
    limit : at most so many images of each class and fold.
    excluded : files to leave out.
    only : the networks of a grid to train.
    """

    fold: str | None = None
    epochs: int | None = None
    batch: int | None = None
    size: int | None = None
    weights: str = ""
    limit: int | None = None
    excluded: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def content(self) -> dict[str, Any]:
        """As plain data, without ``only``: a grid may be trained bit by bit."""
        content = asdict(self)
        del content["only"]
        return content | {"excluded": list(self.excluded)}

    def changed(self) -> list[str]:
        """The names of what differs from recipe and data."""
        content = self.content()
        del content["fold"]
        return [name for name, value in content.items() if value]


def with_choices(recipe: ImageRecipe, choices: Choices) -> ImageRecipe:
    """The recipe with the numbers of the command line in place of its own.

    A base without pretraining is nothing to stand on: it learns from the first, all at once.
    """
    training = recipe.training
    tuning = recipe.fine_tuning
    if choices.epochs is not None:
        training = replace(training, epochs=choices.epochs)
        tuning = tuning and replace(tuning, epochs=min(tuning.epochs, choices.epochs))
    if choices.batch is not None:
        training = replace(training, batch=choices.batch)
        tuning = tuning and replace(tuning, batch=choices.batch)
    if choices.weights and not recipe.base:
        raise FileError(
            f"The recipe {recipe.name} has no base that could start from weights.",
            "Leave --weights out, or choose one of the transfer recipes.",
        )
    preparation = recipe.preparation
    if choices.size is not None:
        preparation = replace(preparation, size=choices.size)
    weights = choices.weights or recipe.weights
    if recipe.base and weights in ("", NONE):
        weights, tuning = NONE, None
        training = replace(training, learning_rate=training.learning_rate * _SLOWER)
    return replace(
        recipe, training=training, fine_tuning=tuning, preparation=preparation, weights=weights
    )
