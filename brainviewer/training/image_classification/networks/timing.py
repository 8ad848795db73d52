"""How long a network takes for one image."""

import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.engine.onnx_runtime import OnnxFile

_THREADS, _ROUNDS, _REPEATS, _WARMING = 2, 3, 30, 3


def milliseconds(graph: Path, size: int, channels: int) -> float:
    """Median of single images (size, size, channels) with ONNX Runtime on two threads."""
    runtime, image = OnnxFile(graph, _THREADS), some_image(size, channels)
    return median_milliseconds(lambda: runtime.predict(image))


def some_image(size: int, channels: int) -> NDArray[np.float32]:
    """(1, size, size, channels) of noise from 0 to 255, always the same."""
    shape = (1, size, size, channels)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


def median_milliseconds(run: Callable[[], object]) -> float:
    """Median of the fastest of three rounds: other work on the machine only makes it slower."""
    timeit.repeat(run, number=1, repeat=_WARMING)
    rounds = [timeit.repeat(run, number=1, repeat=_REPEATS) for _ in range(_ROUNDS)]
    return round(1000 * float(np.median(rounds, axis=1).min()), 3)
