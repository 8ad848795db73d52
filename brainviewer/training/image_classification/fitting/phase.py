"""One phase of training with ``keras.Model.fit``: checkpoints, early stopping, learning curves.

The order of the images follows from seed, phase and epoch alone. After every epoch a phase leaves
the newest numbers with the state of the optimizer and of chance (``PHASE.last.npz``) and the best
so far (``PHASE.best.npz``), so that it can go on; both are written whole or not at all, so that a
full disk or Ctrl-C leaves the epoch before.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.writing import make_folder
from brainviewer.training.image_classification.data.augmentation import vary_all
from brainviewer.training.image_classification.networks.keras_network import variables
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe, Phase
from brainviewer.training.json_files import read_arrays, write_arrays
from brainviewer.training.recipes import CONSTANT, rate_factor

Labels = NDArray[np.int64]
History = list[dict[str, Any]]
"""One entry per epoch: phase, epoch, loss, accuracy, val_loss, val_accuracy, seconds."""
_AT_ONCE = 64  # images that a network answers for together
_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


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


class PhaseTraining(keras.callbacks.Callback):  # type: ignore[misc]  # mypy does not see Keras
    """One phase of training of one network, and what is done after each of its epochs.

    Keras' own EarlyStopping and BackupAndRestore are not used: the first forgets what it waited
    for when a run goes on, the second writes in place, so that a full disk would cost the run.
    """

    def __init__(self, name: str, network: Any, recipe: ImageRecipe, phase: Phase) -> None:
        super().__init__()
        self._name, self._network, self._recipe, self._phase = name, network, recipe, phase
        self._history: History = []
        optimizer = keras.optimizers.get(phase.optimizer)
        optimizer.learning_rate = phase.learning_rate
        # XLA would compile for longer than such networks train.
        network.compile(
            optimizer=optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            jit_compile=False,
        )
        # With half the bits it is one that scales the loss as well.
        network.optimizer.build(network.trainable_variables)

    def run(
        self,
        samples: Callable[[], tuple[Samples, Samples]],
        out: Path,
        report: Report,
        logs: Path | None,
    ) -> History:
        """Train to the end and leave the network with the numbers of its best epoch.

        samples : makes those for training and for validation, unless all epochs are done; the time
            that it takes counts for the first epoch.

        Raises FileError if a checkpoint cannot be used.
        """
        self._last, self._best = (out / f"{self._name}.{kind}.npz" for kind in ("last", "best"))
        self._report, self._logs = report, logs
        numbers, state = variables(self._network), self._network.optimizer.variables
        self._history = _restore(self._last, n=numbers, o=state) or []
        if not self._ended():
            self._start = time.perf_counter()
            train, self._validation = samples()
            if self._history:
                self._start = time.perf_counter()
            self._network.fit(
                self._batches(train, len(self._history) + 1),
                steps_per_epoch=-(-len(train.labels) // self._phase.batch),
                initial_epoch=len(self._history),
                epochs=self._phase.epochs,
                callbacks=[self],
                shuffle=False,  # the batches are
                verbose=0,
            )
        if _restore(self._best, n=numbers) is None:
            raise FileError(
                f"The checkpoint of {out.name} is missing.", "Train into an empty folder."
            )
        return self._history

    def _ended(self) -> bool:
        """Whether all epochs are done, or the best is ``patience`` epochs ago."""
        done, patience = len(self._history), self._phase.patience
        stopped = bool(patience and done and done - best_epoch(self._history) >= patience)
        return stopped or done >= self._phase.epochs

    def _batches(self, train: Samples, epoch: int) -> Iterator[tuple[NDArray[Any], ...]]:
        """Images, labels and weights batch by batch, from an epoch on without end."""
        count, how = len(train.labels), self._recipe.augmentation
        weight = np.ones(int(train.labels.max()) + 1, np.float32)
        if self._phase.balanced:
            counts = np.bincount(train.labels)
            weight = (count / (len(counts) * np.maximum(counts, 1))).astype(np.float32)
        for number in itertools.count(epoch):
            random = np.random.default_rng([self._recipe.seed, sum(self._name.encode()), number])
            order = random.permutation(count)
            for start in range(0, count, self._phase.batch):
                members = order[start : start + self._phase.batch]
                values, labels = train.values[members], train.labels[members]
                if how.fresh:
                    values = vary_all(values, how, random)
                yield values.astype(np.float32), labels, weight[labels]

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the learning rate of the step."""
        phase, each = self._phase, self.params["steps"]
        if phase.schedule != CONSTANT or phase.warm_up:
            step, steps = len(self._history) * each + batch, phase.epochs * each
            factor = rate_factor(phase.schedule, phase.warm_up, step, steps)
            self._network.optimizer.learning_rate = phase.learning_rate * factor

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Raises FileError where the loss is no number."""
        epoch, loss = len(self._history) + 1, float(logs["loss"])
        done = (epoch - 1 + (batch + 1) / self.params["steps"]) / self._phase.epochs
        self._report(done, f"{self._name}: epoch {epoch} of {self._phase.epochs}, loss {loss:.3f}")
        if not np.isfinite(loss):
            raise FileError(
                "The training does not converge: the loss is no number.",
                "Choose a lower learning rate in the recipe.",
            )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Measure, keep and log the epoch; raises FileError if that cannot be written."""
        labels = self._validation.labels
        found = outputs(self._network, self._validation.values, silent, "")
        right = np.clip(found[np.arange(len(labels)), labels].astype(np.float64), 1e-7, 1)
        entry = {
            "phase": self._name,
            "epoch": epoch + 1,
            **{key: round(float(logs[key]), 5) for key in ("loss", "accuracy")},
            "val_loss": round(float(-np.log(right).mean()), 5),
            "val_accuracy": round(float((found.argmax(axis=1) == labels).mean()), 5),
            "seconds": round(time.perf_counter() - self._start, 2),
        }
        self._history.append(entry)
        numbers, state = variables(self._network), self._network.optimizer.variables
        if best_epoch(self._history) == len(self._history):
            _keep(self._best, self._history, n=numbers)
        _keep(self._last, self._history, n=numbers, o=state)
        if self._logs is not None:
            _log_epoch(self._logs / self._name, entry)
        self._report(
            (epoch + 1) / self._phase.epochs,
            f"{self._name}: epoch {epoch + 1} of {self._phase.epochs}, "
            f"loss {entry['loss']:.3f}, accuracy {entry['accuracy']:.2f}, "
            f"validation {entry['val_loss']:.3f} and {entry['val_accuracy']:.2f}",
        )
        self._network.stop_training = self._ended()
        self._start = time.perf_counter()


