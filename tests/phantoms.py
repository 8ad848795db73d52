"""Small made-up studies whose marker lies at a known place in the patient.

The head is an ellipsoid; the marker is a bright ball in its left, front, upper part, so that every
wrong flip or swapped axis moves it to another quarter of the image.
"""

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Diameters, Measurements, Point, Side
from brainviewer.core.findings.tumour import Candidate, TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES, LabelMap, Modality, Study, Volume

# Voxels and spacing along Right, Anterior, Superior; none of them equal.
COUNTS = (40, 48, 32)
SPACING = (1.5, 1.0, 2.0)
MARKER_OFFSET_MM = np.array((-12.0, 9.0, 8.0))
MARKER_RADIUS_MM = 4.5
MARKER_VALUE = 1000
Shape = tuple[int, int, int]

AXIS_CASES = tuple(product(permutations(range(3)), product((1, -1), repeat=3)))
"""All 48 ways in which a file can order and direct its axes."""


def case_name(case: tuple[tuple[int, ...], tuple[int, ...]]) -> str:
    """The orientation code of a case, e.g. ``LPS``."""
    axes, signs = case
    return "".join(("LR", "PA", "IS")[a][s > 0] for a, s in zip(axes, signs, strict=True))


def grid_of(
    axes: tuple[int, ...] = (0, 1, 2),
    signs: tuple[int, ...] = (-1, -1, 1),
    *,
    tilt_degrees: tuple[float, float, float] = (0, 0, 0),
    oriented: bool = True,
) -> Grid:
    """A grid whose voxel axis n runs along world axis axes[n], in direction signs[n]."""
    affine = np.eye(4)
    for n, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[:3, n] = 0
        affine[axis, n] = sign * SPACING[axis]
    affine[:3, :3] = _rotation(tilt_degrees) @ affine[:3, :3]
    affine[:3, 3] = (3.0, -7.0, 11.0)
    shape = tuple(COUNTS[axis] for axis in axes)
    return Grid((shape[0], shape[1], shape[2]), affine, oriented)


def oblique_grid() -> Grid:
    """A tilted grid stored left, superior, anterior."""
    return grid_of((0, 2, 1), (-1, 1, 1), tilt_degrees=(12, -9, 7))


def marker_position(grid: Grid) -> NDArray[np.float64]:
    """Where the marker is, (3,) in mm, RAS+: left, in front of and above the middle."""
    return np.asarray(grid.centre + MARKER_OFFSET_MM)


