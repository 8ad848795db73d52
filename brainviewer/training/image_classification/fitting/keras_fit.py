"""Teach a network, epoch by epoch; what was stopped goes on as if it had not been.

The order of the images follows from seed, phase and epoch alone. Early stopping is that of Keras:
it ends a phase when the validation loss has not become better for ``patience`` epochs, and the best
epoch is kept.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.writing import make_folder
from brainviewer.training.image_classification.data.augmentation import vary_all, with_copies
from brainviewer.training.image_classification.fitting.checkpoints import Checkpoints, History
from brainviewer.training.image_classification.fitting.logs import log_epoch
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
    Phase,
)

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]

_UNVARIED = Augmentation()
_AT_ONCE = 64  # images that a network answers for together


@dataclass(frozen=True, eq=False)
class Samples:
    """values : (n, ...) images 0..255, or what a frozen base makes of them; labels : (n,)"""

    values: NDArray[Any]
    labels: Labels


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
        live = _Training("training", built.whole, recipe, recipe.training, fresh)
        history += live.run(varied, validation, out, report, logs)
        return Fitted(built.whole, history, weights)
    freeze(built)
    if recipe.augmentation.fresh:
        live = _Training("frozen", built.whole, recipe, recipe.training, fresh)
        history += live.run(varied, validation, out, report, logs)
    else:
        # The base answers the same in every epoch: it is asked once.
        live = _Training("frozen", built.top, recipe, recipe.training, _UNVARIED)
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
        live = _Training("fine-tuning", built.whole, recipe, recipe.fine_tuning, fresh)
        tuned = live.run(varied, validation, out, report, logs)
        if _least_loss(tuned) > _least_loss(history):
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


def answers(model: Any, values: NDArray[Any], report: Report = silent) -> Probabilities:
    """(n, classes) probabilities of a network for images or features."""
    return np.asarray(_outputs(model, values, report, "testing"), np.float64)


def _features(built: Built, images: Images, report: Report) -> NDArray[np.float32]:
    return _outputs(built.trunk, images, report, "frozen base")


def _outputs(model: Any, values: NDArray[Any], report: Report, part: str) -> NDArray[np.float32]:
    parts = []
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE].astype(np.float32)
        parts.append(np.asarray(model.predict_on_batch(some)))
        done = min(len(values), start + _AT_ONCE)
        report(done / len(values), f"{part}: {done} of {len(values)} images")
    return np.concatenate(parts)


class _Training:
    """One phase of training of one network."""

    def __init__(
        self, name: str, model: Any, recipe: ImageRecipe, phase: Phase, vary: Augmentation
    ) -> None:
        self._name, self._model, self._phase, self._vary = name, model, phase, vary
        self._seed = recipe.seed
        optimizer = keras.optimizers.get(phase.optimizer)
        optimizer.learning_rate = phase.learning_rate
        # XLA would compile for longer than such networks train.
        model.compile(
            optimizer=optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            jit_compile=False,
        )
        optimizer.build(model.trainable_variables)

    def run(
        self,
        train: Samples,
        validation: Samples,
        out: Path,
        report: Report,
        logs: Path | None,
        spent: float = 0.0,
    ) -> History:
        """Train to the end and leave the model with the numbers of its best epoch.

        spent : seconds of work before, which count for the first epoch.
        """
        kept = Checkpoints(out, self._name)
        history = kept.resume(self._model)
        while not self._ended(history):
            start = time.perf_counter() - (0.0 if history else spent)
            epoch = len(history) + 1
            entry = {"phase": self._name, "epoch": epoch}
            entry |= self._epoch(train, epoch, report)
            found = _outputs(self._model, validation.values, silent, "")
            entry |= _judged(found, validation.labels)
            entry["seconds"] = round(time.perf_counter() - start, 2)
            history.append(entry)
            kept.keep(self._model, history, _best(history) == len(history))
            if logs is not None:
                log_epoch(logs, entry)
            report(epoch / self._phase.epochs, self._words(entry))
        kept.load_best(self._model)
        return history

    def finished(self, out: Path) -> bool:
        """Whether an earlier run came to the end of this phase."""
        return self._ended(Checkpoints(out, self._name).history())

    def take_over(self, out: Path) -> History:
        """The best numbers and the history of a phase that came to its end before."""
        kept = Checkpoints(out, self._name)
        kept.load_best(self._model)
        return kept.history()

    def _ended(self, history: History) -> bool:
        patience = self._phase.patience
        best = _best(history)
        waited = len(history) - best
        return len(history) >= self._phase.epochs or bool(
            patience and history and waited >= patience
        )

    def _epoch(self, train: Samples, epoch: int, report: Report) -> dict[str, float]:
        count, batch = len(train.labels), self._phase.batch
        phase = sum(self._name.encode())
        random = np.random.default_rng([self._seed, phase, epoch])
        order = random.permutation(count)
        weight = self._class_weights(train.labels)
        sums, seen = {"loss": 0.0, "accuracy": 0.0}, 0
        for start in range(0, count, batch):
            members = order[start : start + batch]
            values = train.values[members]
            if self._vary.fresh:
                values = vary_all(values, self._vary, random)
            self._model.reset_metrics()
            found = self._model.train_on_batch(
                values.astype(np.float32),
                train.labels[members],
                sample_weight=weight[train.labels[members]],
                return_dict=True,
            )
            seen += len(members)
            sums = {key: sums[key] + len(members) * float(found[key]) for key in sums}
            done = (epoch - 1 + seen / count) / self._phase.epochs
            loss = sums["loss"] / seen
            report(done, f"{self._name}: epoch {epoch} of {self._phase.epochs}, loss {loss:.3f}")
            if not np.isfinite(loss):
                raise FileError(
                    "The training does not converge: the loss is no number.",
                    "Choose a lower learning rate in the recipe.",
                )
        return {key: round(value / count, 5) for key, value in sums.items()}

    def _class_weights(self, labels: Labels) -> NDArray[np.float32]:
        counts = np.bincount(labels)
        if not self._phase.balanced:
            return np.ones(len(counts), np.float32)
        return (len(labels) / (len(counts) * np.maximum(counts, 1))).astype(np.float32)

    def _words(self, entry: dict[str, Any]) -> str:
        return (
            f"{self._name}: epoch {entry['epoch']} of {self._phase.epochs}, "
            f"loss {entry['loss']:.3f}, accuracy {entry['accuracy']:.2f}, "
            f"validation {entry['val_loss']:.3f} and {entry['val_accuracy']:.2f}"
        )


def _best(history: Sequence[dict[str, Any]]) -> int:
    """The epoch, from 1, with the least validation loss; 0 without any."""
    losses = [entry["val_loss"] for entry in history]
    return 1 + losses.index(min(losses)) if losses else 0


def _least_loss(history: Sequence[dict[str, Any]]) -> float:
    return min(float(entry["val_loss"]) for entry in history)


def _judged(found: NDArray[np.float32], labels: Labels) -> dict[str, float]:
    right = np.clip(found[np.arange(len(labels)), labels].astype(np.float64), 1e-7, 1)
    return {
        "val_loss": round(float(-np.log(right).mean()), 5),
        "val_accuracy": round(float((found.argmax(axis=1) == labels).mean()), 5),
    }
