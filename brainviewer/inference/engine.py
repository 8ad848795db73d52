"""The near end of the child process that runs networks: start it, ask it, outlive it."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Cancelled, ModelError, Report, silent
from brainviewer.inference.card import Network
from brainviewer.inference.devices import choose_engine
from brainviewer.inference.runtimes import RUNTIMES, EngineAnswer, MakeRuntime
from brainviewer.inference.serve import (
    Done,
    Failure,
    Progress,
    Request,
    Started,
    serve,
)

Message = Started | Progress | Done | Failure
SPARE = "onnx"
"""The engine that runs everywhere."""
_LOOK_EVERY = 0.05
"""Seconds between two looks whether the work is still wanted."""


class Engine:
    """Runs networks in a child process. May be used from any thread; one request at a time.

    wanted : ``onnx``, ``tensorflow``, or ``auto``: TensorFlow where it can use a GPU, falling
        back to ONNX Runtime where that fails.
    runtimes, choose : how the child makes each engine, and what ``auto`` means on this machine;
        functions that can be imported by name. Raises ModelError if there is no such engine.

    The child is started by the first request, or ahead of it by ``start``, and again after a
    crash. A request whose report raises ``Cancelled`` is left to the child to finish (loading is
    never in vain); if it is still at it when the next one is cancelled, the child is ended.
    """

    def __init__(
        self,
        wanted: str = "auto",
        runtimes: Mapping[str, MakeRuntime] = RUNTIMES,
        choose: Callable[[], str] = choose_engine,
    ) -> None:
        if wanted not in ("auto", *runtimes):
            raise ModelError(
                f"There is no engine called {wanted}.",
                f"Choose one of auto, {', '.join(runtimes)}.",
            )
        self._wanted, self._runtimes, self._choose = wanted, dict(runtimes), choose
        self._engine = ""
        self._turn = threading.Lock()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._numbers = count(1)
        self._unanswered: set[int] = set()
        self._notices: tuple[str, ...] = ()
        self._state = "Engine not started"
        self._closed = False

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> str:
        """A few words for the foot of the window, such as ``Engine ready · CPU``."""
        return self._state

    @property
    def process_id(self) -> int | None:
        """The child's process id; None while there is no child."""
        process = self._process
        return None if process is None else process.pid

    def start(self, network: Network | None = None) -> None:
        """Start the child and return at once; the engine loads while others work.

        network : one to load as well. What goes wrong with it is said when it is first used.
        """
        if not self._turn.acquire(blocking=False):
            return  # a request has started it
        try:
            self._start_child()
            if network is not None:
                self._send(Request(next(self._numbers), network))
        except _ChildDied:
            self._end_child()
        finally:
            self._turn.release()

    def warm(self, network: Network, report: Report = silent) -> str:
        """Load a network ahead of its first use; returns ``state``. Raises ModelError."""
        self._ask(network, None, report)
        return self._state

    def predict(
        self, network: Network, tensor: NDArray[np.float32], report: Report = silent
    ) -> EngineAnswer:
        """Run a network. Loads it first if need be.

        tensor : (n, size, size, depth) float32, from ``pipeline.prepare``

        Raises ModelError if the model or the engine fails (also if the child dies; the next call
        starts a new one), Cancelled if ``report`` does or the engine is closed meanwhile.
        """
        answer = self._ask(network, tensor, report).answer
        if answer is None:
            raise ModelError("The engine gave no answer.", "Run it again.")
        return replace(answer, notices=self._notices)

    def close(self) -> None:
        """End the child; a request under way in another thread ends as cancelled."""
        self._closed = True
        with self._turn:
            self._end_child()
            self._state = "Engine stopped"

    def _ask(self, network: Network, tensor: NDArray[np.float32] | None, report: Report) -> Done:
        with self._wait_for_turn(report):
            while True:
                fresh = self._start_child()
                try:
                    outcome = self._exchange(network, tensor, report)
                except _ChildDied as death:
                    self._end_child()
                    if not fresh and not death.heard:
                        continue  # it had died while idle; a new one gets the same request
                    outcome = Failure(
                        0,
                        "The engine stopped unexpectedly.",
                        "Classify again; if it happens again, choose the other engine or close "
                        "other programs to free memory.",
                        engine_unusable=death.loading,
                    )
                if isinstance(outcome, Done):
                    self._state = f"Engine ready · {outcome.device}"
                    return outcome
                if outcome.engine_unusable and self._wanted == "auto" and self._engine != SPARE:
                    self._fall_back(outcome.message)
                    continue
                self._state = "Engine failed"
                raise ModelError(outcome.message, outcome.advice)

    def _exchange(
        self, network: Network, tensor: NDArray[np.float32] | None, report: Report
    ) -> Done | Failure:
        number = next(self._numbers)
        fraction, text, heard = 0.1, "Starting the engine", False
        try:
            self._send(Request(number, network, tensor))
            self._unanswered.add(number)
            while True:
                if self._closed:
                    raise Cancelled
                report(fraction, text)
                message = self._receive()
                if isinstance(message, Started):
                    self._engine = message.engine
                    continue
                if isinstance(message, Done | Failure):
                    self._unanswered.discard(message.number)
                if message is None or message.number != number:
                    continue
                heard = True
                if isinstance(message, Progress):
                    fraction, text = message.fraction, message.text
                    self._state = "Engine loading" if fraction < 0.5 else "Engine working"
                else:
                    return message
        except Cancelled:
            self._state = "Engine idle"
            if len(self._unanswered) > 1:
                self._end_child()
            raise
        except _ChildDied as death:
            death.heard, death.loading = heard, fraction < 0.5
            raise

    def _fall_back(self, reason: str) -> None:
        self._end_child()
        failed = self._engine or "for the GPU"
        self._notices = (f"The engine {failed} could not be used, so {SPARE} was: {reason}",)
        self._wanted = SPARE

    def _start_child(self) -> bool:
        """Have a child to ask; True if it was started just now."""
        if self._closed:
            raise Cancelled
        if self._process is not None:
            if self._process.is_alive():
                return False
            self._end_child()
        spawn = multiprocessing.get_context("spawn")
        connection, far_end = spawn.Pipe()
        process = spawn.Process(
            target=serve,
            args=(far_end, self._wanted, self._runtimes, self._choose),
            name="brainviewer engine",
            daemon=True,
        )
        try:
            process.start()
        except OSError as error:
            connection.close()
            raise ModelError(
                f"The engine's process cannot be started ({error.strerror}).",
                "Close other programs and classify again.",
            ) from error
        finally:
            far_end.close()
        self._connection, self._process = connection, process
        self._engine, self._state = "", "Engine starting"
        return True

    def _end_child(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        self._unanswered.clear()
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()
            self._state = "Engine not started"

    def _send(self, request: Request) -> None:
        assert self._connection is not None
        try:
            self._connection.send(request)
        except OSError:
            raise _ChildDied from None

    def _receive(self) -> Message | None:
        """The next message, or None if there is none for a moment."""
        assert self._connection is not None
        try:
            if not self._connection.poll(_LOOK_EVERY):
                return None
            message: Message = self._connection.recv()
            return message
        except (EOFError, OSError):
            raise _ChildDied from None

    @contextmanager
    def _wait_for_turn(self, report: Report) -> Iterator[None]:
        while not self._turn.acquire(timeout=_LOOK_EVERY):
            report(0.05, "Waiting for the engine")
        try:
            yield
        finally:
            self._turn.release()


class _ChildDied(Exception):
    """The other end of the pipe is gone.

    heard, loading : whether it had answered the request at all, and had not yet loaded the model.
    """

    heard = False
    loading = True
