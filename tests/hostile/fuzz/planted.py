"""A reader with mistakes, to see that they are found."""

import time
from collections.abc import Iterable
from pathlib import Path

from brainviewer.core.errors import FileError
from tests.hostile.fuzz.target import Target

_DONE: dict[bytes, object] = {}


def seeds() -> Iterable[bytes]:
    return (b"sound", b"size", b"slow")


def read(content: bytes, folder: Path) -> None:
    if not content.startswith(b"s"):
        raise FileError("It is damaged.")
    if content[1:2] == b"!":
        raise IndexError("a mistake")
    if content == b"size" and content not in _DONE:
        _DONE[content] = bytearray(b"1") * (600 * 2**20)
    if content == b"slow" and content not in _DONE:
        _DONE[content] = True
        until = time.process_time() + 0.6
        while time.process_time() < until:
            pass


TARGET = Target(seeds, read, instrumented=("tests",), longest=8, seconds=0.5)
