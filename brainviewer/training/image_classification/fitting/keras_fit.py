"""Trains the network of a recipe in its phases; a stopped training goes on with the same result.

A phase ends when the validation loss has not become better for ``patience`` epochs, as Keras'
EarlyStopping does it, and the best epoch is kept.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.files.writing import make_folder
from brainviewer.training.image_classification.data.augmentation import with_copies
from brainviewer.training.image_classification.fitting.checkpoints import History
from brainviewer.training.image_classification.fitting.phase import (
    PhaseTraining,
    Samples,
    least_loss,
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
from brainviewer.training.image_classification.recipes.recipe import (
    Augmentation,
    ImageRecipe,
)

_UNVARIED = Augmentation()


@dataclass(frozen=True, eq=False)
class Fitted:
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
    kept = with_copies(train.values, train.labels, recipe.augmentation, recipe.seed)
    varied = Samples(*kept)
    fresh = recipe.augmentation if recipe.augmentation.fresh else _UNVARIED
    history: History = []
    if weights == NONE:
        learn_whole(built)
        live = PhaseTraining("training", built.whole, recipe, recipe.training, fresh)
        history += live.run(varied, validation, out, report, logs)
        return Fitted(built.whole, history, weights)
    freeze(built)
    if recipe.augmentation.fresh:
        live = PhaseTraining("frozen", built.whole, recipe, recipe.training, fresh)
        history += live.run(varied, validation, out, report, logs)
    else:
        # The base answers the same in every epoch: it is asked once.
        live = PhaseTraining("frozen", built.top, recipe, recipe.training, _UNVARIED)
        if live.finished(out):
            history += live.take_over(out)
        else:
            start = time.perf_counter()
            below = Samples(_features(built, varied.values, report), varied.labels)
            beside = Samples(_features(built, validation.values, report), validation.labels)
            spent = time.perf_counter() - start
            history += live.run(below, beside, out, report, logs, spent)
    if recipe.fine_tuning is not None:
        frozen = built.whole.get_weights()
        thaw(built, recipe.fine_tuning.layers)
        live = PhaseTraining("fine-tuning", built.whole, recipe, recipe.fine_tuning, fresh)
        tuned = live.run(varied, validation, out, report, logs)
        if least_loss(tuned) > least_loss(history):
            built.whole.set_weights(frozen)
        history += tuned
    return Fitted(built.whole, history, weights)


def begin(recipe: ImageRecipe, classes: int) -> tuple[Built, str]:
    """The network of a recipe before it has learned anything, and what it starts from.

    Raises FileError if it cannot be built, or if its weights cannot be had or do not fit.
    """
    weights = recipe.weights or NONE
    built = build(recipe, classes, weights == IMAGENET)
    if recipe.base and weights not in (NONE, IMAGENET):
        weights = load_base(built.base, weights, recipe.base)
    return built, weights


def answers(model: Any, values: NDArray[Any], report: Report = silent) -> NDArray[np.float64]:
    """(n, classes) probabilities of a network for images or features."""
    return np.asarray(outputs(model, values, report, "testing"), np.float64)


def _features(built: Built, images: NDArray[np.uint8], report: Report) -> NDArray[np.float32]:
    return outputs(built.trunk, images, report, "frozen base")
