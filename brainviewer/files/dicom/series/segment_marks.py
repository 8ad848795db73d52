"""What segments mark, kept in a bit for each voxel while a file is read frame by frame."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


class SegmentMarks:
    """Masks of segments.

    sizes : how many voxels each segment marks, by its number; without those that mark none
    """

    def __init__(self) -> None:
        self.sizes: dict[int, int] = {}
        self._packed: dict[int, list[tuple[int, tuple[int, ...], NDArray[np.uint8]]]] = {}

    def add(self, number: int, k: int, mask: NDArray[np.bool_]) -> None:
        """What a segment marks on slice k; mask (rows, columns) may change afterwards."""
        if size := int(np.count_nonzero(mask)):
            self.sizes[number] = self.sizes.get(number, 0) + size
            kept = k, mask.shape, np.packbits(mask)
            self._packed.setdefault(number, []).append(kept)

    def add_labels(self, k: int, labels: NDArray[np.generic]) -> None:
        """A slice (rows, columns) of numbers of segments."""
        for value in np.unique(labels):
            self.add(int(value), k, labels == value)

    def masks(self, number: int) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Slices and masks (rows, columns) of a segment, in the order in which they came."""
        for k, (rows, columns), packed in self._packed[number]:
            bits = np.unpackbits(packed, count=rows * columns)
            yield k, bits.reshape(rows, columns).view(np.bool_)
