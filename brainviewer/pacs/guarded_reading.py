"""What DIMSE nodes send, read with suspicion before pynetdicom makes anything of it.

pynetdicom reads a unit of data (PDU) of any length into memory, and its thread ends with a trace
where a unit makes no sense. Both become the end of the connection, which whoever waits is told.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.events import Event

MOST_BYTES_OF_PDU = 1 << 24
"""Nodes are told that 16 KiB is the most; some send more all the same."""
MOST_BYTES_OF_OBJECT = 1 << 29
"""Of one image with all its frames, which is in memory until it is whole."""

_CLOSED = "Evt17"  # PS3.8, table 9-10

log = logging.getLogger(__name__)


def guards() -> Sequence[tuple[evt.EventType, Callable[[Event], Any]]]:
    """Handlers of events for an association, or for a server that accepts some."""
    return [(evt.EVT_CONN_OPEN, _guard), (evt.EVT_DIMSE_RECV, _begin_anew)]


def _guard(event: Event) -> None:
    association: Any = event.assoc
    association.dul.socket.recv = _Received(association.dul.socket.recv)
    association.dul.state_machine.do_action = _Acted(
        association, association.dul.state_machine.do_action
    )


def _begin_anew(event: Event) -> None:
    """A message is whole; the next one may be as long again."""
    socket: Any = event.assoc.dul.socket
    if socket is not None and isinstance(socket.recv, _Received):
        socket.recv.count = 0


class _Received:
    """Reads from a connection; raises OSError, which ends it, where that is too much.

    count : bytes of the message that is being read.
    """

    def __init__(self, read: Callable[[int], bytearray]) -> None:
        self._read = read
        self.count = 0

    def __call__(self, length: int) -> bytearray:
        self.count += length
        if length > MOST_BYTES_OF_PDU or self.count > MOST_BYTES_OF_OBJECT:
            raise ConnectionAbortedError("too much at once")
        return self._read(length)


class _Acted:
    """Acts on what was read; what makes no sense ends the connection (PS3.8, 9.2.3)."""

    def __init__(self, association: Association, act: Callable[[str], None]) -> None:
        self._association, self._act = association, act

    def __call__(self, event: str) -> None:
        try:
            self._act(event)
        except Exception as error:
            log.warning("A node sent something that makes no sense (%s).", type(error).__name__)
            socket = self._association.dul.socket
            if socket is not None:
                socket.close()
            with suppress(Exception):
                self._act(_CLOSED)  # tells who waits, as any end of a connection
