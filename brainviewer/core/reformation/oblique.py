"""Planes that are turned from those of the grid: where they lie, and what they cut.

All planes of a study turn together and stay perpendicular to each other, as the three planes of a
multiplanar reformation (double oblique) do. Each plane is seen from the side that it is usually
seen from, and turned on the screen no more than its tilt makes necessary.
"""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.geometry import AXIS_LETTERS, Grid
from brainviewer.core.reformation.turn import UPRIGHT, DisplayTurn
from brainviewer.core.slices import Convention, EdgeLetters, Plane, SliceView

Vector = tuple[float, float, float]
Matrix = NDArray[np.float64]

NOT_TURNED_DEGREES = 0.05
"""A plane that is tilted less shows the voxels of the grid as they are."""
_LETTER = math.sin(math.radians(15))
"""An edge that leans less towards a direction does not name it."""
_MOST_PIXELS = 768
"""Rows or columns of an oblique slice."""
_UNTURNED = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Obliquity:
    """How the planes of a study are turned.

    rotation : (3, 3) row by row; turns the normals of the grid's planes, in world space.
    pivot : world position in mm that the planes were turned about last, and that a slice and a
        pixel of each lie on.
    anchors : of the three planes, as ``Plane`` has them: the position that lies, where nothing is
        turned, at the point of the screen where the pivot lies. Images stay where they are when
        another pivot is taken.
    """

    rotation: tuple[float, ...] = _UNTURNED
    pivot: Vector = (0.0, 0.0, 0.0)
    anchors: tuple[Vector, ...] = ((0.0, 0.0, 0.0),) * 3

    @property
    def matrix(self) -> Matrix:
        """The rotation as an array."""
        return np.array(self.rotation).reshape(3, 3)

    @classmethod
    def through(cls, pivot: ArrayLike) -> "Obliquity":
        """Not turned yet; to be turned about a position (3,)."""
        place = _vector(pivot)
        return cls(pivot=place, anchors=(place,) * len(Plane))

    def turned(self, grid: Grid, axis: ArrayLike, radians: float, pivot: ArrayLike) -> "Obliquity":
        """Turned further about an axis (3,) of the world, right-handed, through a position (3,).

        grid : whose planes they are.
        """
        turn = _rotation_about(np.asarray(axis, dtype=np.float64), radians)
        left, _, right = np.linalg.svd(turn @ self.matrix)  # rounding must not add up
        by = np.asarray(pivot, dtype=np.float64) - self.pivot
        anchors = []
        for plane, anchor in zip(Plane, self.anchors, strict=True):
            usual = _Frame.of(grid, plane, Convention.RADIOLOGICAL)
            now = usual.tilted(self.matrix)
            across, along = float(by @ now.right), float(by @ now.down)
            anchors.append(_vector(anchor + across * usual.right + along * usual.down))
        rotation = tuple((left @ right).ravel().tolist())
        return Obliquity(rotation, _vector(pivot), tuple(anchors))

    def anchor(self, plane: Plane) -> Vector:
        """See ``anchors``."""
        return self.anchors[list(Plane).index(plane)]

    def normal(self, grid: Grid, plane: Plane) -> Matrix:
        """The direction (3,) perpendicular to a plane, as it is turned."""
        return self.matrix @ _Frame.of(grid, plane, Convention.RADIOLOGICAL).normal


