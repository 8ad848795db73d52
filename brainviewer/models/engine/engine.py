"""The near end of the child process that runs networks: start it, ask it, end it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Cancelled, ModelError, Report, silent
from brainviewer.models.card import Network
from brainviewer.models.engine.child import Child, ChildDied
from brainviewer.models.engine.devices import choose_engine
from brainviewer.models.engine.runtimes import RUNTIMES, SPARE, EngineOutput, MakeRuntime
from brainviewer.models.engine.serve import Done, Failure, Progress, Request, Started

_LOOK_EVERY = 0.05
"""Seconds between two looks whether the work is still wanted."""
_PATIENCE = 30.0
"""Seconds of silence after which the child may hang: it says what it does as it goes along, and
loading or running a network takes that long on no machine that it was seen on."""
_CLOSE_WITHIN = 1.0
"""Seconds that closing waits for a request that is under way elsewhere."""


class Engine:
    """Runs networks in a child process. May be used from any thread; one request at a time.

    wanted : ``onnx``, ``tensorflow``, or ``auto``: TensorFlow where it can use a GPU, falling
        back to ONNX Runtime where that fails. Segmentation networks are run by ONNX Runtime.
    runtimes, choose : how the child makes each engine, and what ``auto`` means on this machine;
        functions that can be imported by name. Raises ModelError if there is no such engine.
    patience, on_silence : after so many seconds without a word from the child while somebody
        waits, ``on_silence(True)`` is called in the thread that waits, and ``on_silence(False)``
        when that is over.

    The child is started by the first request, or ahead of it by ``start``, and again after a
    crash. A request whose report raises ``Cancelled`` is left to the child to finish (loading is
    never in vain); if it is still at it when the next one is cancelled, or was silent for longer
    than ``patience``, the child is ended. Nobody ever waits for a child that hangs: whatever
    waits here asks ``report`` again and again.
    """

    def __init__(
        self,
        wanted: str = "auto",
        runtimes: Mapping[str, MakeRuntime] = RUNTIMES,
        choose: Callable[[], str] = choose_engine,
        patience: float = _PATIENCE,
        on_silence: Callable[[bool], None] = lambda silent: None,
    ) -> None:
        if wanted not in ("auto", *runtimes):
            raise ModelError(
                f"There is no engine called {wanted}.",
                f"Choose one of auto, {', '.join(runtimes)}.",
            )
        self._wanted, self._runtimes, self._choose = wanted, dict(runtimes), choose
        self._engine = ""
        self._turn = threading.Lock()
        self._patience, self._on_silence = patience, on_silence
        self._process: Child | None = None
        self._numbers = count(1)
        self._unclassified: set[int] = set()
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

    def start(self, *networks: Network) -> None:
        """Start the child and return at once; the engine loads while others work.

        networks : to be loaded as well. What goes wrong with them is said when they are first used.
        """
        if not self._turn.acquire(blocking=False):
            return  # a request has started it
        try:
            child, _ = self._ready_child()
            for network in networks:
                child.send(Request(next(self._numbers), network))
        finally:
            self._turn.release()

    def warm(self, network: Network, report: Report = silent) -> str:
        """Load a network ahead of its first use; returns ``state``. Raises ModelError."""
        self._ask(network, None, report)
        return self._state

    def predict(
        self, network: Network, tensor: NDArray[np.float32], report: Report = silent
    ) -> EngineOutput:
        """Run a classification network. Loads it first if need be.

        tensor : (n, size, size, depth) float32

        Raises ModelError if the model or the engine fails (also if the child dies; the next call
        starts a new one), Cancelled if ``report`` does or the engine is closed meanwhile.
        """
        reply = self._ask(network, tensor, report).reply
        if reply is None:
            raise ModelError("The engine gave no answer.", "Run it again.")
        return replace(reply, notices=self._notices)

    def segment(
        self, network: Network, slices: NDArray[np.float32], report: Report = silent
    ) -> NDArray[np.float32]:
        """Run a segmentation network; see ``Runner``. Raises what ``predict`` does."""
        regions = self._ask(network, slices, report).regions
        if regions is None:
            raise ModelError("The engine gave no answer.", "Run it again.")
        return regions

    def restart(self) -> None:
        """End the child and start another, which is asked again what the first was asked."""
        child = self._process
        if child is not None:
            child.abandoned = True
            child.kill()
        self.start()

    def close(self) -> None:
        """End the child; a request under way in another thread ends as cancelled."""
        self._closed = True
        child = self._process
        if child is not None:
            child.kill()  # first of all: nothing that waits for it waits any longer
        if self._turn.acquire(timeout=_CLOSE_WITHIN):
            try:
                self._end_child()
            finally:
                self._turn.release()
        self._state = "Engine stopped"

    def _ask(self, network: Network, tensor: NDArray[np.float32] | None, report: Report) -> Done:
        with self._wait_for_turn(report):
            while True:
                child, fresh = self._ready_child()
                try:
                    outcome = self._exchange(child, network, tensor, report)
                except ChildDied as death:
                    self._end_child()
                    if self._closed:
                        raise Cancelled from None
                    if child.abandoned or (not fresh and not death.heard):
                        continue  # ended, or died while idle; a new one gets the same request
                    outcome = Failure(
                        0,
                        "The engine stopped unexpectedly.",
                        "Try again; if it happens again, choose the other engine or close "
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
        self, child: Child, network: Network, tensor: NDArray[np.float32] | None, report: Report
    ) -> Done | Failure:
        number = next(self._numbers)
        fraction, text, heard = 0.1, "Starting the engine", False
        watch = _Watch(self._patience, self._on_silence)
        try:
            child.send(Request(number, network, tensor))
            self._unclassified.add(number)
            while True:
                if self._closed:
                    raise Cancelled
                report(fraction, text)
                message = child.receive(_LOOK_EVERY)
                watch.look(message is not None)
                if watch.silent:
                    self._state = "Engine does not answer"
                if isinstance(message, Started):
                    self._engine = message.engine
                    continue
                if isinstance(message, Done | Failure):
                    self._unclassified.discard(message.number)
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
            if len(self._unclassified) > 1 or watch.silent:
                self._end_child()
            raise
        except ChildDied as death:
            # While a network is segmenting, it may be the other engine that could not be loaded.
            death.heard = heard
            death.loading = fraction < 0.5 or network.segments
            raise
        finally:
            watch.end()

    def _fall_back(self, reason: str) -> None:
        self._end_child()
        failed = self._engine or "for the GPU"
        self._notices = (f"The engine {failed} could not be used, so {SPARE} was: {reason}",)
        self._wanted = SPARE

    def _ready_child(self) -> tuple[Child, bool]:
        """A child to ask, and whether it was started just now."""
        if self._process is not None:
            if self._process.is_alive() and not self._process.abandoned:
                return self._process, False
            self._end_child()
        if self._closed:
            raise Cancelled
        self._process = child = Child(self._wanted, self._runtimes, self._choose)
        self._engine, self._state = "", "Engine starting"
        if self._closed:  # meanwhile; the caller of ``close`` saw no child to kill
            self._end_child()
            raise Cancelled
        return child, True

    def _end_child(self) -> None:
        child, self._process = self._process, None
        self._unclassified.clear()
        if child is not None:
            child.end()
            self._state = "Engine not started"

    @contextmanager
    def _wait_for_turn(self, report: Report) -> Iterator[None]:
        while not self._turn.acquire(timeout=_LOOK_EVERY):
            if self._closed:
                raise Cancelled
            report(0.05, "Waiting for the engine")
        try:
            yield
        finally:
            self._turn.release()


class _Watch:
    """Tells when the child has been silent for too long, and when that is over."""

    def __init__(self, patience: float, tell: Callable[[bool], None]) -> None:
        self.silent = False
        self._patience, self._tell = patience, tell
        self._last = time.monotonic()

    def look(self, heard: bool) -> None:
        if heard:
            self._last = time.monotonic()
        silent = time.monotonic() - self._last > self._patience
        if silent != self.silent:
            self.silent = silent
            self._tell(silent)

    def end(self) -> None:
        if self.silent:
            self.silent = False
            self._tell(False)
