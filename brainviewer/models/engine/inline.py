"""Runs a network in this very process, for a command that answers once and ends.

A child process, as ``engine`` has it, keeps a window alive whatever happens to the network; a
command has nothing to keep alive, and is sooner done without starting a second interpreter.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.models.card import Network
from brainviewer.models.engine.dense_layer import dense_weights
from brainviewer.models.engine.runtimes import (
    EngineAnswer,
    MakeRuntime,
    Runtime,
    make_onnx_for_once,
    not_run,
    start_runtime,
)
from brainviewer.models.registry import verify


class InlineEngine:
    """One network on ONNX Runtime, loaded in a thread while others work."""

    def __init__(self, network: Network, make_runtime: MakeRuntime = make_onnx_for_once) -> None:
        self._workers = ThreadPoolExecutor(2)
        self._network, self._make_runtime = network, make_runtime
        # Comparing the files with the card, too, takes its time.
        self._verified = self._workers.submit(verify, network)
        self._loaded: Future[tuple[Runtime, float]] = self._workers.submit(self._load)

    def __enter__(self) -> "InlineEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    def predict(
        self, network: Network, tensor: NDArray[np.float32], report: Report = silent
    ) -> EngineAnswer:
        """Run the network that was loaded; see ``runtimes.Runner``."""
        assert network == self._network
        report(0.3, "Loading the model")
        try:
            # Nothing that the card does not know is run.
            self._verified.result()
            runtime, load_seconds = self._loaded.result()
            report(0.8, "Classifying")
            began = time.perf_counter()
            logits, features = runtime.predict(tensor)
        except Exception as error:
            raise not_run(error) from error
        seconds = time.perf_counter() - began
        dense = dense_weights(network)
        return EngineAnswer(
            logits, features, dense, runtime.engine, runtime.device, load_seconds, seconds
        )

    def _load(self) -> tuple[Runtime, float]:
        began = time.perf_counter()
        runtime = start_runtime(self._make_runtime)
        runtime.load(self._network)
        return runtime, time.perf_counter() - began