def best_epoch(history: Sequence[Mapping[str, Any]]) -> int:
    """The epoch, from 1, with the least validation loss; 0 without any."""
    return 1 + int(np.argmin([entry["val_loss"] for entry in history])) if history else 0


def _keep(file: Path, history: History, **held: Sequence[Any]) -> None:
    """Write variables, and the history as text."""
    numbers = {f"{key}{n}": np.asarray(v) for key, some in held.items() for n, v in enumerate(some)}
    write_arrays(file, compress=False, history=np.array(json.dumps(history)), **numbers)


def _restore(file: Path, **held: Sequence[Any]) -> History | None:
    """Fill variables with what ``_keep`` wrote, and return the history; None if there is none."""
    try:
        kept = read_arrays(file)
    except ValueError:
        raise FileError(
            f"The checkpoint {file.name} cannot be read.", "Remove it to train from the beginning."
        ) from None
    if kept is None:
        return None
    for key, some in held.items():
        for place, variable in enumerate(some):
            variable.assign(kept[f"{key}{place}"])
    return list(json.loads(str(kept.get("history", "[]"))))


def _log_epoch(place: Path, entry: Mapping[str, Any]) -> None:
    """Write one epoch for TensorBoard, which need not be installed, as an event file of its own.

    Raises FileError if it cannot be written.
    """
    import tensorflow as tf

    make_folder(place)
    # TensorBoard reads the files of a folder in the order of their names.
    file = place / f"events.out.tfevents.{10**9 + entry['epoch']}.brainviewer"
    event, summary = tf.compat.v1.Event, tf.compat.v1.Summary
    values = [summary.Value(tag=name, simple_value=entry[name]) for name in _CURVES]
    now = time.time()
    told = event(wall_time=now, step=entry["epoch"], summary=summary(value=values))
    try:
        with tf.io.TFRecordWriter(str(file)) as writer:
            writer.write(event(wall_time=now, file_version="brain.Event:2").SerializeToString())
            writer.write(told.SerializeToString())
    except (tf.errors.OpError, OSError):
        file.unlink(missing_ok=True)
        raise FileError(
            "The TensorBoard logs cannot be written.", "Free some space or leave --logs out."
        ) from None
