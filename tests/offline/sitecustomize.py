"""On the path of a process, ends it with its first step towards a network, and its children too.

Python runs this file by its name when it starts. Two watches: Python's own audit events, on all
systems; and on Linux a filter of the system (seccomp), which native libraries and every child
process inherit and cannot take off. A socket of the machine's own kind (AF_UNIX) passes.
"""

import ctypes
import os
import platform
import struct
import sys
import traceback
from typing import Any

EXIT_CODE = 77
_SOCKET = {"x86_64": 41, "aarch64": 198}  # the system call, by machine
_LOCAL_FAMILY = 1
_ASKS_A_NAME_SERVER = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def _watch_python() -> None:
    from socket import AF_INET, AF_INET6

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        made = event == "socket.__new__" and arguments[1] in (AF_INET, AF_INET6)
        if made or event in _ASKS_A_NAME_SERVER:
            traceback.print_stack()
            os.write(2, f"network: {event} {arguments[1:]}\n".encode())
            os._exit(EXIT_CODE)

    sys.addaudithook(refuse)


def _watch_system() -> None:
    """Kill the process (SIGSYS) that makes a socket of any family but AF_UNIX."""
    number = _SOCKET.get(platform.machine())
    if not sys.platform.startswith("linux") or number is None:
        return

    def instruction(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    load, equal, leave = 0x20, 0x15, 0x06
    kill, allow = 0x80000000, 0x7FFF0000
    program = b"".join(
        [
            instruction(load, 0, 0, 0),  # the number of the system call
            instruction(equal, 0, 3, number),
            instruction(load, 0, 0, 16),  # its first argument
            instruction(equal, 1, 0, _LOCAL_FAMILY),
            instruction(leave, 0, 0, kill),
            instruction(leave, 0, 0, allow),
        ]
    )
    kept = ctypes.create_string_buffer(program)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))

    filter_ = Program(len(program) // 8, ctypes.addressof(kept))
    system = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, by_program = 38, 22, 2
    if system.prctl(no_new_privileges, 1, 0, 0, 0) or system.prctl(
        set_filter, by_program, ctypes.byref(filter_), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "The system takes no filter.")


_watch_python()
_watch_system()
