"""The blocks of the sequences of a study, each alone or one over another."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Modality, Study
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.voxels.head_block import head_blocks

Finer = Callable[[], Block]
_WHOLE = 1e-3
"""Of a voxel: what is nearer to whole voxels lies on them."""


class SequenceBlocks:
    """Makes the blocks of one study, of its brain alone or of the head, and keeps them."""

    def __init__(self) -> None:
        self._made: dict[Modality, tuple[Block, Finer | None]] = {}
        self._finer: dict[Modality, Finer] = {}

    def clear(self) -> None:
        """Let go of all of them."""
        self._made.clear()
        self._finer.clear()

    def of(
        self, request: RenderRequest, brain: NDArray[np.bool_] | None
    ) -> tuple[Block | None, Finer | None]:
        """What ``head_blocks`` makes of the sequence that is asked for, or of two blended.

        brain : see ``head_block``; the same until ``clear``.
        """
        study, modality, second = request.study, request.modality, request.second
        if study is None or modality is None:
            return None, None
        block, finer = self._head(study, modality, brain)
        if second is None:
            self._finer.clear()
            return block, finer
        over, _ = self._head(study, second.modality, brain)
        share = second.share
        if finer is None:
            return blended(block, over, share), None
        # Kept, so that the share is all that is worked out anew when it is changed.
        fine, fine_over = (self._fine(one) for one in (modality, second.modality))
        return blended(block, over, share), lambda: blended(fine(), fine_over(), share)

    def _head(
        self, study: Study, modality: Modality, brain: NDArray[np.bool_] | None
    ) -> tuple[Block, Finer | None]:
        if modality not in self._made:
            volume = study.volumes[modality]
            self._made[modality] = head_blocks(volume.data, volume.grid, brain)
        return self._made[modality]

    def _fine(self, modality: Modality) -> Finer:
        block, finer = self._made[modality]
        if modality not in self._finer:
            self._finer[modality] = cache(finer or (lambda: block))
        return self._finer[modality]


def blended(block: Block, over: Block, share: float) -> Block:
    """The values of two blocks mixed, voxel by voxel of the first.

    over : of the same head; where it has no voxels it counts as air. share : of it, 0 to 1.
    """
    other = _on(block, over)
    mixed = cv2.addWeighted(_rows(block.values), 1 - share, _rows(other), share, 0)
    values = np.asarray(mixed, block.values.dtype).T.reshape(block.values.shape, order="F")
    return Block(np.asfortranarray(values), block.affine)


def _rows(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(rows, columns) of the same memory; neither side is too long for OpenCV."""
    return np.asarray(values).reshape(values.shape[0], -1, order="F").T


def _on(block: Block, other: Block) -> NDArray[np.uint16]:
    """The values of another block at the voxels of a block, 0 beside it."""
    to_other = np.linalg.inv(other.affine) @ block.affine
    shift = np.rint(to_other[:3, 3]).astype(int)
    apart = np.abs(to_other[:3, 3] - shift).max()
    if apart < _WHOLE and np.allclose(to_other[:3, :3], np.eye(3), atol=1e-5):
        return _moved(other.values, shift, block.values.shape)
    from brainviewer.core.process.scipy_parts import ndimage

    found = ndimage.affine_transform(
        other.values.astype(np.float32),
        to_other[:3, :3],
        to_other[:3, 3],
        output_shape=block.values.shape,
        order=1,
    )
    return np.asfortranarray(np.rint(found), dtype=block.values.dtype)


def _moved(
    values: NDArray[np.uint16], shift: NDArray[np.int_], shape: tuple[int, ...]
) -> NDArray[np.uint16]:
    """The values from a voxel on, in another shape."""
    found = np.zeros(shape, values.dtype, order="F")
    here, there = [], []
    for by, length, wanted in zip(shift, values.shape, shape, strict=True):
        low, high = max(0, -int(by)), min(wanted, length - int(by))
        here.append(slice(low, max(low, high)))
        there.append(slice(low + int(by), max(low, high) + int(by)))
    found[tuple(here)] = values[tuple(there)]
    return found
