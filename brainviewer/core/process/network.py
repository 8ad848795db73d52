"""The network is closed, but to a node that the user has set up, and only while a request runs.

Python tells its audit hooks of every step towards a network before it is taken, whichever library
takes it; the hook here refuses all but the hosts and ports that are open at that moment.
"""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

Address = tuple[str, int]
"""Host name or IP address, and port."""

_NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_STEPS = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind")
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_ANY_PORT = 0


class _Openings:
    """What is open now; each request adds its own, and takes it away."""

    def __init__(self) -> None:
        self.closed = False
        self.hooked = False
        self.lock = Lock()
        self.remote: list[Address] = []
        self.own: list[Address] = []


_openings = _Openings()


def close_network() -> None:
    """From now on no part of this process reaches a network, but within ``network_open_to``."""
    _openings.closed = True
    if not _openings.hooked:
        _openings.hooked = True
        sys.addaudithook(_refuse)


def numbers_of(host: str) -> frozenset[str]:
    """The IP addresses of a host; none if it is not known."""
    if _is_number(host):
        return frozenset({host})
    with suppress(OSError, UnicodeError):
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None))
    return frozenset()


@contextmanager
def network_open_to(remote: Address, own: Address | None = None) -> Iterator[None]:
    """Let this process connect to one port of one host.

    own : address of this computer at which it may wait for connections.
    """
    with _opened(_openings.remote, remote), _opened(_openings.own, own):
        yield


@contextmanager
def _opened(addresses: list[Address], address: Address | None) -> Iterator[None]:
    if address is None:
        yield
        return
    with _openings.lock:
        addresses.append(address)
    try:
        yield
    finally:
        with _openings.lock:
            addresses.remove(address)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: raises PermissionError for a step that is not open."""
    if not event.startswith("socket.") or not _openings.closed:
        return
    if event in _NAMES:
        allowed = _may_look_up(arguments[0])
    elif event in _STEPS:
        allowed = _may_reach(event, *arguments[:2])
    else:
        return
    if not allowed:
        raise PermissionError(errno.EACCES, "BrainViewer keeps the network closed")


def _may_look_up(host: Any) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    # An address needs no server of names; nor does the computer's own.
    return not name or _is_number(name) or name in {host for host, _ in _openings.remote}


def _may_reach(event: str, own: socket.socket, address: Any) -> bool:
    if own.family not in _INTERNET or not isinstance(address, tuple):
        return True
    place = address[0], address[1]
    if event == "socket.bind":
        # A port that the system chooses is the near end of a connection that goes out.
        anywhere = place[1] == _ANY_PORT and bool(_openings.remote)
        return anywhere or place in _openings.own
    return any(
        place[1] == port and place[0] in (host, *numbers_of(host))
        for host, port in tuple(_openings.remote)
    )


def _is_number(host: str) -> bool:
    for family in _INTERNET:
        with suppress(OSError, ValueError):
            socket.inet_pton(family, host)
            return True
    return False
