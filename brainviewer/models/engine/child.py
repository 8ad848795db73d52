"""The engine's child process as the parent holds it: nobody ever waits for its end of the pipe."""

import multiprocessing
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.util import Finalize
from queue import Empty, SimpleQueue

from brainviewer.core.errors import ModelError
from brainviewer.models.engine.runtimes import MakeRuntime
from brainviewer.models.engine.serve import Done, Failure, Progress, Request, Started, serve

Message = Started | Progress | Done | Failure
_DIES_WITHIN = 1.0
"""Seconds; a killed process takes longer only where the system itself hangs."""


class ChildDied(Exception):
    """The other end of the pipe is gone.

    heard, loading : whether it had answered the request at all, and had not yet loaded the model.
    """

    heard = False
    loading = True


class Child:
    """A process that runs ``serve``. May be used from any thread.

    A child that hangs (or was stopped) takes nothing from its pipe, and can leave half a message
    in it: a read or a write there may block for ever. So a thread of its own does either, and
    both end with the child.

    abandoned : it was ended on purpose, so that its request is to be asked again of another.

    Raises ModelError if the process cannot be started.
    """

    def __init__(
        self, wanted: str, runtimes: Mapping[str, MakeRuntime], choose: Callable[[], str]
    ) -> None:
        self.abandoned = False
        spawn = multiprocessing.get_context("spawn")
        self._connection, far_end = spawn.Pipe()
        self._process = spawn.Process(
            target=serve,
            args=(far_end, wanted, runtimes, choose),
            name="brainviewer engine",
            daemon=True,
        )
        try:
            self._process.start()
        except OSError as error:
            self._connection.close()
            raise ModelError(
                f"The engine's process cannot be started ({error.strerror}).",
                "Close other programs and classify again.",
            ) from error
        finally:
            far_end.close()
        self.pid = self._process.pid
        # At the end of this program multiprocessing asks its children to end, and waits for them:
        # one that was stopped would keep it waiting.
        self._killer = Finalize(self, _kill, (self._process,), exitpriority=10)
        self._to_send: SimpleQueue[Request | None] = SimpleQueue()
        self._received: SimpleQueue[Message | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=work, args=arguments, name=f"engine {name}", daemon=True)
            for name, work, arguments in (
                ("writer", _write, (self._connection, self._to_send)),
                ("reader", _read, (self._connection, self._received)),
            )
        ]
        for thread in self._threads:
            thread.start()

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def send(self, request: Request) -> None:
        """Have a request sent; returns at once."""
        self._to_send.put(request)

    def receive(self, seconds: float) -> Message | None:
        """The next message, or None if none comes in this time. Raises ChildDied."""
        try:
            message = self._received.get(timeout=seconds)
        except Empty:
            return None
        if message is None:
            self._received.put(None)  # for the next request
            raise ChildDied
        return message

    def kill(self) -> None:
        """End the process; returns at once. Whoever waits for an answer gets ChildDied."""
        _kill(self._process)

    def end(self) -> None:
        """Kill the process, release it, and end the threads at its pipe."""
        self._killer()
        self._to_send.put(None)
        self._process.join(_DIES_WITHIN)
        for thread in self._threads:
            thread.join(_DIES_WITHIN)
        if not self._process.is_alive():
            self._connection.close()
            self._process.close()


def _kill(process: SpawnProcess) -> None:
    with suppress(ValueError):  # it was released before
        process.kill()


def _write(connection: Connection, requests: "SimpleQueue[Request | None]") -> None:
    with suppress(OSError):  # the reader sees it, too
        while (request := requests.get()) is not None:
            connection.send(request)


def _read(connection: Connection, messages: "SimpleQueue[Message | None]") -> None:
    try:
        while True:
            messages.put(connection.recv())
    except (EOFError, OSError):
        messages.put(None)
