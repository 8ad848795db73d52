"""Cutting a slice out of a volume and placing it on the screen, never wrong-sided.

A ``SliceView`` is the one place that knows which voxel axis runs down the screen, which to the
right, and which of them are flipped. Panes, overlays, annotations and exports all ask it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.geometry import AXIS_LETTERS, Grid
from brainviewer.core.reformation.turn import UPRIGHT, DisplayTurn


class Plane(StrEnum):
    """The three standard planes."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


class Convention(StrEnum):
    """Whose right is on which side of the screen."""

    RADIOLOGICAL = "radiological"
    NEUROLOGICAL = "neurological"


# Per plane: world axis stepped through, and the signed world directions of screen right and down
# (1-based so that the sign of x survives: -1 is towards the patient's Left).
_LAYOUT = {
    Plane.AXIAL: (2, -1, -2),
    Plane.CORONAL: (1, -1, -3),
    Plane.SAGITTAL: (0, -2, -3),
}


@dataclass(frozen=True)
class EdgeLetters:
    """Patient directions at the edges of a slice; empty when the orientation is unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


@dataclass(frozen=True, eq=False)
class SliceView:
    """How one plane of a grid is shown.

    axis, row_axis, column_axis : voxel axes that are stepped through, run down, run right.
    row_flip, column_flip : the voxel index falls towards the bottom, towards the right.
    turn : how the display is turned from the usual way round; the axes above have it already.
    """

    grid: Grid
    plane: Plane
    convention: Convention
    axis: int
    row_axis: int
    column_axis: int
    row_flip: bool
    column_flip: bool
    turn: DisplayTurn = UPRIGHT

    @classmethod
    def of(
        cls,
        grid: Grid,
        plane: Plane,
        convention: Convention = Convention.RADIOLOGICAL,
        turn: DisplayTurn = UPRIGHT,
    ) -> "SliceView":
        """The view of a plane; the voxel axis nearest to the plane's normal is stepped through.

        An image has one view only, as it is stored; it goes by the name of the axial plane.
        """
        if grid.as_stored:
            (row, row_flip), (column, column_flip) = turn.applied((1, False), (0, False))
            usual = Convention.RADIOLOGICAL
            return cls(grid, Plane.AXIAL, usual, 2, row, column, row_flip, column_flip, turn)
        step, right, down = _LAYOUT[plane]
        if convention is Convention.NEUROLOGICAL and plane is not Plane.SAGITTAL:
            right = -right
        axes, signs = grid.axes
        row, column = axes.index(abs(down) - 1), axes.index(abs(right) - 1)
        (row, row_flip), (column, column_flip) = turn.applied(
            (row, signs[row] * down < 0), (column, signs[column] * right < 0)
        )
        step = axes.index(step)
        return cls(grid, plane, convention, step, row, column, row_flip, column_flip, turn)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for views that show the same slices in the same way."""
        return self.grid, self.plane, self.convention, self.turn

    @property
    def data_grid(self) -> Grid:
        """The grid of the data that are cut."""
        return self.grid

    @property
    def oblique(self) -> bool:
        """Whether the plane is tilted from that of the grid, so that values are interpolated."""
        return False

    @property
    def count(self) -> int:
        """Number of slices."""
        return self.grid.shape[self.axis]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a slice."""
        return self.grid.shape[self.row_axis], self.grid.shape[self.column_axis]

    @property
    def screen_axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The directions (3,) of screen right and screen down, of length 1."""
        right, down = (
            self.grid.affine[:3, axis] * (-1 if flip else 1)
            for axis, flip in ((self.column_axis, self.column_flip), (self.row_axis, self.row_flip))
        )
        return right / np.linalg.norm(right), down / np.linalg.norm(down)

    @property
    def pixel_spacing(self) -> tuple[float, float]:
        """Height and width of a pixel in mm."""
        return self.grid.spacing[self.row_axis], self.grid.spacing[self.column_axis]

    @property
    def pixel_area(self) -> float:
        """Area of a pixel in mm², also where a file shears its slices."""
        return float(np.linalg.norm(self._across))

    @property
    def step_mm(self) -> float:
        """How far the slices of a slab lie apart in mm."""
        return float(self.grid.voxel_volume / self.pixel_area)

    @property
    def normal(self) -> NDArray[np.float64]:
        """The direction (3,) perpendicular to the slices, of length 1, by the file's own axes."""
        return self._across / np.linalg.norm(self._across)

    @property
    def _across(self) -> NDArray[np.float64]:
        row, column = (self.grid.affine[:3, n] for n in (self.row_axis, self.column_axis))
        return np.asarray(np.cross(row, column), dtype=np.float64)

    @property
    def ascending(self) -> bool:
        """Whether a larger index lies further towards Superior, Anterior or Right.

        Frames of an image are taken as they come.
        """
        return self.grid.as_stored or self.grid.axes[1][self.axis] > 0

    @cached_property
    def letters(self) -> EdgeLetters:
        """Patient directions at the edges."""
        if not self.grid.oriented:
            return EdgeLetters()
        axes, signs = self.grid.axes

        def ends(axis: int, flip: bool) -> tuple[str, str]:
            low, high = AXIS_LETTERS[axes[axis]]
            return (low, high) if (signs[axis] > 0) != flip else (high, low)

        top, bottom = ends(self.row_axis, self.row_flip)
        left, right = ends(self.column_axis, self.column_flip)
        return EdgeLetters(left, right, top, bottom)

    def arrange(self, plane_data: NDArray[Any]) -> NDArray[Any]:
        """Turn ``volume.take(index, axis)`` into (rows, columns) as on screen; a view.

        Colours may follow as a last axis.
        """
        if self.row_axis > self.column_axis:
            plane_data = plane_data.swapaxes(0, 1)
        return plane_data[:: -1 if self.row_flip else 1, :: -1 if self.column_flip else 1]

    def cut(self, data: NDArray[Any], index: int) -> NDArray[Any]:
        """Slice ``index`` of a volume (i, j, k) as (rows, columns); a view, nothing is copied.

        Colours may follow as a last axis.
        """
        selection: list[Any] = [slice(None)] * 3
        selection[self.axis] = index
        return self.arrange(data[tuple(selection)])

    def restore(self, image: NDArray[Any]) -> NDArray[Any]:
        """The reverse of ``arrange``: (rows, columns) back to the order of the volume."""
        image = image[:: -1 if self.row_flip else 1, :: -1 if self.column_flip else 1]
        return image.T if self.row_axis > self.column_axis else image

    def to_world(
        self, index: float | NDArray[np.float64], points: ArrayLike
    ) -> NDArray[np.float64]:
        """World mm (n, 3) of screen positions (n, 2), (row, column); pixel centres at integers.

        index : the slice, or that of each point (n,).
        """
        points = np.atleast_2d(np.asarray(points, dtype=np.float64))
        rows, columns = self.shape
        voxels = np.empty((len(points), 3))
        voxels[:, self.axis] = index
        voxels[:, self.row_axis] = rows - 1 - points[:, 0] if self.row_flip else points[:, 0]
        voxels[:, self.column_axis] = (
            columns - 1 - points[:, 1] if self.column_flip else points[:, 1]
        )
        return self.grid.to_world(voxels)

    def to_screen(self, points: ArrayLike) -> NDArray[np.float64]:
        """Screen positions (n, 2) as (row, column) of world mm (n, 3), projected on the slice."""
        voxels = self.grid.to_voxel(np.atleast_2d(np.asarray(points, dtype=np.float64)))
        rows, columns = self.shape
        row, column = voxels[:, self.row_axis], voxels[:, self.column_axis]
        return np.column_stack(
            (
                rows - 1 - row if self.row_flip else row,
                columns - 1 - column if self.column_flip else column,
            )
        )

    def index_of(self, point: ArrayLike) -> int:
        """The slice nearest to a world position (3,) in mm, inside the grid."""
        index = round(float(self.grid.to_voxel(point)[self.axis]))
        return min(max(index, 0), self.count - 1)

    def position_mm(self, index: int) -> float:
        """World coordinate in mm of a slice's middle along the plane's axis (z for axial)."""
        middle: list[float] = [(n - 1) / 2 for n in self.grid.shape]
        middle[self.axis] = index
        return float(self.grid.to_world(middle)[_LAYOUT[self.plane][0]])

    def move(self, point: ArrayLike, index: int) -> NDArray[np.float64]:
        """A world position (3,) in mm moved to another slice, keeping its place in the slice."""
        voxel = self.grid.to_voxel(point).copy()
        voxel[self.axis] = index
        return self.grid.to_world(voxel)
