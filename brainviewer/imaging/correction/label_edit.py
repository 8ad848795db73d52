"""A change of a labelled mask: the box that changes, and what it holds then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.correction.steps import Box, Labels
from brainviewer.imaging.preprocess.working_grid import Mask


@dataclass(frozen=True, eq=False)
class LabelEdit:
    """What a tool makes of the labels in a box; outside of it nothing changes.

    start : (3,) first voxel of the box in the whole grid.
    labels : (i, j, k) uint8, what the box holds afterwards.
    """

    start: tuple[int, int, int]
    labels: Labels

    @property
    def box(self) -> Box:
        """The box in the whole grid."""
        return _box(self.start, self.labels.shape)

    def apply(self, labels: Labels) -> None:
        """Make the change, in place."""
        labels[self.box] = self.labels


def edit_of(labels: Labels, box: Sequence[slice], after: Labels) -> LabelEdit | None:
    """The edit that makes ``after`` of a box of labels; None where nothing changes.

    box : of the whole grid, with a start and a stop each. after : of the shape of the box.
    """
    where = tuple(box)
    changed = labels[where] != after
    if not changed.any():
        return None
    inner = filled_box(changed)
    i, j, k = (int(of.start + part.start) for of, part in zip(where, inner, strict=True))
    return LabelEdit((i, j, k), after[inner].copy())


def filled_box(mask: NDArray[Any], margin: int = 0) -> Box:
    """The smallest box that holds what is not 0, with a margin that stays inside the array.

    Of an empty array the box is empty.
    """
    found = []
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        places = np.flatnonzero(mask.any(axis=others))
        first, last = (int(places[0]), int(places[-1])) if len(places) else (0, -1)
        if last < first:
            found.append(slice(0, 0))
            continue
        found.append(slice(max(first - margin, 0), min(last + 1 + margin, mask.shape[axis])))
    return found[0], found[1], found[2]


@dataclass(frozen=True, eq=False)
class Paint:
    """What is painted, and which voxels take it.

    value : the part that is painted; 0 erases.
    only : the part whose voxels alone are changed (0 : what is outside); None for all of them.
    data : (i, j, k) grey values; with them only voxels are changed whose value is ``tolerance`` or
        less from ``around``.
    """

    value: int
    only: int | None = None
    data: NDArray[Any] | None = None
    around: float = 0.0
    tolerance: float = 0.0

    def takes(self, labels: Labels, box: Sequence[slice]) -> Mask:
        """Which voxels of a box may be changed: bool of its shape."""
        where = tuple(box)
        there = labels[where]
        taken = there != self.value if self.only is None else there == self.only
        if self.data is not None:
            away = np.abs(self.data[where].astype(np.float32) - np.float32(self.around))
            taken &= away <= self.tolerance
        return np.asarray(taken, bool)

    def over(self, labels: Labels, box: Sequence[slice], region: Mask) -> LabelEdit | None:
        """Paint a region of a box; None where nothing changes."""
        after = np.where(region & self.takes(labels, box), np.uint8(self.value), labels[tuple(box)])
        return edit_of(labels, box, after)


def slice_box(shape: Sequence[int], axis: int, index: int) -> Box:
    """The box of one slice of a grid."""
    whole = [slice(0, int(count)) for count in shape]
    whole[axis] = slice(index, index + 1)
    return whole[0], whole[1], whole[2]


def _box(start: Sequence[int], shape: Sequence[int]) -> Box:
    i, j, k = (slice(n, n + int(count)) for n, count in zip(start, shape, strict=True))
    return i, j, k


def edit_to(labels: Labels, wanted: Labels | None) -> LabelEdit | None:
    """The edit that makes other labels of the same shape of them; none at all for None."""
    whole = [slice(0, n) for n in labels.shape]
    return edit_of(labels, whole, np.zeros_like(labels) if wanted is None else wanted)
