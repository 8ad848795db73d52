"""Which place of the head is seen at a pixel of the 3D view."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.block_values import AIR, BRIGHTEST
from brainviewer.painting.volume.voxels.look import Blend, VolumeLook

_HALF = 0.5
"""The opacity that is a surface for the eye."""
_FAINT = 0.05
"""An opacity, of all along a line of sight, that is nothing for the eye."""
_BEFORE_MM, _STEP_MM = 3.0, 1.5
"""What hides a place begins so far before it, and is asked for in such steps."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What an image of the 3D view shows, as far as places in it are asked for.

    look, solid : of the voxels, see ``VolumeView.opacity``. weights : (i, j, k) what is left of
    each voxel; None for all. near : see ``SolidImage``; None without anything solid.
    """

    camera: Camera
    block: Block
    look: VolumeLook
    solid: float
    weights: NDArray[np.float32] | None = None
    near: NDArray[np.float32] | None = None

    def place(self, x: float, y: float) -> tuple[float, float, float] | None:
        """The place in mm, RAS+, of the first surface at a part of the image's width and height.

        That is something solid, or where half of the light is taken; the brightest or darkest
        voxel of a projection. None if nothing is seen there.
        """
        width, height = self.camera.size
        pixel = x * width - 0.5, y * height - 0.5
        through, way = self.camera.ray(pixel)
        solid = self._solid_at(pixel, through, way)
        voxels = self._voxels_at(through, way)
        # Nothing hides what is solid in a projection.
        behind = self.look.blend is not Blend.COMPOSITE
        if solid is not None and (voxels is None or behind or solid <= voxels):
            found = through + solid * way
        elif voxels is not None:
            found = through + voxels * way
        else:
            return None
        a, b, c = (float(v) for v in found)
        return a, b, c

    def _solid_at(
        self, pixel: tuple[float, float], through: NDArray[np.float64], way: NDArray[np.float64]
    ) -> float | None:
        """How far along the line of sight, in mm from the plane of the focus."""
        if self.near is None:
            return None
        height, width = self.near.shape
        column = min(width - 1, max(0, round(pixel[0])))
        row = min(height - 1, max(0, round(pixel[1])))
        near = float(self.near[row, column])
        if not math.isfinite(near):
            return None
        viewer = self.camera.rotation[2]
        return float((near - (through - self.camera.focus) @ viewer) / (way @ viewer))

    def _voxels_at(self, through: NDArray[np.float64], way: NDArray[np.float64]) -> float | None:
        """The same of the voxels."""
        step = 0.5 * min(self.block.spacing)
        along = np.arange(-2 * self.camera.reach, 2 * self.camera.reach, step)
        inverse = np.linalg.inv(self.block.affine)
        points = through + along[:, None] * way
        voxels = np.rint(points @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
        shape = np.array(self.block.values.shape)
        there = ((voxels >= 0) & (voxels < shape)).all(axis=1)
        along, voxels = along[there], voxels[there]
        if not len(along):
            return None
        i, j, k = voxels.T
        values = self.block.values[i, j, k] / BRIGHTEST
        left = 1.0 if self.weights is None else self.weights[i, j, k]
        if self.look.blend is not Blend.COMPOSITE:
            seen = (values > AIR) & (np.asarray(left) >= _HALF)
            if not seen.any():
                return None
            darkest = self.look.blend is Blend.MINIMUM
            best = np.where(seen, values, math.inf if darkest else -math.inf)
            return float(along[best.argmin() if darkest else best.argmax()])
        opacity = self.look.opacity_of(values, self.solid) * left * self._edges(i, j, k)
        clear = np.cumprod((1 - np.minimum(opacity, 0.9999)) ** step)
        taken = 1 - clear
        if taken[-1] < _FAINT:
            return None
        # Where little is seen in all, the place where half of that is.
        return float(along[np.searchsorted(taken, min(_HALF, taken[-1] / 2))])

    def hides(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether something lies before places (n, 3) in mm, RAS+: something solid, or voxels that
        take half of the light.

        What is nearer to a place than ``_BEFORE_MM`` does not count: places that are picked lie in
        a surface.
        """
        hidden = self._solid_before(points)
        if self.look.blend is not Blend.COMPOSITE:
            return hidden
        step = max(_STEP_MM, 0.5 * min(self.block.spacing))
        away = self.camera.eye - points if math.isfinite(self.camera.distance) else None
        ways = np.broadcast_to(self.camera.rotation[2], points.shape) if away is None else away
        ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
        along = np.arange(_BEFORE_MM, 2 * self.camera.reach, step)
        sights = points[:, None] + along[:, None] * ways[:, None]
        inverse = np.linalg.inv(self.block.affine)
        voxels = np.rint(sights @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
        there = ((voxels >= 0) & (voxels < self.block.values.shape)).all(axis=-1)
        i, j, k = voxels[there].T
        left = 1.0 if self.weights is None else self.weights[i, j, k]
        values = self.block.values[i, j, k] / BRIGHTEST
        taken = self.look.opacity_of(values, self.solid) * left * self._edges(i, j, k)
        clear = np.zeros(there.shape)
        clear[there] = step * np.log1p(-np.minimum(taken, 0.9999))
        return np.asarray(hidden | (clear.sum(axis=1) < math.log(_HALF)))

    def _solid_before(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        if self.near is None:
            return np.zeros(len(points), dtype=bool)
        height, width = self.near.shape
        x, y = np.rint(self.camera.pixels(points)).astype(int).T
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        near = self.near[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
        depth = (points - self.camera.focus) @ self.camera.rotation[2]
        return np.asarray(inside & (near > depth + _BEFORE_MM))

    def _edges(
        self, i: NDArray[np.intp], j: NDArray[np.intp], k: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """What part of the opacity is left by the gradient at voxels."""
        steep = np.zeros(len(i))
        for axis, mm in enumerate(self.block.spacing):
            last = self.block.values.shape[axis] - 1
            at = [i, j, k]
            ends = []
            for way in (-1, 1):
                moved = list(at)
                moved[axis] = np.clip(at[axis] + way, 0, last)
                ends.append(self.block.values[tuple(moved)].astype(float))
            steep += ((ends[1] - ends[0]) / (2 * mm)) ** 2
        return self.look.edge_of(np.sqrt(steep) / BRIGHTEST)
