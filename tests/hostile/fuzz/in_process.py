"""The decoders in this process: what they read counts as lines that were reached.

In the program they run in a child process, which may fail in any way; see ``files/decoding``.
"""

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.decoding import child, message, process
from brainviewer.files.decoding.process import DamagedError, Decoded, Places, Promised


def decode_here() -> None:
    """Let ``decode`` and ``decode_into`` start no process; before any reader is imported."""
    process.decode_into, process.decode = _decode_into, _decode  # type: ignore[assignment]


def _decode_into(
    kind: str, path: Path, places: Places, report: Report = silent
) -> tuple[Promised, tuple[str, ...]]:
    start = import_module(child._READERS[kind]).start_decoding
    try:
        decoding = start(io.BytesIO(path.read_bytes()), path.name)
        shape = (int(decoding.count), *map(int, decoding.shape))
        dtype = np.dtype(decoding.dtype)
        if (
            dtype.kind not in "uif"
            or np.prod(shape, dtype=float) * dtype.itemsize > message.MOST_BYTES
        ):
            raise MemoryError
        frames = iter(decoding.frames)
    except FileError:
        raise
    except Exception:
        raise DamagedError from None
    promised = Promised(shape, dtype, dict(decoding.about))
    for place in places(promised):
        place[...] = _next(frames).reshape(place.shape)
    return promised, tuple(decoding.notices)


def _next(frames: Any) -> Any:
    try:
        return next(frames)
    except FileError:
        raise
    except Exception:
        raise DamagedError from None


def _decode(kind: str, path: Path, report: Report = silent) -> Decoded:
    whole: list[Any] = []

    def places(promised: Promised) -> Any:
        whole.append(np.empty(promised.shape, promised.dtype))
        return whole[0]

    promised, notices = _decode_into(kind, path, places, report)
    return Decoded(whole[0], promised.about, notices)
