"""The faces of cuts through the head: the sequence as slice images show it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Affine, Grid, voxel_to_world
from brainviewer.painting.slice_image import colour_table, shown_levels
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.planes.marked import MarkedLesion
from brainviewer.painting.volume.planes.plane_picture import PlanePicture, Vector, coloured
from brainviewer.painting.volume.planes.shown_slices import Sequence, ShownSlices, filled
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.block_values import TISSUE
from brainviewer.painting.volume.voxels.clip import ClipPlane, CutBlock
from brainviewer.painting.volume.voxels.look import Blend
from brainviewer.painting.volume.voxels.stack import box_of

_SOLID = 0.3
"""Opacity of tissue, as part of what the view's opacity gives, of looks that are not looked
through."""
_SEEN_THROUGH = 0.25
"""Below this opacity the head is to be looked through."""
_INSIDE = 0.75
"""How far from a cut, in voxels of a block, it is whole."""
_BEFORE = 0.4
"""How far before the cut, in voxels of the sequence, the face lies: in front of the soft rim of the
cut, and still nearest to the slice itself."""
_THERE = 0.25
"""What must be left of a voxel: faces of a box meet at its edges."""
_MOST = 640
"""Pixels of a face along a side."""
_COARSE_MM = 1.5


def has_faces(view: VolumeView) -> bool:
    """Whether a view shows cuts as faces: what is looked through has none."""
    look = view.voxel_look
    values, opacities = zip(*look.opacity, strict=True)
    tissue = float(np.interp(TISSUE, values, opacities))
    solid = look.blend is Blend.COMPOSITE and tissue >= _SOLID
    return solid and view.opacity >= _SEEN_THROUGH


def faces_viewer(cut: ClipPlane, camera: Camera) -> bool:
    """Whether the face of a cut can be seen."""
    normal = np.array(cut.normal)
    towards = camera.rotation[2]
    if np.isfinite(camera.distance):
        towards = camera.eye - np.array(cut.point)
    return bool(normal @ towards > 0)


def face_picture(
    cut: ClipPlane,
    head: CutBlock,
    sequence: Sequence,
    shown: ShownSlices,
    fine: bool,
    lesion: MarkedLesion | None = None,
) -> PlanePicture | None:
    """The face of a cut, as large as what is left of the head there; None if nothing is.

    fine : with all voxels of the sequence.
    """
    assert shown.window is not None
    volume = sequence.volume
    frame = _frame(cut, head.block, volume.grid, fine)
    left = _left(head, frame)
    for rows, columns in box_of(left):
        frame, left = frame.part(rows, columns), left[rows, columns]
    inverse: Affine = np.asarray(np.linalg.inv(volume.grid.affine), np.float64)
    values = _sampled(volume.data, voxel_to_world(inverse, frame.places), 1)
    # The blur around the head, which is drawn, is air in slices.
    inside = filled(left & (values > sequence.air))
    if not inside.any():
        return None
    rgba = coloured(shown_levels(values, shown.window), colour_table(shown.colour_map), inside)
    if lesion is not None:
        voxels = voxel_to_world(inverse, frame.places)
        rgba = lesion.onto(rgba, lambda data: _sampled(data.view(np.uint8), voxels, 0))
    before = _BEFORE * min(volume.grid.spacing) * frame.normal
    return PlanePicture(rgba, frame.origin + before, frame.across, frame.down)


@dataclass(frozen=True, eq=False)
class _Frame:
    """Pixels of a plane. shape : rows and columns. Else as ``PlanePicture``."""

    origin: Vector
    across: Vector
    down: Vector
    normal: Vector
    shape: tuple[int, int]

    @property
    def places(self) -> NDArray[np.float64]:
        """(rows, columns, 3) in mm, RAS+."""
        rows, columns = (np.arange(count, dtype=np.float64) for count in self.shape)
        return self.origin + (
            rows[:, None, None] * self.down + columns[None, :, None] * self.across
        )

    def part(self, rows: slice, columns: slice) -> "_Frame":
        origin = self.origin + rows.start * self.down + columns.start * self.across
        shape = rows.stop - rows.start, columns.stop - columns.start
        return _Frame(origin, self.across, self.down, self.normal, shape)


def _frame(cut: ClipPlane, block: Block, grid: Grid, fine: bool) -> _Frame:
    """Pixels over all of a block, along the axes of the grid, where it has any in the plane."""
    normal = np.array(cut.normal) / np.linalg.norm(cut.normal)
    axes = grid.affine[:3, :3] / grid.spacing
    first, second, _ = np.argsort(np.abs(normal @ axes))
    across = axes[:, first] - (axes[:, first] @ normal) * normal
    across /= np.linalg.norm(across)
    down = np.cross(normal, across)
    spacing = np.array([grid.spacing[first], grid.spacing[second]])
    corners = block.corners - np.array(cut.point)
    sides = np.stack([corners @ across, corners @ down])
    reach = np.ptp(sides, axis=1)
    steps = np.maximum(spacing, reach / _MOST)
    if not fine:
        steps = np.maximum(steps, _COARSE_MM)
    # From the middle of a voxel, so that a cut along a slice shows the slice's own values.
    at = grid.affine[:3, 3] - np.array(cut.point)
    start = np.array([at @ across, at @ down])
    low = start + np.floor((sides.min(axis=1) - start) / steps) * steps
    columns, rows = (np.ceil(reach / steps) + 2).astype(int).tolist()
    origin = np.array(cut.point) + low[0] * across + low[1] * down
    return _Frame(origin, steps[0] * across, steps[1] * down, normal, (rows, columns))


def _left(head: CutBlock, frame: _Frame) -> NDArray[np.bool_]:
    """(rows, columns) where the head is, a little inside of the cut, where it is whole."""
    block = head.block
    depth = _INSIDE * float(np.abs(frame.normal @ block.affine[:3, :3]).max())
    inverse: Affine = np.asarray(np.linalg.inv(block.affine), np.float64)
    voxels = voxel_to_world(inverse, frame.places - depth * frame.normal)
    there = _sampled(block.values, voxels, 0) > 0
    return there if head.left is None else there & (_sampled(head.left, voxels, 1) >= _THERE)


def _sampled(data: NDArray[Any], voxels: NDArray[np.float64], order: int) -> NDArray[np.floating]:
    """(rows, columns) values at voxels (rows, columns, 3); 0 outside. order : of interpolation."""
    from brainviewer.core.process.scipy_parts import ndimage

    at = np.moveaxis(voxels, -1, 0)
    kind = np.float64 if data.dtype == np.float64 else np.float32
    return np.asarray(
        ndimage.map_coordinates(data, at, kind, order=order, mode="constant", cval=0.0)
    )