@dataclass(frozen=True, eq=False)
class ObliqueView(SliceView):
    """A tilted plane of a grid: slices of a lattice of its own, which the values are taken at.

    grid : the lattice: (columns, rows, slices) with square pixels, through the pivot.
    source : the grid of the data.
    obliquity : how it is turned.
    """

    source: Grid = field(kw_only=True)
    obliquity: Obliquity = field(kw_only=True)

    @property
    def key(self) -> tuple[object, ...]:
        """See ``SliceView``."""
        return self.source, self.plane, self.convention, self.turn, self.obliquity

    @property
    def data_grid(self) -> Grid:
        """See ``SliceView``."""
        return self.source

    @property
    def oblique(self) -> bool:
        """See ``SliceView``."""
        return True

    @cached_property
    def tilt_degrees(self) -> float:
        """The angle to the plane of the grid that it was."""
        usual = _Frame.of(self.source, self.plane, self.convention)
        return _degrees_between(usual.normal, self.normal)

    @property
    def step_mm(self) -> float:
        """As far as its pixels: there are no slices that a slab could be made of."""
        return float(self.grid.spacing[0])

    @property
    def normal(self) -> NDArray[np.float64]:
        """The direction (3,) of larger indices, of length 1."""
        across = self.grid.affine[:3, 2]
        return np.asarray(across / np.linalg.norm(across))

    @property
    def ascending(self) -> bool:
        """Always: slices are counted towards Superior, Anterior or Right."""
        return True

    @cached_property
    def letters(self) -> EdgeLetters:
        """Patient directions at the edges, such as ``AS`` for one between A and S."""
        if not self.grid.oriented:
            return EdgeLetters()
        right, down = self.screen_axes
        return EdgeLetters(*(direction_letters(way) for way in (-right, right, -down, down)))

    def cut(self, data: NDArray[Any], index: int) -> NDArray[Any]:
        """(rows, columns) of a mask or of labels (i, j, k): each the nearest; 0 outside."""
        inside, voxels = _nearest(self, index)
        values = np.zeros(inside.shape, data.dtype)
        values[inside] = data[voxels]
        return self.arrange(values)

    @cached_property
    def to_source(self) -> Matrix:
        """(4, 4) indices of the lattice to voxel indices of the data."""
        return np.asarray(np.linalg.inv(self.source.affine) @ self.grid.affine)


@lru_cache(maxsize=4)
def _nearest(
    view: ObliqueView, index: int
) -> tuple[NDArray[np.bool_], tuple[NDArray[np.int32], ...]]:
    """Which pixels (columns, rows) of a slice lie in the data, and the voxels nearest to those."""
    matrix, (columns, rows, _) = view.to_source, view.grid.shape
    start = matrix[:3, 3] + index * matrix[:3, 2]
    inside = np.ones((columns, rows), bool)
    found = []
    for axis, size in enumerate(view.source.shape):
        across = (start[axis] + matrix[axis, 0] * np.arange(columns)).astype(np.float32)
        down = (matrix[axis, 1] * np.arange(rows)).astype(np.float32)
        voxel = np.rint(across[:, None] + down).astype(np.int32)
        inside &= (voxel >= 0) & (voxel < size)
        found.append(voxel)
    return inside, tuple(voxel[inside] for voxel in found)


@dataclass(frozen=True, eq=False)
class _Frame:
    """The directions of a plane as the grid has it, of length 1 and perpendicular.

    right, down : of the screen. normal : towards larger indices of an oblique view.
    """

    right: Matrix
    down: Matrix
    normal: Matrix

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, grid: Grid, plane: Plane, convention: Convention) -> "_Frame":
        """The frame of a plane; worked out once, for it is asked at every step of a hand."""
        usual = SliceView.of(grid, plane, convention)
        axes = grid.affine[:3, :3] / np.linalg.norm(grid.affine[:3, :3], axis=0)
        right = axes[:, usual.column_axis] * (-1 if usual.column_flip else 1)
        down = axes[:, usual.row_axis] * (-1 if usual.row_flip else 1)
        normal = np.cross(right, down)
        normal /= np.linalg.norm(normal)
        through = axes[:, usual.axis] * (1 if usual.ascending else -1)
        if normal @ through < 0:
            normal = -normal
        down = down - right * (right @ down)  # a file may shear its slices
        return cls(right, down / np.linalg.norm(down), normal)

    def tilted(self, rotation: Matrix) -> "_Frame":
        """The frame with its normal turned, and nothing turned beyond that."""
        normal = rotation @ self.normal
        if normal @ self.normal < 0:
            normal = -normal  # never from behind
        across, along = np.cross(self.normal, normal), float(self.normal @ normal)
        skew = _skew(across)
        turn = np.eye(3) + skew + skew @ skew / (1 + along)
        return _Frame(turn @ self.right, turn @ self.down, normal)


