"""Learning curves for TensorBoard, written without it: it need not be installed here."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.writing import make_folder

_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def log_epoch(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add one epoch as an event file of its own in ``folder/PHASE``.

    Raises FileError if it cannot be written.
    """
    import tensorflow as tf

    place = folder / str(entry["phase"])
    make_folder(place)
    # TensorBoard reads the files of a folder in the order of their names.
    file = place / f"events.out.tfevents.{10**9 + entry['epoch']}.brainviewer"
    event, summary = tf.compat.v1.Event, tf.compat.v1.Summary
    values = [summary.Value(tag=name, simple_value=entry[name]) for name in _CURVES]
    now = time.time()
    try:
        with tf.io.TFRecordWriter(str(file)) as writer:
            writer.write(event(wall_time=now, file_version="brain.Event:2").SerializeToString())
            told = event(wall_time=now, step=entry["epoch"], summary=summary(value=values))
            writer.write(told.SerializeToString())
    except (tf.errors.OpError, OSError):
        file.unlink(missing_ok=True)
        raise FileError(
            "The TensorBoard logs cannot be written.", "Free some space or leave --logs out."
        ) from None
