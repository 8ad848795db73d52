"""What a phase of training leaves after every epoch, so that it can go on.

The folder holds the newest numbers with the state of the optimizer and of chance
(``PHASE.last.npz``) and the best so far (``PHASE.best.npz``); both are written whole or not at all,
so that a full disk or Ctrl-C leaves the epoch before.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.networks.keras_network import variables
from brainviewer.training.json_files import read_arrays, write_arrays

History = list[dict[str, Any]]
"""One entry per epoch: phase, epoch, loss, accuracy, val_loss, val_accuracy, seconds."""


class Checkpoints:
    """Those of one phase; everything here raises FileError if a file cannot be used."""

    def __init__(self, folder: Path, phase: str) -> None:
        self._folder = folder
        self._last, self._best = (folder / f"{phase}.{name}.npz" for name in ("last", "best"))

    def keep(self, model: Any, history: History, best: bool) -> None:
        """Write the state of a compiled model after an epoch; ``best``: the best so far."""
        numbers = {f"n{i}": np.asarray(v) for i, v in enumerate(variables(model))}
        if best:
            write_arrays(self._best, compress=False, **numbers)
        state = {f"o{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
        text = np.array(json.dumps(history))
        write_arrays(self._last, compress=False, history=text, **numbers, **state)

    def history(self) -> History:
        """All epochs so far."""
        kept = _read(self._last)
        return [] if kept is None else list(json.loads(str(kept["history"])))

    def resume(self, model: Any) -> History:
        """Bring a compiled model to the newest state, if there is one; returns its epochs."""
        kept = _read(self._last)
        if kept is None:
            return []
        _assign(variables(model), "n", kept)
        _assign(model.optimizer.variables, "o", kept)
        return list(json.loads(str(kept["history"])))

    def load_best(self, model: Any) -> None:
        """Give a model the numbers of the best epoch."""
        kept = _read(self._best)
        if kept is None:
            raise FileError(
                f"The checkpoint of {self._folder.name} is missing.", "Train into an empty folder."
            )
        _assign(variables(model), "n", kept)


def _assign(held: Sequence[Any], letter: str, kept: dict[str, NDArray[Any]]) -> None:
    for place, variable in enumerate(held):
        variable.assign(kept[f"{letter}{place}"])


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    try:
        return read_arrays(file)
    except ValueError:
        raise FileError(
            f"The checkpoint {file.name} cannot be read.", "Remove it to train from the beginning."
        ) from None
