"""An image that lies in a plane of the 3D view."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlanePicture:
    """An image in the world.

    rgba : (rows, columns, 4) uint8; where the last is 0 nothing is seen, else it is 255.
    origin : (3,) the middle of the first pixel in mm, RAS+.
    across, down : (3,) from one column, and from one row, to the next.
    """

    rgba: NDArray[np.uint8]
    origin: Vector
    across: Vector
    down: Vector

    @cached_property
    def premultiplied(self) -> NDArray[np.uint8]:
        """(rows, columns, 4) colour times opacity, and opacity."""
        return np.where(self.rgba[..., 3:] > 0, self.rgba, np.uint8(0))

    @property
    def normal(self) -> Vector:
        """(3,) perpendicular to the plane, of length 1."""
        normal = np.cross(self.across, self.down)
        return np.asarray(normal / np.linalg.norm(normal), np.float64)

    @property
    def to_world(self) -> NDArray[np.float64]:
        """(4, 3) from (column, row, 1) to homogeneous world points."""
        return np.vstack([np.column_stack([self.across, self.down, self.origin]), (0, 0, 1)])


def coloured(
    levels: NDArray[np.uint8], table: NDArray[np.uint8], inside: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """(rows, columns, 4) a slice in its colours, and nothing outside a mask.

    levels : (rows, columns). table : (256, 3).
    """
    solid = np.hstack([table, np.full((len(table), 1), 255, np.uint8)])
    made = solid[levels]
    made[..., 3] *= inside
    return np.asarray(made, np.uint8)
