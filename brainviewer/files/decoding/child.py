"""The far end: decodes one file after the other, until nobody asks any more."""

import io
import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding import message
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
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # codecs print there what they think of a file
        os.dup2(nowhere, stream)
    warnings.simplefilter("ignore")
    limit_process()
    watch_requests(requests.fileno())
    replies.write(message.READY)
    replies.flush()
    for line in requests:
        request = json.loads(line)
        try:
            _reply(replies, request["kind"], Path(request["path"]))
            replies.flush()
        except BrokenPipeError:
            return


def _reply(replies: BinaryIO, kind: str, path: Path) -> None:
    name = shortened(path.name)
    try:
        with open_ordinary(path) as file:
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
