"""Cancelling while a node is silent: nothing it sends would ask whether it is still wanted."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from brainviewer.core.errors import Cancelled, Report
from brainviewer.core.process.network import Address

_EVERY_SECONDS = 0.1


class RepeatedReport:
    """A ``Report`` that can be asked again whether its work is still wanted.

    Several threads say something; one after the other, so that nothing older comes after a newer.
    """

    def __init__(self, report: Report) -> None:
        self._report, self._last, self._lock = report, (0.0, ""), threading.Lock()

    def __call__(self, fraction: float, text: str) -> None:
        with self._lock:
            self._last = fraction, text
            self._report(fraction, text)

    def again(self) -> None:
        """Say what was said last. Raises Cancelled."""
        with self._lock:
            self._report(*self._last)


class Waiting:
    """What a request waits for, so that another thread can end that."""

    def __init__(self) -> None:
        self._ends: list[Callable[[], object]] = []
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._stopped = False

    def ends_by(self, end: Callable[[], object]) -> None:
        """``end`` is called where the request is cancelled, by another thread; perhaps often."""
        with self._lock:
            self._ends.append(end)

    def check(self) -> None:
        """Raises Cancelled if the request was cancelled."""
        if self._stopped:
            raise Cancelled

    def connect(self, address: Address, seconds: float | None) -> socket.socket:
        """A connection that can be ended at any time, also while it is being made.

        seconds : to wait for it. Raises OSError, and Cancelled if the request was cancelled.
        """
        refused = OSError("the host has no address")
        for family, kind, protocol, _, place in socket.getaddrinfo(
            *address, type=socket.SOCK_STREAM
        ):
            self.check()
            made = socket.socket(family, kind, protocol)
            self._watch(made)
            try:
                made.settimeout(seconds)
                made.connect(place)
            except OSError as error:
                made.close()
                refused = error
            else:
                return made
        self.check()
        raise refused

    def stop(self) -> None:
        """End all that is waited for."""
        self._stopped = True
        with self._lock:
            ends = tuple(self._ends)
        for end in ends:
            end()

    def close(self) -> None:
        """The request has ended."""
        for one in self._sockets:
            one.close()

    def _watch(self, made: socket.socket) -> None:
        """A second handle is ended by: TLS takes the first one away (``SSLSocket`` detaches it)."""
        own = made.dup()
        self._sockets.append(own)
        self.ends_by(partial(shut, own))


def shut(one: socket.socket) -> None:
    """End a connection under whoever waits for it; closing it would not wake them."""
    with suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)  # of TLS as well, without its goodbye


@contextmanager
def until_cancelled(report: RepeatedReport) -> Iterator[Waiting]:
    """End what the block waits for once ``report`` raises Cancelled.

    The block then fails or ends, and ``Cancelled`` is raised instead.
    """
    ended, waiting, cancelled = threading.Event(), Waiting(), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_SECONDS):
            if not cancelled.is_set():
                try:
                    report.again()
                except Cancelled:
                    cancelled.set()
            if cancelled.is_set():
                waiting.stop()  # again and again: something may just be beginning to wait

    thread = threading.Thread(target=watch, name="watch request", daemon=True)
    thread.start()
    try:
        yield waiting
    except Exception:
        if not cancelled.is_set():
            raise
    finally:
        ended.set()
        thread.join()
        waiting.close()
    if cancelled.is_set():
        raise Cancelled
