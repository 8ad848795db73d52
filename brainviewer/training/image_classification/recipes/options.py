"""Options of ``brainviewer train`` for single images, and what they change of a recipe."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.networks.pretrained_weights import NONE
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe

_SLOWER = 0.1  # a whole network learns at this fraction of the rate for a dense layer alone


@dataclass(frozen=True)
class Options:
    """None and empty stand for what is left as it is.

    fold : the fold of the data to test on, or ``all`` for each in turn.
    weights : what the base starts from, instead of what the recipe says.
    limit : at most so many images of each class and fold.
    excluded : files to leave out; exclude : a list of them.
    only : the networks of a grid to train.
    augmented : folder for the augmented images; logs : folder for TensorBoard.
    runs : where a vote looks for its members.
    split : a list as ``data audit --write-clean`` writes it; group_by : a pattern that names the
        patient in a path.
    settings : other values of the recipe's keys, ``key=value``, which the recipe's file has taken.
    """

    fold: str | None = None
    weights: str = ""
    limit: int | None = None
    excluded: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: Path | None = None
    augmented: Path | None = None
    logs: Path | None = None
    runs: tuple[Path, ...] = ()
    split: Path | None = None
    group_by: str = ""
    settings: tuple[str, ...] = ()
    threads: int = 1

    def content(self) -> dict[str, Any]:
        """What decides how a network comes out, as plain data.

        Without ``only``: a grid may be trained bit by bit.
        """
        kept = {"fold": self.fold, "weights": self.weights, "limit": self.limit}
        return kept | {"excluded": list(self.excluded)}

    def changed(self) -> list[str]:
        """The names of what differs from recipe and data."""
        given = [name for name, value in self.content().items() if value and name != "fold"]
        return [*given, *(setting.partition("=")[0].strip() for setting in self.settings)]

    def check(self, recipe: Path, allowed: Sequence[str]) -> None:
        """Raises FileError if an option was given that the recipe has no use for."""
        for name, value in vars(self).items():
            option = f"--{name.replace('_', '-')}"
            if value and name not in ("threads", "settings") and option not in allowed:
                raise no_meaning(option, recipe)


def no_meaning(option: str, recipe: Path) -> FileError:
    """What to raise for an option that a recipe has no use for."""
    return FileError(
        f"The option {option} has no meaning for the recipe {recipe.stem}.", "Leave it out."
    )


def changes(recipe: ImageRecipe, options: Options) -> list[str]:
    """In words, what the command line changed of a recipe: ``from imagenet instead of none``.

    recipe : as its file has it, with ``settings``.
    """
    said = list(options.settings)
    if options.weights not in ("", recipe.weights):
        start = "no pretraining" if options.weights == NONE else options.weights
        said.append(f"from {start} instead of {recipe.weights or 'no pretraining'}")
    if options.weights == NONE and recipe.fine_tuning is not None:
        said.append("not fine-tuned")
    if options.limit is not None:
        said.append(f"at most {counted(options.limit, 'image')} of each class and fold")
    if options.excluded:
        said.append(f"{counted(len(options.excluded), 'image')} excluded")
    return said


def with_weights(recipe: ImageRecipe, weights: str) -> ImageRecipe:
    """The recipe with another start of its base; an empty one leaves it as it is.

    A base without pretraining is nothing to stand on: it learns from the first, all at once.

    Raises FileError if the recipe has no base.
    """
    if weights and not recipe.base:
        raise FileError(
            f"The recipe {recipe.name} has no base that could start from weights.",
            "Leave --weights out, or choose one of the transfer recipes.",
        )
    weights = weights or recipe.weights
    if not recipe.base or weights not in ("", NONE):
        return replace(recipe, weights=weights)
    slower = replace(recipe.training, learning_rate=recipe.training.learning_rate * _SLOWER)
    return replace(recipe, weights=NONE, training=slower, fine_tuning=None)
