"""The mid-sagittal plane of a head, where it lies in the world."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.imaging.preprocess.symmetry import MidPlane
from brainviewer.imaging.preprocess.working_grid import WorkingGrid

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MidSagittalPlane:
    """A plane in world mm, RAS+.

    point : (3,) a point of the plane.
    normal : (3,) unit vector towards the patient's right.
    """

    point: Vector
    normal: Vector

    @classmethod
    def in_world(cls, plane: MidPlane, working: WorkingGrid) -> "MidSagittalPlane":
        """The plane that was found on working arrays."""
        # From mm of the working array (R, A, S) to voxels of the file, then to the world.
        to_voxel = np.zeros((3, 3))
        origin = np.zeros(3)
        for n, axis in enumerate(working.ras.order):
            first = working.start[n] + (working.factors[n] - 1) / 2
            step = working.factors[n] / working.spacing[n]
            last = working.grid.shape[axis] - 1
            to_voxel[axis, n] = -step if working.ras.flips[n] else step
            origin[axis] = last - first if working.ras.flips[n] else first
        turn = working.grid.affine[:3, :3] @ to_voxel
        start = working.grid.to_world(origin)
        normal = np.linalg.inv(turn).T @ plane.normal
        return cls(
            start + turn @ np.array([plane.offset, 0.0, 0.0]),
            np.asarray(normal / np.linalg.norm(normal)),
        )

    def distance(self, points: Vector) -> Vector:
        """Signed distance in mm of world points (n, 3); positive on the patient's right."""
        return np.asarray((points - self.point) @ self.normal)

    def of_voxels(self, grid: Grid) -> tuple[Vector, float]:
        """(a, b) such that a · (i, j, k) + b is a voxel's signed distance in mm."""
        return grid.affine[:3, :3].T @ self.normal, float(
            (grid.affine[:3, 3] - self.point) @ self.normal
        )
