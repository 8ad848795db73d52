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
    epochs, batch, size : instead of those of the recipe.
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
    epochs: int | None = None
    batch: int | None = None
    size: int | None = None
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
        kept = ("fold", "epochs", "batch", "size", "weights", "limit")
        return {name: getattr(self, name) for name in kept} | {"excluded": list(self.excluded)}

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


def changes(before: ImageRecipe, after: ImageRecipe, options: Options) -> list[str]:
    """In words, what the command line changed of a recipe: ``1 epoch instead of 20``.

    before : as the file has it; after : as ``with_choices`` made it.
    """
    said = list(options.settings)
    if before.preparation.size != after.preparation.size:
        said.append(f"{after.preparation.size} pixels instead of {before.preparation.size}")
    pairs = [("", before.training, after.training)]
    if before.fine_tuning is not None and after.fine_tuning is not None:
        pairs.append(("fine-tuning: ", before.fine_tuning, after.fine_tuning))
    for phase, old, new in pairs:
        if old.epochs != new.epochs:
            said.append(f"{phase}{counted(new.epochs, 'epoch')} instead of {old.epochs}")
        if old.batch != new.batch:
            said.append(f"{phase}batches of {new.batch} instead of {old.batch}")
        if old.learning_rate != new.learning_rate:
            said.append(f"{phase}learning rate {new.learning_rate:g}, not {old.learning_rate:g}")
    if before.base and before.weights != after.weights:
        start = "no pretraining" if after.weights == NONE else after.weights
        said.append(f"from {start} instead of {before.weights or 'no pretraining'}")
    if before.fine_tuning is not None and after.fine_tuning is None:
        said.append("not fine-tuned")
    if options.limit is not None:
        said.append(f"at most {counted(options.limit, 'image')} of each class and fold")
    if options.excluded:
        said.append(f"{counted(len(options.excluded), 'image')} excluded")
    return said


def with_choices(recipe: ImageRecipe, options: Options) -> ImageRecipe:
    """The recipe with the numbers of the command line in place of its own.

    A base without pretraining is nothing to stand on: it learns from the first, all at once.
    """
    if options.weights and not recipe.base:
        raise FileError(
            f"The recipe {recipe.name} has no base that could start from weights.",
            "Leave --weights out, or choose one of the transfer recipes.",
        )
    training, tuning = recipe.training, recipe.fine_tuning
    epochs, batch = options.epochs, options.batch
    training = replace(training, epochs=epochs or training.epochs, batch=batch or training.batch)
    if tuning is not None:
        fewer = min(tuning.epochs, epochs or tuning.epochs)
        tuning = replace(tuning, epochs=fewer, batch=batch or tuning.batch)
    preparation = replace(recipe.preparation, size=options.size or recipe.preparation.size)
    weights = options.weights or recipe.weights
    if recipe.base and weights in ("", NONE):
        weights, tuning = NONE, None
        training = replace(training, learning_rate=training.learning_rate * _SLOWER)
    return replace(
        recipe, training=training, fine_tuning=tuning, preparation=preparation, weights=weights
    )
