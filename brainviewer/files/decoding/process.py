"""The near end: asks a child process for the pixels of a file, and outlives it."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding import CHILD_FLAG, message
from brainviewer.files.decoding.limits import ended_by_time, patience_for
from brainviewer.files.ordinary_file import check_ordinary

_ADVICE = "Save the image that is meant as PNG."
_LONGEST_LINE = 2**20
_LOOK_EVERY = 0.05
"""Seconds between two looks whether the file is still wanted."""
_PACKAGE = str(Path(__file__).parents[3])
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from brainviewer.files.decoding.child import main; main()"
)


@dataclass(frozen=True, eq=False)
class Decoded:
    """The pixels of a file.

    frames : (frames, rows, columns) or (frames, rows, columns, 3)
    about : what else is known of it, as ``Decoding.about``
    notices : sentences that a user should know
    """

    frames: NDArray[Any]
    about: dict[str, Any]
    notices: tuple[str, ...]


class DamagedError(Exception):
    """The decoder cannot read the file; the caller knows how to say so."""


def decode(kind: str, path: Path, report: Report = silent) -> Decoded:
    """Decode a file in a child process, which is started by the first call and kept.

    kind : ``dicom`` or ``image``

    Raises FileError if it cannot be opened or takes too much time or memory, DamagedError if the
    decoder fails on it, and Cancelled when ``report`` does: the child is ended then.
    """
    patience = patience_for(check_ordinary(path))
    child, fresh = _take()
    keep = False
    reader = _Reader(child, fresh, kind, path)
    reader.start()
    try:
        until = time.monotonic() + patience
        while reader.is_alive():
            reader.join(_LOOK_EVERY)
            report(0.2, "Reading the image")
            if time.monotonic() > until:
                raise _too_slow(path)
        keep = reader.whole
        return reader.result(path)
    finally:
        if keep:
            _give_back(child)
        else:
            _end(child)
            reader.join()


class _Reader(threading.Thread):
    """Exchanges one request for one answer; ends when the child does.

    fresh : the child was started just now, and says when it is ready
    whole : the answer was read to its end, so that the child can be asked again
    """

    def __init__(
        self, child: "subprocess.Popen[bytes]", fresh: bool, kind: str, path: Path
    ) -> None:
        super().__init__(name="decoder", daemon=True)
        self._child, self._fresh = child, fresh
        self._request = json.dumps({"kind": kind, "path": str(path.absolute())}).encode()
        self._decoded: Decoded | None = None
        self._failure: Exception | None = None
        self.whole = False

    def run(self) -> None:
        asks, replies = self._child.stdin, self._child.stdout
        assert asks is not None
        assert isinstance(replies, BufferedReader)
        try:
            if self._fresh and replies.read(1) != message.READY:
                self._failure = _not_started()
                return
            asks.write(self._request + b"\n")
            asks.flush()
            self._read(replies)
        except MemoryError as error:
            self._failure = error
        except Exception:
            return  # the child died in the middle of it, or what it says makes no sense

    def result(self, path: Path) -> Decoded:
        """What was read; raises what ``decode`` raises."""
        if self._decoded is not None:
            return self._decoded
        if isinstance(self._failure, MemoryError):
            raise FileError(f"{shortened(path.name)} needs too much memory to open.", _ADVICE)
        if self._failure is not None:
            raise self._failure
        try:
            code = self._child.wait(2)  # it closed its end and is about to end
        except subprocess.TimeoutExpired:
            code = None
        if ended_by_time(code):
            raise _too_slow(path)
        raise DamagedError

    def _read(self, replies: BufferedReader) -> None:
        first, content = replies.read(1), json.loads(replies.readline(_LONGEST_LINE))
        if first == message.HEADER:
            shape = (int(content["count"]), *map(int, content["shape"]))
            dtype, about = np.dtype(str(content["dtype"])), dict(content["about"])
            size = np.prod(shape, dtype=float) * dtype.itemsize
            if dtype.kind not in "uif" or size > message.MOST_BYTES:
                raise MemoryError
            frames = np.empty(shape, dtype)
            for frame in frames:
                first = replies.read(1)
                if first != message.FRAME:
                    break
                if replies.readinto(memoryview(frame).cast("B")) < frame.nbytes:
                    raise EOFError
            else:
                first = replies.read(1)
            content = json.loads(replies.readline(_LONGEST_LINE))
            if first == message.END:
                self._decoded = Decoded(frames, about, tuple(map(str, content)))
        if first == message.REFUSED:
            self._failure = FileError(str(content[0]), str(content[1]))
        elif first == message.FAILED:
            self._failure = MemoryError() if content == message.MEMORY else DamagedError()
        self.whole = first in (message.END, message.REFUSED, message.FAILED)


def _not_started() -> FileError:
    return FileError(
        "The process that reads images cannot be started.",
        "Close other programs and open the image again.",
    )


def _too_slow(path: Path) -> FileError:
    return FileError(f"{shortened(path.name)} takes too long to open.", _ADVICE)


_idle: "list[subprocess.Popen[bytes]]" = []
_owner = os.getpid()
_MOST_IDLE = 2


def _take() -> tuple["subprocess.Popen[bytes]", bool]:
    """A child that nobody is asking anything, and whether it was started for this."""
    while _idle and _owner == os.getpid():
        child = _idle.pop()
        if child.poll() is None:
            return child, False
        _end(child)
    return _start(), True


def _give_back(child: "subprocess.Popen[bytes]") -> None:
    if len(_idle) < _MOST_IDLE:
        _idle.append(child)
    else:
        _end(child)


def _start() -> "subprocess.Popen[bytes]":
    if getattr(sys, "frozen", False):
        command = [sys.executable, CHILD_FLAG]
    else:
        # Not ``multiprocessing``: it would run the caller's program in the child as well.
        places = [_PACKAGE, *(place for place in sys.path if Path(place).is_absolute())]
        command = [sys.executable, "-I", "-S", "-c", _PROGRAM, *places]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        raise _not_started() from None


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):  # what was not sent yet
                stream.close()


@atexit.register
def _end_all() -> None:
    while _idle:
        _end(_idle.pop())