def _distance(grid: Grid, centre: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray:
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    offset = (grid.to_world(voxels.reshape(-1, 3)) - centre) / radii
    return np.linalg.norm(offset, axis=1).reshape(grid.shape)


@lru_cache(64)
def _head_and_marker(shape: Shape, affine: bytes) -> tuple[NDArray, NDArray[np.bool_]]:
    """(i, j, k) distances from the head's centre, 1 at its surface; and True inside the marker.

    Made once for all studies on a grid, of which there is one in almost every test.
    """
    grid = Grid(shape, np.frombuffer(affine).reshape(4, 4))
    head = _distance(grid, grid.centre, np.array(COUNTS) * SPACING * 0.46)
    marker = _distance(grid, marker_position(grid), np.full(3, MARKER_RADIUS_MM)) <= 1
    head.flags.writeable = marker.flags.writeable = False
    return head, marker


def marker_mask(grid: Grid) -> NDArray[np.bool_]:
    """(i, j, k) True inside the marker."""
    return _head_and_marker(grid.shape, grid.affine.tobytes())[1].copy()


def marker_study(
    grid: Grid | None = None,
    modalities: tuple[Modality, ...] = SEQUENCES,
    *,
    synthetic: bool = False,
) -> Study:
    """A head with the marker in every sequence; values differ from sequence to sequence."""
    grid = grid or grid_of()
    inside, mask = _head_and_marker(grid.shape, grid.affine.tobytes())
    volumes = {}
    for modality in modalities:
        base = 200 + 40 * SEQUENCES.index(modality)
        data = np.where(inside <= 1, base + 60 * (1 - inside), 0).astype(np.int16)
        data[mask] = MARKER_VALUE
        volumes[modality] = Volume(modality, np.asfortranarray(data), grid, dtype="int16")
    labels = LabelMap(mask.astype(np.uint8) * 2, grid)
    return Study(
        volumes,
        grid,
        name="phantom",
        segmentation=labels,
        content_hash=sha256(f"{grid.affine} {modalities}".encode()).hexdigest(),
        synthetic=synthetic,
    )


def marker_finding(study: Study, plane: Plane = Plane.AXIAL) -> TumourFinding:
    """What a perfect search would find in a marker study."""
    mask = marker_mask(study.grid)
    view = SliceView.of(study.grid, plane)
    others = tuple(n for n in range(3) if n != view.axis)
    height, width = view.pixel_spacing
    areas = (mask.sum(axis=others) * height * width).astype(np.float32)
    x, y, z = (float(v) for v in marker_position(study.grid))
    index = view.index_of((x, y, z))
    volume = float(mask.sum() * study.grid.voxel_volume / 1000)
    return TumourFinding(
        "lesion",
        True,
        plane,
        index,
        (x, y, z),
        0.97,
        (Candidate(index, (x, y, z), volume, 0.9),),
        areas,
        mask,
    )


def measured(finding: TumourFinding, study: Study) -> TumourFinding:
    """The same finding with measurements; the enhancing part lies two slices below the middle."""
    view = SliceView.of(study.grid, Plane.AXIAL)
    middle, radius = marker_position(study.grid), MARKER_RADIUS_MM
    index = view.index_of(middle)
    return replace(
        finding,
        slices={p: SliceView.of(study.grid, p).index_of(middle) for p in Plane},
        measurements=Measurements(
            volume_ml=0.4,
            enhancing_ml=0.1,
            lesion=_cross(view, index, 2 * radius, 2 * radius - 1, True),
            enhancing=_cross(view, index - 2, 6.0, 3.0, False),
            side=Side.LEFT,
            midline_mm=12.0,
        ),
    )


def with_parts(finding: TumourFinding, study: Study) -> TumourFinding:
    """The finding with parts told apart: shells of the marker, necrosis inside, oedema outside."""
    grid, mask = study.grid, marker_mask(study.grid)
    distance = _distance(grid, marker_position(grid), np.full(3, MARKER_RADIUS_MM))
    parts = np.zeros(grid.shape, np.uint8)
    for part, reach in zip((2, 4, 1), (1.0, 0.75, 0.5), strict=True):
        parts[mask & (distance <= reach)] = part
    counts = np.bincount(parts.ravel(), minlength=5) * grid.voxel_volume / 1000
    taken = measured(finding, study).measurements
    assert taken is not None
    told = replace(
        taken,
        volume_ml=float(counts[1:].sum()),
        enhancing_ml=float(counts[4]),
        parts_ml={part: float(counts[part]) for part in LesionPart},
    )
    return replace(measured(finding, study), parts=parts, measurements=told)


def _cross(
    view: SliceView, index: int, longest: float, perpendicular: float, measurable: bool
) -> Diameters:
    """Diameters around the marker's middle, along x and y."""
    middle = view.move(marker_position(view.grid), index)

    def ends(axis: int, length: float) -> tuple[Point, Point]:
        half = np.eye(3)[axis] * length / 2
        (a, b, c), (d, e, f) = (middle - half).tolist(), (middle + half).tolist()
        return (a, b, c), (d, e, f)

    return Diameters(
        index, longest, perpendicular, ends(0, longest), ends(1, perpendicular), measurable
    )


def _rotation(degrees: tuple[float, float, float]) -> NDArray[np.float64]:
    result = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        result = turn @ result
    return result
