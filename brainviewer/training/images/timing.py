"""How long a network takes for one image."""

import time
from pathlib import Path

import numpy as np

from brainviewer.inference.onnx_runtime import OnnxFile

_THREADS, _REPEATS, _WARMING = 2, 30, 3


def milliseconds(graph: Path, size: int, channels: int) -> float:
    """Median of single images (size, size, channels) with ONNX Runtime on two threads."""
    runtime = OnnxFile(graph, _THREADS)
    random = np.random.default_rng(0)
    image = random.uniform(0, 255, (1, size, size, channels)).astype(np.float32)
    times = []
    for _ in range(_REPEATS + _WARMING):
        start = time.perf_counter()
        runtime.predict(image)
        times.append(time.perf_counter() - start)
    return round(1000 * float(np.median(times[_WARMING:])), 3)