@lru_cache(maxsize=32)
def oblique_view(
    grid: Grid,
    plane: Plane,
    convention: Convention,
    obliquity: Obliquity,
    turn: DisplayTurn = UPRIGHT,
) -> SliceView:
    """A plane of a grid turned with the others; the grid's own where it is not tilted."""
    usual = _Frame.of(grid, plane, convention)
    frame = usual.tilted(obliquity.matrix)
    if _degrees_between(usual.normal, frame.normal) < NOT_TURNED_DEGREES:
        return SliceView.of(grid, plane, convention, turn)
    lattice = _lattice(grid, frame, np.array(obliquity.pivot))
    rows, columns = turn.applied((1, False), (0, False))
    return ObliqueView(
        lattice, plane, convention, 2, rows[0], columns[0], rows[1], columns[1], turn,
        source=grid, obliquity=obliquity,
    )  # fmt: skip


def _lattice(grid: Grid, frame: _Frame, pivot: Matrix) -> Grid:
    """Square pixels as small as the smallest side of a voxel, and slices as far apart as voxels
    are in that direction, over the whole of a grid; the pivot is the middle of a pixel."""
    corners = np.array(list(np.ndindex(2, 2, 2))) * np.array(grid.shape) - 0.5
    directions = np.stack((frame.right, frame.down, frame.normal))
    reach = (grid.to_world(corners) - pivot) @ directions.T
    low, high = reach.min(axis=0), reach.max(axis=0)
    pixel = max(min(grid.spacing), float((high - low)[:2].max()) / _MOST_PIXELS)
    apart = 1 / float(np.linalg.norm(np.linalg.inv(grid.affine[:3, :3]) @ frame.normal))
    steps = np.array((pixel, pixel, apart))
    first, last = np.ceil(low / steps), np.floor(high / steps)
    affine = np.eye(4)
    affine[:3, :3] = directions.T * steps
    affine[:3, 3] = pivot + affine[:3, :3] @ first
    columns, rows, count = (max(1, int(n)) for n in last - first + 1)
    return replace(grid, shape=(columns, rows, count), affine=affine)


def direction_letters(direction: ArrayLike) -> str:
    """Where a direction (3,) of the world leads: the nearest letter first, such as ``AS``.

    Letters that it leans to by less than 15° are left out.
    """
    along: list[float] = (np.asarray(direction) / np.linalg.norm(direction)).tolist()
    nearest = sorted(range(3), key=lambda axis: -round(abs(along[axis]), 6))
    return "".join(
        AXIS_LETTERS[axis][along[axis] > 0] for axis in nearest if abs(along[axis]) > _LETTER
    )


def _degrees_between(one: Matrix, other: Matrix) -> float:
    sine = float(np.linalg.norm(np.cross(one, other)))
    return math.degrees(math.atan2(sine, float(one @ other)))


def _vector(place: ArrayLike) -> Vector:
    x, y, z = np.asarray(place, dtype=np.float64).tolist()
    return x, y, z


def _skew(v: Matrix) -> Matrix:
    return np.array(((0.0, -v[2], v[1]), (v[2], 0.0, -v[0]), (-v[1], v[0], 0.0)))


def _rotation_about(axis: Matrix, radians: float) -> Matrix:
    """Rodrigues' formula."""
    skew = _skew(axis / np.linalg.norm(axis))
    return np.asarray(np.eye(3) + math.sin(radians) * skew + (1 - math.cos(radians)) * skew @ skew)
