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
from brainviewer.core.process.network import close_network
from brainviewer.core.process.sandbox.confinement import confine_engine
from brainviewer.models.card import Network
from brainviewer.models.engine.runtimes import (
    DOING,
    SPARE,
    EngineOutput,
    MakeRuntime,
    Runtime,
    classified,
    not_run,
    start_runtime,
)
from brainviewer.models.registry import verify

_Key = tuple[str, str]


@dataclass(frozen=True)
class Request:
    """Load the network if it is not loaded; with a tensor, run it as well.

    tensor : input of the network, float32; see ``Network.outputs``.
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
    """The end of a request.

    device : what ran the network.
    reply : None if the request was only to load.
    regions : float32, what a network tells of each voxel; see ``Network.outputs``.
    """

    number: int
    device: str
    reply: EngineOutput | None = None
    regions: NDArray[np.float32] | None = None


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
    close_network()
    confine_engine()
    # Ctrl+C in a terminal reaches this process too; only the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _keep_stdout_clean()
    say, checks = _Line(connection), _Checks()
    classifying, segmenting = SimpleQueue[Request](), SimpleQueue[Request]()
    listening = (connection, classifying, segmenting, checks)
    threading.Thread(target=_listen, args=listening, daemon=True).start()
    # A search need not wait until a large classification network is loaded.
    segmenter = _Server(say, runtimes[SPARE], checks, segmenting)
    threading.Thread(target=segmenter.serve, daemon=True).start()
    engine = choose() if wanted == "auto" else wanted
    say(Started(engine))
    spare = None if engine == SPARE else runtimes[SPARE]
    classifier = _Server(say, runtimes[engine], checks, classifying, spare)
    # The runtime's import is the longest part and needs no request.
    classifier.prepare()
    classifier.serve()


class _Line:
    """The near end of the pipe, for several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._turn = connection, threading.Lock()

    def __call__(self, message: Started | Progress | Done | Failure) -> None:
        with self._turn, suppress(OSError):  # the listener sees it, too
            self._connection.send(message)


class _Checks:
    """Compares the files of networks with their cards while the runtime is imported.

    loaded : the networks that run and were compared when they were loaded.
    """

    def __init__(self) -> None:
        self._checker = ThreadPoolExecutor(2)
        self._begun: dict[_Key, Future[None]] = {}
        self.loaded: set[_Key] = set()

    def begin(self, network: Network) -> None:
        key = _key(network)
        if key not in self.loaded and key not in self._begun:
            self._begun[key] = self._checker.submit(verify, network)

    def wait(self, network: Network) -> None:
        """Raises ModelError as ``registry.verify`` does."""
        begun = self._begun.pop(_key(network), None)
        (begun or self._checker.submit(verify, network)).result()


def _key(network: Network) -> _Key:
    return str(network.folder), network.weights_sha256


def _listen(
    connection: Connection,
    classifying: SimpleQueue[Request],
    segmenting: SimpleQueue[Request],
    checks: _Checks,
) -> None:
    """Read requests also while a network runs, so that the sender never waits, and end this
    process as soon as there is nobody to answer."""
    with suppress(EOFError, OSError):
        while True:
            request = connection.recv()
            checks.begin(request.network)
            (segmenting if request.network.segments else classifying).put(request)
    os._exit(0)


class _Server:
    """Answers requests with one engine, which holds one network at a time.

    make_spare : makes another engine, for networks that this one cannot run.
    """

    def __init__(
        self,
        say: _Line,
        make_runtime: MakeRuntime,
        checks: _Checks,
        requests: SimpleQueue[Request],
        make_spare: MakeRuntime | None = None,
    ) -> None:
        self._say, self._checks, self._requests = say, checks, requests
        self._make_runtime, self._make_spare = make_runtime, make_spare
        self._runtime: Runtime | None = None
        self._spare: Runtime | None = None
        self._unusable: ModelError | None = None
        self._loaded: _Key | None = None
        self._start_seconds = self._load_seconds = 0.0

    def prepare(self) -> None:
        began = time.perf_counter()
        try:
            self._runtime = start_runtime(self._make_runtime)
        except ModelError as error:
            self._unusable = error
        self._start_seconds = time.perf_counter() - began

    def serve(self) -> None:
        while True:
            request = self._requests.get()
            if self._runtime is None and self._unusable is None:
                self.prepare()
            self._reply(request)

    def _reply(self, request: Request) -> None:
        try:
            runtime = self._runtime_for(request.network)
            self._load(request, runtime)
            reply = regions = None
            if request.tensor is not None and request.network.segments:
                self._say(Progress(request.number, 0.8, DOING[request.network.task]))
                (regions,) = runtime.predict(request.tensor)
            elif request.tensor is not None:
                self._say(Progress(request.number, 0.8, DOING[request.network.task]))
                reply = classified(runtime, request.network, request.tensor, self._load_seconds)
            self._say(Done(request.number, runtime.device, reply, regions))
        except Exception as error:
            said = not_run(error)
            # Another engine would run a segmentation network in the same way.
            unusable = not request.network.segments and (
                self._runtime is None or isinstance(error, _CannotLoad)
            )
            self._say(Failure(request.number, said.message, said.advice, unusable))

    def _runtime_for(self, network: Network) -> Runtime:
        if network.of_onnx_only and self._make_spare is not None:
            self._spare = self._spare or start_runtime(self._make_spare)
            return self._spare
        if self._runtime is None:
            raise self._unusable or RuntimeError("no runtime")
        return self._runtime

    def _load(self, request: Request, runtime: Runtime) -> None:
        network = request.network
        if self._loaded == _key(network):
            return
        self._say(Progress(request.number, 0.3, "Loading the model"))
        if self._loaded is not None:
            self._checks.loaded.discard(self._loaded)
        self._loaded = None
        began = time.perf_counter()
        self._checks.wait(network)
        try:
            runtime.load(network)
            # The first run sets up memory and, with TensorFlow, traces the network. If somebody
            # waits for an answer, that is the first run.
            if self._requests.empty() and request.tensor is None and network.input is not None:
                shape = (1, network.input.size, network.input.size, network.input.depth)
                runtime.predict(np.zeros(shape, np.float32))
        except ModelError as error:
            raise _CannotLoad(error.message, error.advice) from error
        except Exception as error:
            raise _CannotLoad(
                f"The model cannot be loaded ({type(error).__name__}: {error}).",
                "Choose the other engine, or install the model again.",
            ) from error
        self._load_seconds = self._start_seconds + time.perf_counter() - began
        self._loaded = _key(network)
        self._checks.loaded.add(self._loaded)


class _CannotLoad(ModelError):
    """A sound model that this engine cannot load."""


def _keep_stdout_clean() -> None:
    # Libraries print; what the command line writes to stdout must stay one JSON object.
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
        os.dup2(2, 1)
