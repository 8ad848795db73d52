"""Files that this process may still open: rules of the kernel (Landlock, Linux 5.13 and later).

Documentation/userspace-api/landlock.rst. What is open already stays open.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

from brainviewer.core.process.sandbox.system_calls import numbers_on

_OF_VERSION = (0, 13, 14, 15, 15, 16, 16, 16)
"""How many rights to files each version of the interface knows, by its number."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_CONNECT_AND_BIND = 0b11
_SIGNALS_AND_SOCKETS = 0b11
_BENEATH, _ASK_VERSION = 1, 1
_WITH_NETWORK, _WITH_SCOPES = 4, 6
_ONLY_A_PLACE = getattr(os, "O_PATH", 0)


def landlock_version() -> int:
    """Version of the interface of this system; 0 where there is none."""
    calls = numbers_on(os.uname().machine)
    if not sys.platform.startswith("linux") or not calls or sys.maxsize < 2**32:
        return 0
    found = ctypes.CDLL(None).syscall(calls["landlock_create_ruleset"], None, 0, _ASK_VERSION)
    return max(0, int(found))


def allow_reading_only(places: Iterable[str]) -> bool:
    """Let this thread, and what it starts, open nothing but what lies in some places, to read it.

    places : folders, with all that is in them, and files; those that are not there are left out.

    Nor can it reach a port or, where the system knows it, send signals to other processes.
    Returns whether that holds now. ``give_up_privileges`` comes first.
    """
    version = min(landlock_version(), len(_OF_VERSION) - 1)
    if version < 1:
        return False
    calls, libc = numbers_on(os.uname().machine), ctypes.CDLL(None)
    rights = (1 << _OF_VERSION[version]) - 1
    network = _CONNECT_AND_BIND if version >= _WITH_NETWORK else 0
    scopes = _SIGNALS_AND_SOCKETS if version >= _WITH_SCOPES else 0
    known = 8 * (1 + (version >= _WITH_NETWORK) + (version >= _WITH_SCOPES))
    attributes = struct.pack("QQQ", rights, network, scopes)[:known]
    rules = libc.syscall(calls["landlock_create_ruleset"], attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for place in places:
            _allow(libc, calls["landlock_add_rule"], rules, place)
        return bool(libc.syscall(calls["landlock_restrict_self"], rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, number: int, rules: int, place: str) -> None:
    try:
        opened = os.open(place, _ONLY_A_PLACE | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | (_READ_FOLDER if os.path.isdir(place) else 0)  # noqa: PTH112
        libc.syscall(number, rules, _BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)
