"""The steps of a correction: each holds what it changed, packed, and can be taken back."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.uint8]
"""(i, j, k) on the study's grid: the part of each voxel, 0 outside."""
Box = tuple[slice, slice, slice]
WHOLE = 8
"""The label of lesion whose part is not known; the others are those of ``LesionPart``."""
_LEVEL = 1
"""Of compression: of masks the fastest already leaves a hundredth."""


@dataclass(frozen=True)
class Step:
    """One change of labels.

    tool : what made it. by, time : who and when; see ``core.correction``.
    start, shape : (3,) the box that changed.
    packed : zlib of (before XOR after) of the box, uint8 in C order. It leads both ways.
    """

    tool: str
    by: str
    time: str
    start: tuple[int, int, int]
    shape: tuple[int, int, int]
    packed: bytes

    @property
    def box(self) -> Box:
        """The box in the whole grid."""
        i, j, k = (slice(n, n + count) for n, count in zip(self.start, self.shape, strict=True))
        return i, j, k

    def apply(self, labels: Labels) -> None:
        """Make the step in place, or take it back: both are the same.

        Raises ValueError if the step is not of such labels, or is damaged.
        """
        count = int(np.prod(self.shape))
        inside = all(
            n >= 0 and size > 0 and n + size <= whole
            for n, size, whole in zip(self.start, self.shape, labels.shape, strict=True)
        )
        if not inside:
            raise ValueError("a step lies outside of the grid")
        labels[self.box] ^= unpacked(self.packed, count).reshape(self.shape)


def packed(labels: Labels) -> bytes:
    """Labels compressed, in C order."""
    return zlib.compress(np.ascontiguousarray(labels).tobytes(), _LEVEL)


def unpacked(content: bytes, count: int) -> Labels:
    """(count,) uint8; raises ValueError if it is damaged or of another length."""
    reader = zlib.decompressobj()
    try:
        whole = reader.decompress(content, count + 1)
    except zlib.error as error:
        raise ValueError("a step is damaged") from error
    if len(whole) != count or not reader.eof:
        raise ValueError("a step has another size")
    return np.frombuffer(whole, np.uint8)


class Steps:
    """The steps made since a correction was begun, and those taken back; without an end."""

    def __init__(self, done: Sequence[Step] = (), undone: Sequence[Step] = ()) -> None:
        self.done, self._undone = list(done), list(undone)

    @property
    def undone(self) -> tuple[Step, ...]:
        """The steps that were taken back, the first of them first: the last is made again next."""
        return tuple(self._undone)

    def copy(self) -> "Steps":
        """The same steps, to which nothing is added."""
        return Steps(self.done, self._undone)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self.done)

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back and nothing was changed since."""
        return bool(self._undone)

    def push(self, step: Step) -> None:
        """Remember a step that was made; what was taken back before is forgotten."""
        self.done.append(step)
        self._undone.clear()

    def undo(self) -> Step | None:
        """The step that is taken back by applying it; None if there is none."""
        if not self.done:
            return None
        self._undone.append(self.done.pop())
        return self._undone[-1]

    def redo(self) -> Step | None:
        """The step that is made again; None if there is none."""
        if not self._undone:
            return None
        self.done.append(self._undone.pop())
        return self.done[-1]

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools of the steps that stand, in the order of their first use."""
        return tuple(dict.fromkeys(step.tool for step in self.done))
