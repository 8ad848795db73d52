"""How likely a lesion is at each place, as a network told it: coarse, in steps of 1/255."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.correction.steps import Box
from brainviewer.core.geometry import ToRas


@dataclass(frozen=True, eq=False)
class LesionProbability:
    """Probabilities on blocks of voxels of a grid; about 1 MB for a head.

    values : (R, A, S) uint8, the probability times 255. shape : (i, j, k) of the grid.
    ras : how the grid's axes are brought into that order. start, factors : the first voxel of the
        blocks in that order, and the voxels of one along each axis.

    Raises ValueError if the blocks do not lie within the grid.
    """

    values: NDArray[np.uint8]
    shape: tuple[int, int, int]
    ras: ToRas
    start: tuple[int, ...]
    factors: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.ras.order) != [0, 1, 2] or self.values.ndim != 3:
            raise ValueError("no three axes")
        room = (self.shape[axis] for axis in self.ras.order)
        blocks = zip(self.start, self.values.shape, self.factors, room, strict=True)
        if not all(
            low >= 0 and step > 0 and low + n * step <= most for low, n, step, most in blocks
        ):
            raise ValueError("blocks outside of the grid")

    @classmethod
    def of_mask(cls, mask: NDArray[np.bool_]) -> "LesionProbability":
        """Certainty within a mask (i, j, k), where nothing else is known."""
        i, j, k = mask.shape
        values = mask.astype(np.uint8) * np.uint8(255)
        return cls(values, (i, j, k), ToRas(), (0, 0, 0), (1, 1, 1))

    def within(self, box: Box) -> NDArray[np.float32]:
        """The probabilities, 0..1, in a box (i, j, k) of the grid; 0 where none was told."""
        whole = np.zeros(self.shape, np.uint8)
        fine = self.values
        for axis, step in enumerate(self.factors):
            fine = fine.repeat(step, axis=axis)
        place = tuple(
            slice(first, first + count) for first, count in zip(self.start, fine.shape, strict=True)
        )
        self.ras.turn(whole)[place] = fine
        return whole[box].astype(np.float32) / np.float32(255)
