"""The child process that runs networks: takes requests from a pipe until the pipe is closed.

It alone imports ONNX Runtime or TensorFlow, so a long import, a crash, or memory that is never
given back touches nothing but this process.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import Network
from brainviewer.models.engine.dense_layer import dense_weights
from brainviewer.models.engine.runtimes import (
    EngineAnswer,
    MakeRuntime,
    Runtime,
    not_run,
    start_runtime,
)
from brainviewer.models.registry import verify

_Key = tuple[str, str]


@dataclass(frozen=True)
class Request:
    """Load the network if it is not loaded; with a tensor, predict as well.

    tensor : (n, size, size, depth) float32
    """

    number: int
    network: Network
    tensor: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Started:
    """The first thing the child says: which engine it is."""

    engine: str


@dataclass(frozen=True)
class Progress:
    """How far a request has come."""

    number: int
    fraction: float
    text: str


@dataclass(frozen=True)
class Done:
    """The end of a request; ``answer`` is None if it was only to load."""

    number: int
    device: str
    answer: EngineAnswer | None


@dataclass(frozen=True)
class Failure:
    """The other end of a request.

    engine_unusable : the engine itself could not be started or could not load a sound model, so
        another engine may be able to.
    """

    number: int
    message: str
    advice: str
    engine_unusable: bool = False


def serve(
    connection: Connection,
    wanted: str,
    runtimes: Mapping[str, MakeRuntime],
    choose: Callable[[], str],
) -> None:
    """Answer requests until the other end of the pipe is closed (or its process has died).

    wanted : name of the engine, or ``auto`` for what ``choose`` says; that is asked here because
        a driver can take its time or crash.
    """
    # Ctrl+C in a terminal reaches this process too; only the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _keep_stdout_clean()
    requests: SimpleQueue[Request] = SimpleQueue()
    checks = _Checks()
    threading.Thread(target=_listen, args=(connection, requests, checks), daemon=True).start()
    engine = choose() if wanted == "auto" else wanted
    with suppress(OSError):  # the listener sees it, too
        connection.send(Started(engine))
    server = _Server(connection, runtimes[engine], checks, requests.empty)
    # The runtime's import is the longest part and needs no request.
    server.prepare()
    while True:
        server.answer(requests.get())


class _Checks:
    """Compares the files of networks with their cards while the runtime is imported.

    loaded : the network that runs and was compared when it was loaded.
    """

    def __init__(self) -> None:
        self._checker = ThreadPoolExecutor(1)
        self._begun: dict[_Key, Future[None]] = {}
        self.loaded: _Key | None = None

    def begin(self, network: Network) -> None:
        key = _key(network)
        if key != self.loaded and key not in self._begun:
            self._begun[key] = self._checker.submit(verify, network)

    def wait(self, network: Network) -> None:
        """Raises ModelError as ``registry.verify`` does."""
        begun = self._begun.pop(_key(network), None)
        (begun or self._checker.submit(verify, network)).result()


def _key(network: Network) -> _Key:
    return str(network.folder), network.weights_sha256


def _listen(connection: Connection, requests: SimpleQueue[Request], checks: _Checks) -> None:
    """Read requests also while the network runs, so that the sender never waits, and end this
    process as soon as there is nobody to answer."""
    with suppress(EOFError, OSError):
        while True:
            request = connection.recv()
            checks.begin(request.network)
            requests.put(request)
    os._exit(0)


class _Server:
    def __init__(
        self,
        connection: Connection,
        make_runtime: MakeRuntime,
        checks: _Checks,
        idle: Callable[[], bool],
    ) -> None:
        self._connection, self._checks, self._idle = connection, checks, idle
        self._make_runtime = make_runtime
        self._runtime: Runtime | None = None
        self._unusable: ModelError | None = None
        self._start_seconds = self._load_seconds = 0.0

    def prepare(self) -> None:
        began = time.perf_counter()
        try:
            self._runtime = start_runtime(self._make_runtime)
        except ModelError as error:
            self._unusable = error
        self._start_seconds = time.perf_counter() - began

    def answer(self, request: Request) -> None:
        try:
            if self._runtime is None:
                raise self._unusable or RuntimeError("no runtime")
            self._load(request)
            answer = None if request.tensor is None else self._predict(request, request.tensor)
            self._connection.send(Done(request.number, self._runtime.device, answer))
        except Exception as error:
            said = not_run(error)
            unusable = self._runtime is None or isinstance(error, _CannotLoad)
            self._connection.send(Failure(request.number, said.message, said.advice, unusable))

    def _load(self, request: Request) -> None:
        network = request.network
        if self._checks.loaded == _key(network):
            return
        assert self._runtime is not None
        self._connection.send(Progress(request.number, 0.3, "Loading the model"))
        self._checks.loaded = None
        began = time.perf_counter()
        self._checks.wait(network)
        try:
            self._runtime.load(network)
            # The first run sets up memory and, with TensorFlow, traces the network. If somebody
            # waits for an answer, that is the first run.
            if self._idle() and request.tensor is None:
                shape = (1, network.input.size, network.input.size, network.input.depth)
                self._runtime.predict(np.zeros(shape, np.float32))
        except ModelError as error:
            raise _CannotLoad(error.message, error.advice) from error
        except Exception as error:
            raise _CannotLoad(
                f"The model cannot be loaded ({type(error).__name__}: {error}).",
                "Choose the other engine, or install the model again.",
            ) from error
        self._load_seconds = self._start_seconds + time.perf_counter() - began
        self._checks.loaded = _key(network)

    def _predict(self, request: Request, tensor: NDArray[np.float32]) -> EngineAnswer:
        assert self._runtime is not None
        self._connection.send(Progress(request.number, 0.8, "Classifying"))
        began = time.perf_counter()
        logits, features = self._runtime.predict(tensor)
        seconds = time.perf_counter() - began
        return EngineAnswer(
            logits,
            features,
            # Read here, so that the window never has to import what reads it.
            dense_weights(request.network),
            self._runtime.engine,
            self._runtime.device,
            self._load_seconds,
            seconds,
        )


class _CannotLoad(ModelError):
    """A sound model that this engine cannot load."""


def _keep_stdout_clean() -> None:
    # Libraries print; what the command line writes to stdout must stay one JSON object.
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
        os.dup2(2, 1)
