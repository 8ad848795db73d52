"""Trains the network of a recipe in its phases; a stopped training goes on with the same result.

A phase ends when the validation loss has not become better for ``patience`` epochs, as Keras'
EarlyStopping does it, and the best epoch is kept.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.files.writing import make_folder
from brainviewer.training.image_classification.data.augmentation import with_copies
from brainviewer.training.image_classification.fitting.keras_precision import (
    in_full,
    set_precision,
)
from brainviewer.training.image_classification.fitting.phase import (
    History,
    PhaseTraining,
    Samples,
    outputs,
)
from brainviewer.training.image_classification.networks.keras_network import (
    Built,
    build,
    freeze,
    learn_whole,
    thaw,
)
from brainviewer.training.image_classification.networks.pretrained_weights import (
    IMAGENET,
    NONE,
    load_base,
)
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe, Phase


class Fitted(NamedTuple):
    """A trained network, how it got there, and what it started from."""

    model: Any
    history: History
    weights: str


def fit(
    recipe: ImageRecipe,
    classes: int,
    train: Samples,
    validation: Samples,
    out: Path,
    report: Report = silent,
    logs: Path | None = None,
) -> Fitted:
    """Train the network of a recipe; go on where the folder ``out`` says that it was stopped.

    A base without pretraining learns with all the rest; another is frozen first, and what
    fine-tuning learned is kept if it lowered the validation loss.

    logs : folder for TensorBoard.

    Raises FileError if the network cannot be built, its weights do not fit, or a checkpoint cannot
    be written.
    """
    built, weights = begin(recipe, classes)
    make_folder(out)
    varied = Samples(*with_copies(train.values, train.labels, recipe.augmentation, recipe.seed))

    def images() -> tuple[Samples, Samples]:
        return varied, validation

    def features() -> tuple[Samples, Samples]:
        """The base answers the same in every epoch: it is asked once."""
        below, beside = (
            Samples(outputs(built.trunk, some.values, report, "frozen base"), some.labels)
            for some in images()
        )
        return below, beside

    def learn(
        name: str, phase: Phase, model: Any, samples: Callable[[], tuple[Samples, Samples]]
    ) -> History:
        return PhaseTraining(name, model, recipe, phase).run(samples, out, report, logs)

    if weights == NONE:
        learn_whole(built)
        history = learn("training", recipe.training, built.whole, images)
        return Fitted(in_full(built.whole), history, weights)
    freeze(built)
    if recipe.augmentation.fresh:
        history = learn("frozen", recipe.training, built.whole, images)
    else:
        history = learn("frozen", recipe.training, built.top, features)
    if recipe.fine_tuning is not None:
        frozen = built.whole.get_weights()
        thaw(built, recipe.fine_tuning.layers)
        tuned = learn("fine-tuning", recipe.fine_tuning, built.whole, images)
        if _least_loss(tuned) > _least_loss(history):
            built.whole.set_weights(frozen)
        history = [*history, *tuned]
    return Fitted(in_full(built.whole), history, weights)


def _least_loss(history: History) -> float:
    return min(float(entry["val_loss"]) for entry in history)


def begin(recipe: ImageRecipe, classes: int) -> tuple[Built, str]:
    """The network of a recipe before it has learned anything, and what it starts from.

    Raises FileError if it cannot be built, or if its weights cannot be had or do not fit.
    """
    weights = recipe.weights or NONE
    set_precision(recipe)
    built = build(recipe, classes, weights == IMAGENET)
    if recipe.base and weights not in (NONE, IMAGENET):
        weights = load_base(built.base, weights, recipe.base)
    return built, weights


def predictions(model: Any, values: NDArray[Any], report: Report = silent) -> NDArray[np.float64]:
    """(n, classes) probabilities of a network for images or features."""
    return np.asarray(outputs(model, values, report, "testing"), np.float64)
