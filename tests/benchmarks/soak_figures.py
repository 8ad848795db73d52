"""What a process holds, by the accounts of the system (Linux), and whether it grows."""

import ctypes
import gc
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

_SAMPLES = 400
"""How many points a slope is taken from at most: their pairs are counted."""


@dataclass(frozen=True)
class Held:
    """What a window and its child processes hold at one moment.

    own_mb, children_mb : resident memory. threads : of this process, those of libraries too.
    children : processes that live, not those that are done.
    sockets : of the internet, IPv4 or IPv6, of all these processes.
    blocks : of memory that Python's objects take. widgets : of the toolkit.
    """

    own_mb: float
    children_mb: float
    threads: int
    children: int
    descriptors: int
    sockets: int
    blocks: int = 0
    widgets: int = 0


def held(widgets: int = 0) -> Held:
    """What this process holds now, after what is free has been given back."""
    gc.collect()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    family = [os.getpid(), *children_of(os.getpid())]
    return Held(
        own_mb=round(_resident_mb(family[0]), 1),
        children_mb=round(sum(map(_resident_mb, family[1:])), 1),
        threads=len(_listed("/proc/self/task")),
        children=len(family) - 1,
        descriptors=len(_listed("/proc/self/fd")),
        sockets=sum(map(internet_sockets, family)),
        # Not gc.get_objects(): a tuple that another thread is building fails when it is seen there.
        blocks=sys.getallocatedblocks(),
        widgets=widgets,
    )


class InternetSteps:
    """Counts what Python tells of steps towards a network in this process, from now on.

    Sockets of this machine alone (the screen, pipes) are none.
    """

    def __init__(self) -> None:
        self.count = 0
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.__new__":
            self.count += arguments[1] in (socket.AF_INET, socket.AF_INET6)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            self.count += 1
        elif event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
            self.count += arguments[0].family in (socket.AF_INET, socket.AF_INET6)


def children_of(process: int) -> list[int]:
    """The processes that a process has started, and theirs; without those that are done."""
    found = []
    for child in _children(process):
        with suppress(OSError, IndexError):
            if Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found += [child, *children_of(child)]
    return found


def internet_sockets(process: int) -> int:
    """How many sockets of the internet a process has; those of the screen are of this machine."""
    mine = set(_socket_numbers(process))
    known: set[str] = set()
    for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "icmp6"):
        with suppress(OSError):
            lines = Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
            known |= {line.split()[9] for line in lines}
    return len(mine & known)


def slope(values: Sequence[float]) -> float:
    """How much values grow from one to the next: the median of the slopes of all pairs.

    After Theil (1950) and Sen (1968): what comes and goes does not count.
    """
    every = max(1, len(values) // _SAMPLES)
    points = list(enumerate(values))[::every]
    pairs = combinations(points, 2)
    return median((after - before) / (n - m) for (m, before), (n, after) in pairs)


def _children(process: int) -> Iterator[int]:
    for task in _listed(f"/proc/{process}/task"):
        with suppress(OSError):
            text = Path(f"/proc/{process}/task/{task}/children").read_text()
            yield from map(int, text.split())


def _socket_numbers(process: int) -> Iterator[str]:
    for number in _listed(f"/proc/{process}/fd"):
        with suppress(OSError):
            target = os.readlink(f"/proc/{process}/fd/{number}")  # noqa: PTH115 - no path
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]


def _listed(folder: str) -> list[str]:
    with suppress(OSError):
        return [entry.name for entry in Path(folder).iterdir()]
    return []


def _resident_mb(process: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
    return 0.0
