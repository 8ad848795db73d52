"""The far end: decodes one file after the other, until nobody asks any more."""

import io
import json
import os
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.core.process.sandbox.confinement import confine_decoder
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding import HANDS_OVER, message
from brainviewer.files.decoding.limits import (
    ends_with_asker,
    limit_process,
    limit_time,
    seconds_for,
    watch_requests,
)
from brainviewer.files.decoding.message import Decoding
from brainviewer.files.ordinary_file import AGAIN, open_ordinary

Reader = Callable[[BinaryIO, str], Decoding]
"""Takes an open file, and its name as sentences say it."""
_READERS = {
    "dicom": "brainviewer.files.dicom.pixels.decoding",
    "dicom-header": "brainviewer.files.dicom.nested_header",
    "image": "brainviewer.files.image2d.decoding",
}
"""The module that knows a kind of file; its ``start_decoding`` is a ``Reader``."""
_HELD_BYTES = 2**27
"""Size of files that are read as a whole."""


def main() -> None:
    """Answer requests, one JSON object a line on the standard input, until it is closed."""
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # codecs print there what they think of a file
        os.dup2(nowhere, stream)
    warnings.simplefilter("ignore")
    limit_process()
    watch_requests(0)
    confine_decoder()
    replies.write(message.READY)
    replies.flush()
    for request, file in _handed_over() if HANDS_OVER else _named():
        try:
            _reply(replies, request["kind"], shortened(request["name"]), file)
            replies.flush()
        except BrokenPipeError:
            return


_Request = tuple[dict[str, Any], Callable[[], BinaryIO]]
"""What is asked, and the file when it is called for."""


def _handed_over() -> Iterator[_Request]:
    """Requests that come through a socket, each with the descriptor of its file."""
    asks, line, handed = socket.socket(fileno=0), b"", list[int]()
    while True:
        some, descriptors, _, _ = socket.recv_fds(asks, 2**16, 1)
        if not some:
            return
        line += some
        handed += descriptors
        if line.endswith(b"\n"):
            (descriptor,) = handed
            request = json.loads(line)
            yield request, partial(_opened, descriptor, request["name"])
            line, handed = b"", []


def _opened(descriptor: int, name: str) -> BinaryIO:
    file = io.FileIO(descriptor)
    file.name = name  # else its number, which tifffile takes for a mistake
    return io.BufferedReader(file)


def _named() -> Iterator[_Request]:
    """Requests that come through a pipe, each with the path of its file."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        yield request, partial(open_ordinary, Path(request["path"]))


def _reply(replies: BinaryIO, kind: str, name: str, open_file: Callable[[], BinaryIO]) -> None:
    try:
        with open_file() as file:
            size = os.fstat(file.fileno()).st_size
            limit_time(seconds_for(size))
            read: Reader = import_module(_READERS[kind]).start_decoding
            # From memory a damaged length is read as far as the file goes; from a disk it would
            # take its memory first.
            content = io.BytesIO(file.read()) if size <= _HELD_BYTES else file
            with ends_with_asker():
                decoding = read(content, name)
                _send(replies, decoding)
        _line(replies, message.END, decoding.notices)
    except FileError as error:
        _line(replies, message.REFUSED, [error.message, error.advice])
    except MemoryError:
        _line(replies, message.FAILED, message.MEMORY)
    except RecursionError:
        said = f"{name} cannot be read: its content is nested too deeply."
        _line(replies, message.REFUSED, [said, AGAIN])
    except BrokenPipeError:
        raise
    except Exception:
        # Damaged files make decoders raise almost anything.
        _line(replies, message.FAILED, message.DAMAGED)


def _send(replies: BinaryIO, decoding: Decoding) -> None:
    shape, dtype, count = decoding.shape, np.dtype(decoding.dtype), decoding.count
    header = {"shape": shape, "dtype": dtype.name, "count": count, "about": decoding.about}
    _line(replies, message.HEADER, header)
    sent = 0
    for frame in decoding.frames:
        if frame.shape != tuple(shape) or frame.dtype != dtype:
            raise ValueError("a frame is not what its header promised")
        replies.write(message.FRAME)
        replies.write(np.ascontiguousarray(frame).data)
        sent += 1
        if sent == count:
            break
    if sent < count:
        raise ValueError("frames are missing")


def _line(replies: BinaryIO, first: bytes, content: object) -> None:
    replies.write(first + json.dumps(content).encode() + b"\n")


if __name__ == "__main__":
    main()
