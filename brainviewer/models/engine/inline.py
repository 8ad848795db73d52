"""Runs networks in this very process, for a command that answers once and ends.

A child process, as ``engine`` has it, keeps a window alive whatever happens to the network; a
command has nothing to keep alive, and is sooner done without starting a second interpreter.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.models.card import Network
from brainviewer.models.engine.runtimes import (
    DOING,
    EngineOutput,
    MakeRuntime,
    Runtime,
    classified,
    make_onnx_for_once,
    not_run,
    start_runtime,
)
from brainviewer.models.registry import verify


@dataclass(frozen=True, eq=False)
class _Loading:
    """verified : done when the files are those of the card; loaded : engine, seconds of loading."""

    verified: Future[None]
    loaded: Future[tuple[Runtime, float]]


class InlineEngine:
    """Networks on ONNX Runtime, loaded in a thread one after the other while others work.

    networks : those that every study needs, the one that is needed first in front. It is loaded
        at once, the others when ``load_rest`` is called or one of them is asked for.
    make_runtime : for one answer, or for many that several threads ask for at once.
    """

    def __init__(self, *networks: Network, make_runtime: MakeRuntime = make_onnx_for_once) -> None:
        self._make_runtime = make_runtime
        self._loader, self._verifier = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._begun = [(one, self._begin(one)) for one in networks[:1]]
        # Comparing the files with the card, too, takes its time.
        self._rest = [(one, self._verifier.submit(verify, one)) for one in networks[1:]]

    def __enter__(self) -> "InlineEngine":
        return self

    def __exit__(self, *_: object) -> None:
        for workers in (self._loader, self._verifier):
            workers.shutdown(wait=False, cancel_futures=True)

    def load_rest(self) -> None:
        """Load the other networks, too: reading the numbers of a large one stops the imports and
        the arithmetic of other threads, and is best begun once nothing waits for those."""
        for network, verified in self._rest:
            self._begun.append((network, self._begin(network, verified)))
        self._rest.clear()

    def predict(
        self, network: Network, tensor: NDArray[np.float32], report: Report = silent
    ) -> EngineOutput:
        """Run a classification network; see ``runtimes.Runner``."""
        report(0.3, "Loading the model")
        runtime, load_seconds = self._ready(network)
        report(0.8, DOING[network.task])
        try:
            return classified(runtime, network, tensor, load_seconds)
        except Exception as error:
            raise not_run(error) from error

    def segment(
        self, network: Network, slices: NDArray[np.float32], report: Report = silent
    ) -> NDArray[np.float32]:
        """Run a segmentation network; see ``runtimes.Runner``."""
        report(0.3, "Loading the model")
        runtime, _ = self._ready(network)
        report(0.8, DOING[network.task])
        try:
            (regions,) = runtime.predict(slices)
        except Exception as error:
            raise not_run(error) from error
        return regions

    def _ready(self, network: Network) -> tuple[Runtime, float]:
        """The engine that holds a network, and the seconds of loading; raises ModelError."""
        if all(one != network for one, _ in self._begun):
            self._load_now(network)
        loading = next(loading for one, loading in self._begun if one == network)
        try:
            # Nothing that the card does not know is run.
            loading.verified.result()
            return loading.loaded.result()
        except Exception as error:
            raise not_run(error) from error

    def _load_now(self, network: Network) -> None:
        """Load the others, or one that nobody spoke of: few studies need it."""
        if any(one == network for one, _ in self._rest):
            self.load_rest()
        else:
            self._begun.append((network, self._begin(network)))

    def _begin(self, network: Network, verified: Future[None] | None = None) -> _Loading:
        verified = verified or self._verifier.submit(verify, network)
        return _Loading(verified, self._loader.submit(self._load, network))

    def _load(self, network: Network) -> tuple[Runtime, float]:
        began = time.perf_counter()
        runtime = start_runtime(self._make_runtime)
        runtime.load(network)
        return runtime, time.perf_counter() - began
