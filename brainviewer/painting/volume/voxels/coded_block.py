"""A block in the codes that drawing it by the processor looks up; the same for all looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST
from brainviewer.painting.volume.voxels.normals import code_directions

LEVELS = 256
"""Steps of values."""


@dataclass(frozen=True, eq=False)
class CodedBlock:
    """A block with its levels and directions.

    levels : (i, j, k) values in ``LEVELS`` steps. normals, steep : see ``code_directions``.
    """

    block: Block
    levels: NDArray[np.uint16]
    normals: NDArray[np.uint16]
    steep: NDArray[np.uint16]

    @classmethod
    def of(cls, block: Block) -> "CodedBlock":
        """Takes some tenths of a second for a head with voxels of a millimetre."""
        levels = np.minimum(block.values, BRIGHTEST) // ((BRIGHTEST + 1) // LEVELS)
        return cls(block, levels.astype(np.uint16), *code_directions(block.values, block.spacing))

    @property
    def turn(self) -> NDArray[np.float64]:
        """(3, 3), columns are the world directions of the voxel axes."""
        return np.asarray(self.block.affine[:3, :3] / np.array(self.block.spacing))
