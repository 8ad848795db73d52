"""The mid-sagittal plane of a head, estimated from the head itself, and where it lies.

After Volkau, Prakash, Ananthasubramaniam, Aziz & Nowinski (2006) and others: the plane that a
head is mirrored onto itself by with the least difference. A lesion weighs little, because
differences are clipped.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Point
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing, WorkingGrid

OUTSIDE = -3.0
_CLIP = 1.5
_POINTS_MM = 6.0
_LARGEST_TILT = 0.35


@dataclass(frozen=True)
class MidPlane:
    """The plane x = offset + yaw * y + roll * z, in mm of a working array (R, A, S).

    cost : mean clipped difference of the two halves, in the units of the image; 0 is a perfect
        mirror image.
    """

    offset: float
    yaw: float
    roll: float
    cost: float = 0.0

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector towards the patient's right."""
        normal = np.array([1.0, -self.yaw, -self.roll])
        return np.asarray(normal / np.linalg.norm(normal))

    def distance(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Signed distance (n,) in mm of points (n, 3); positive to the right of the plane."""
        on_plane = np.array([self.offset, 0.0, 0.0])
        return np.asarray((points - on_plane) @ self.normal)

    def reflect(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mirror images (n, 3) of points (n, 3)."""
        return points - 2 * self.distance(points)[:, None] * self.normal

    def mirror(self, image: Field, spacing: Spacing, outside: float = OUTSIDE) -> Field:
        """The image (R, A, S) mirrored at the plane, on the same grid."""
        scale = np.array(spacing)
        normal = self.normal
        turn = np.eye(3) - 2 * np.outer(normal, normal)
        shift = 2 * normal[0] * self.offset * normal
        matrix = turn * scale[None, :] / scale[:, None]
        return np.asarray(
            ndimage.affine_transform(
                image, matrix, shift / scale, order=1, mode="constant", cval=outside
            ),
            dtype=np.float32,
        )


@dataclass(frozen=True, eq=False)
class MidSagittalPlane:
    """A plane in world mm, RAS+.

    point : (3,) a point of the plane.
    normal : (3,) unit vector towards the patient's right.
    """

    point: NDArray[np.float64]
    normal: NDArray[np.float64]

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

    def as_points(self) -> tuple[Point, Point]:
        """Its point and its normal as plain numbers; see ``TumourFinding.mid_sagittal``."""
        (a, b, c), (x, y, z) = self.point.tolist(), self.normal.tolist()
        return (a, b, c), (x, y, z)

    def of_voxels(self, grid: Grid) -> tuple[NDArray[np.float64], float]:
        """(a, b) such that a · (i, j, k) + b is a voxel's signed distance in mm."""
        return grid.affine[:3, :3].T @ self.normal, float(
            (grid.affine[:3, 3] - self.point) @ self.normal
        )


def find_midplane(image: Field, inside: Mask, spacing: Spacing) -> MidPlane:
    """The mid-sagittal plane.

    image : (R, A, S) float32, robustly normalised (median 0, spread 1).
    inside : (R, A, S) bool, the brain.
    spacing : voxel size in mm.
    """
    scale = np.array(spacing)
    smooth = np.where(inside, np.clip(image, OUTSIDE, -OUTSIDE), OUTSIDE).astype(np.float32)
    smooth = ndimage.gaussian_filter(smooth, [2.5 / s for s in spacing])
    steps = [max(1, round(_POINTS_MM / s)) for s in spacing]
    voxels = np.argwhere(inside[:: steps[0], :: steps[1], :: steps[2]]) * steps
    if len(voxels) < 50:
        return MidPlane((image.shape[0] - 1) / 2 * spacing[0], 0.0, 0.0, _CLIP)
    values = smooth[tuple(voxels.T)]
    points = voxels * scale
    middle = points.mean(axis=0)

    def cost(where: tuple[float, float, float]) -> float:
        plane = _through(where, middle)
        mirrored = plane.reflect(points) / scale
        found = ndimage.map_coordinates(smooth, mirrored.T, order=1, mode="constant", cval=OUTSIDE)
        return float(np.minimum(np.abs(found - values), _CLIP).mean())

    starts = [(float(middle[0]) + d, 0.0, 0.0) for d in np.arange(-15.0, 15.1, 3.0)]
    best = min(starts, key=cost)
    lowest = cost(best)
    for step, tilt in ((3.0, 0.08), (1.5, 0.04), (0.75, 0.02), (0.4, 0.01)):
        improved = True
        while improved:
            improved = False
            for change in (
                (step, 0.0, 0.0), (-step, 0.0, 0.0), (0.0, tilt, 0.0),
                (0.0, -tilt, 0.0), (0.0, 0.0, tilt), (0.0, 0.0, -tilt),
            ):  # fmt: skip
                test = (best[0] + change[0], best[1] + change[1], best[2] + change[2])
                if max(abs(test[1]), abs(test[2])) > _LARGEST_TILT:
                    continue
                value = cost(test)
                if value < lowest - 1e-6:
                    best, lowest, improved = test, value, True
    plane = _through(best, middle)
    return MidPlane(plane.offset, plane.yaw, plane.roll, lowest)


def _through(where: tuple[float, float, float], middle: NDArray[np.float64]) -> MidPlane:
    """A plane given by where it passes the middle of the head, so that tilting does not move it."""
    at, yaw, roll = where
    return MidPlane(float(at) - yaw * float(middle[1]) - roll * float(middle[2]), yaw, roll)
