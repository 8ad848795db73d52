"""What the child process sends: plain data as JSON, and pixels as they lie in memory.

Nothing that is received is executed or unpickled. Each message begins with one of these bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

READY = b"S"
"""Sent once, when the child can be asked."""
HEADER, FRAME, END, REFUSED, FAILED = b"H", b"F", b"E", b"R", b"X"
"""A line of JSON; the bytes of one frame; notices; why it is refused; why it failed."""

DAMAGED, MEMORY = "damaged", "memory"
"""Reasons that follow ``FAILED``."""

MOST_BYTES = 768 * 2**20
"""Pixels of one file, decoded."""


@dataclass(eq=False)
class Decoding:
    """A file whose header was read, and whose pixels come when they are asked for.

    shape : of each frame, (rows, columns) or (rows, columns, 3)
    dtype : of the pixels, such as ``uint16``
    count : how many frames there are
    frames : yields them, one after the other
    about : what else is known, as plain data for JSON
    notices : sentences that a user should know; complete when all frames were yielded
    """

    shape: tuple[int, ...]
    dtype: str
    count: int
    frames: Iterator[NDArray[Any]]
    about: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def frame_bytes(self) -> int:
        """Size of one frame in bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize
