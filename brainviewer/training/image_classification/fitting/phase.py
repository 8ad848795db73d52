"""One phase of training with ``keras.Model.fit``: checkpoints, early stopping, learning curves.

The order of the images follows from seed, phase and epoch alone.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.training.image_classification.data.augmentation import vary_all
from brainviewer.training.image_classification.fitting.checkpoints import Checkpoints, History
from brainviewer.training.image_classification.fitting.logs import log_epoch
from brainviewer.training.image_classification.recipes.recipe import (
    Augmentation,
    ImageRecipe,
    Phase,
)

Labels = NDArray[np.int64]
_AT_ONCE = 64  # images that a network answers for together


@dataclass(frozen=True, eq=False)
class Samples:
    """values : (n, ...) images 0..255, or what a frozen base makes of them; labels : (n,)"""

    values: NDArray[Any]
    labels: Labels


def outputs(model: Any, values: NDArray[Any], report: Report, part: str) -> NDArray[np.float32]:
    """What a network makes of images or features, (n, ...), a few at a time."""
    parts = []
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE].astype(np.float32)
        parts.append(np.asarray(model.predict_on_batch(some)))
        done = min(len(values), start + _AT_ONCE)
        report(done / len(values), f"{part}: {done} of {len(values)} images")
    return np.concatenate(parts)


class PhaseTraining:
    """One phase of training of one network, with ``keras.Model.fit``."""

    def __init__(
        self, name: str, model: Any, recipe: ImageRecipe, phase: Phase, vary: Augmentation
    ) -> None:
        self.name, self.model, self.phase = name, model, phase
        self._vary, self._seed = vary, recipe.seed
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
        kept = Checkpoints(out, self.name)
        history = kept.resume(self.model)
        if not self.ended(history):
            self.model.fit(
                self._batches(train, len(history) + 1),
                steps_per_epoch=-(-len(train.labels) // self.phase.batch),
                initial_epoch=len(history),
                epochs=self.phase.epochs,
                callbacks=[_EpochEnd(self, validation, kept, history, report, logs, spent)],
                shuffle=False,  # the batches are
                verbose=0,
            )
        kept.load_best(self.model)
        return history

    def finished(self, out: Path) -> bool:
        """Whether an earlier run came to the end of this phase."""
        return self.ended(Checkpoints(out, self.name).history())

    def take_over(self, out: Path) -> History:
        """The best numbers and the history of a phase that came to its end before."""
        kept = Checkpoints(out, self.name)
        kept.load_best(self.model)
        return kept.history()

    def ended(self, history: History) -> bool:
        """Whether all epochs are done, or the best is ``patience`` epochs ago."""
        waited = len(history) - _best(history)
        stopped = bool(self.phase.patience and history and waited >= self.phase.patience)
        return stopped or len(history) >= self.phase.epochs

    def _batches(self, train: Samples, epoch: int) -> Iterator[tuple[NDArray[Any], ...]]:
        """Images, labels and weights batch by batch, from an epoch on without end."""
        count = len(train.labels)
        weight = np.ones(int(train.labels.max()) + 1, np.float32)
        if self.phase.balanced:
            counts = np.bincount(train.labels)
            weight = (count / (len(counts) * np.maximum(counts, 1))).astype(np.float32)
        for number in itertools.count(epoch):
            random = np.random.default_rng([self._seed, sum(self.name.encode()), number])
            order = random.permutation(count)
            for start in range(0, count, self.phase.batch):
                members = order[start : start + self.phase.batch]
                values, labels = train.values[members], train.labels[members]
                if self._vary.fresh:
                    values = vary_all(values, self._vary, random)
                yield values.astype(np.float32), labels, weight[labels]


class _EpochEnd(keras.callbacks.Callback):  # type: ignore[misc]  # mypy does not look into Keras
    """Reports each batch; measures, keeps and logs each epoch, and ends a phase early.

    Keras' own EarlyStopping and BackupAndRestore are not used: the first forgets what it waited
    for when a run goes on, the second writes in place, so that a full disk would cost the run.
    """

    def __init__(
        self,
        training: PhaseTraining,
        validation: Samples,
        kept: Checkpoints,
        history: History,
        report: Report,
        logs: Path | None,
        spent: float,
    ) -> None:
        super().__init__()
        self._training, self._validation, self._kept = training, validation, kept
        self._history, self._report, self._logs = history, report, logs
        self._start = time.perf_counter() - (0.0 if history else spent)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Raises FileError where the loss is no number."""
        phase, name = self._training.phase, self._training.name
        epoch, loss = len(self._history) + 1, float(logs["loss"])
        done = (epoch - 1 + (batch + 1) / self.params["steps"]) / phase.epochs
        self._report(done, f"{name}: epoch {epoch} of {phase.epochs}, loss {loss:.3f}")
        if not np.isfinite(loss):
            raise FileError(
                "The training does not converge: the loss is no number.",
                "Choose a lower learning rate in the recipe.",
            )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Raises FileError if the checkpoint cannot be written."""
        found = outputs(self.model, self._validation.values, silent, "")
        entry = {
            "phase": self._training.name,
            "epoch": epoch + 1,
            **{key: round(float(logs[key]), 5) for key in ("loss", "accuracy")},
            **_judged(found, self._validation.labels),
            "seconds": round(time.perf_counter() - self._start, 2),
        }
        self._history.append(entry)
        self._kept.keep(self.model, self._history, _best(self._history) == len(self._history))
        if self._logs is not None:
            log_epoch(self._logs, entry)
        self._report(
            (epoch + 1) / self._training.phase.epochs,
            f"{entry['phase']}: epoch {epoch + 1} of {self._training.phase.epochs}, "
            f"loss {entry['loss']:.3f}, accuracy {entry['accuracy']:.2f}, "
            f"validation {entry['val_loss']:.3f} and {entry['val_accuracy']:.2f}",
        )
        self.model.stop_training = self._training.ended(self._history)
        self._start = time.perf_counter()


def _best(history: Sequence[dict[str, Any]]) -> int:
    """The epoch, from 1, with the least validation loss; 0 without any."""
    losses = [entry["val_loss"] for entry in history]
    return 1 + losses.index(min(losses)) if losses else 0


def least_loss(history: Sequence[dict[str, Any]]) -> float:
    """The validation loss of the best epoch."""
    return min(float(entry["val_loss"]) for entry in history)


def _judged(found: NDArray[np.float32], labels: Labels) -> dict[str, float]:
    right = np.clip(found[np.arange(len(labels)), labels].astype(np.float64), 1e-7, 1)
    return {
        "val_loss": round(float(-np.log(right).mean()), 5),
        "val_accuracy": round(float((found.argmax(axis=1) == labels).mean()), 5),
    }
