"""The near end: asks a child process for the pixels of a file, and outlives it."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding import message
from brainviewer.files.decoding.children import DECODERS, Child, give_back, not_started, take
from brainviewer.files.decoding.limits import ended_by_time, patience_for
from brainviewer.files.ordinary_file import open_ordinary

_ADVICE = "Save the image that is meant as PNG."
_LONGEST_LINE = 2**24
__all__ = ["DECODERS", "DamagedError", "Decoded", "Places", "Promised", "decode", "decode_into"]
_LOOK_EVERY = 0.05
"""Seconds between two looks whether the file is still wanted."""


@dataclass(frozen=True, eq=False)
class Promised:
    """What is known of a file before its pixels come.

    shape : (frames, rows, columns) or (frames, rows, columns, 3)
    about : what else is known of it, as ``Decoding.about``
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    about: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Decoded:
    """The pixels of a file.

    frames : (frames, rows, columns) or (frames, rows, columns, 3)
    about, notices : see ``Promised`` and ``Decoding``
    """

    frames: NDArray[Any]
    about: dict[str, Any]
    notices: tuple[str, ...]


Places = Callable[[Promised], Iterable[NDArray[Any]]]
"""Gives the arrays that the frames are read into, one for each, in the order of the file. The next
one is asked for when one is filled; it may be the same again. Called in a thread; it may refuse
the file by a FileError."""


class DamagedError(Exception):
    """The decoder cannot read the file; the caller knows how to say so."""


def decode(kind: str, path: Path, report: Report = silent) -> Decoded:
    """All pixels of a file; see ``decode_into``."""
    frames: list[NDArray[Any]] = []

    def whole(promised: Promised) -> NDArray[Any]:
        frames.append(np.empty(promised.shape, promised.dtype))
        return frames[0]

    promised, notices = decode_into(kind, path, whole, report)
    return Decoded(frames[0], promised.about, notices)


def decode_into(
    kind: str, path: Path, places: Places, report: Report = silent
) -> tuple[Promised, tuple[str, ...]]:
    """Decode a file in a child process, which is started by the first call and kept.

    kind : ``dicom`` or ``image``; ``dicom-header`` sends no pixels

    Returns what was known before the pixels, and sentences that a user should know.
    Raises FileError if it cannot be opened or takes too much time or memory, or if ``places``
    refuses it, DamagedError if the decoder fails on it, and Cancelled when ``report`` does: the
    child is ended then.
    """
    with open_ordinary(path) as file:
        return _asked(kind, path, file, places, report)


def _asked(
    kind: str, path: Path, file: IO[bytes], places: Places, report: Report
) -> tuple[Promised, tuple[str, ...]]:
    patience = patience_for(os.fstat(file.fileno()).st_size)
    child, fresh = take()
    keep = False
    reader = _Reader(child, fresh, kind, path, file, places)
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
            give_back(child)
        else:
            child.end()
            reader.join()


class _Reader(threading.Thread):
    """Exchanges one request for one answer; ends when the child does.

    fresh : the child was started just now, and says when it is ready
    whole : the answer was read to its end, so that the child can be asked again
    """

    def __init__(
        self,
        child: Child,
        fresh: bool,
        kind: str,
        path: Path,
        file: IO[bytes],
        places: Places,
    ) -> None:
        super().__init__(name="decoder", daemon=True)
        self._child, self._fresh, self._places = child, fresh, places
        self._kind, self._path, self._file = kind, path, file
        self._read_whole: tuple[Promised, tuple[str, ...]] | None = None
        self._failure: Exception | None = None
        self.whole = False

    def run(self) -> None:
        replies = self._child.replies
        assert isinstance(replies, BufferedReader)
        try:
            if self._fresh and replies.read(1) != message.READY:
                self._failure = not_started()
                return
            self._child.ask(self._kind, self._path, self._file)
            self._read(replies)
        except (MemoryError, FileError) as error:
            self._failure = error
        except Exception:
            return  # the child died in the middle of it, or what it says makes no sense

    def result(self, path: Path) -> tuple[Promised, tuple[str, ...]]:
        """What ``decode_into`` returns or raises."""
        if self._read_whole is not None:
            return self._read_whole
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
            promised = Promised(shape, dtype, about)
            for frame in self._places(promised):
                first = replies.read(1)
                if first != message.FRAME:
                    break
                if replies.readinto(frame.data.cast("B")) < frame.nbytes:
                    raise EOFError
            else:
                first = replies.read(1)
            content = json.loads(replies.readline(_LONGEST_LINE))
            if first == message.END:
                self._read_whole = promised, tuple(map(str, content))
        if first == message.REFUSED:
            self._failure = FileError(str(content[0]), str(content[1]))
        elif first == message.FAILED:
            self._failure = MemoryError() if content == message.MEMORY else DamagedError()
        self.whole = first in (message.END, message.REFUSED, message.FAILED)


def _too_slow(path: Path) -> FileError:
    return FileError(f"{shortened(path.name)} takes too long to open.", _ADVICE)
