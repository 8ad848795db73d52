"""What a header says beside the voxels: kept so that it can be told what was made of it."""

from dataclasses import dataclass

import numpy as np

from brainviewer.core.geometry import Affine, Grid, spacing_of


@dataclass(frozen=True)
class Forms:
    """The two affines of a NIfTI header against each other.

    sform, qform : whether the header has them.
    sound : those of them that are valid; the first is the one that is used.
    apart_mm : how far a corner of the volume lies from itself at most; None unless both are valid.
    turned_degrees : the largest angle between the directions of a voxel axis by both.
    flipped : they differ in orientation, so that a side is another one.
    """

    sform: bool
    qform: bool
    sound: tuple[str, ...]
    apart_mm: float | None = None
    turned_degrees: float | None = None
    flipped: bool = False


@dataclass(frozen=True)
class SourceHeader:
    """What a header says.

    kind : ``NIfTI`` or ``DICOM``.
    forms : of NIfTI.
    unit : of length: ``mm``, ``m``, ``µm``, or empty where it is not named.
    sizes_mm : voxel sizes as they stand beside the affine (NIfTI: pixdim); None where they are
        the affine's own.
    rescales : (slope, intercept) as they stand in the header, each pair once; empty where values
        are meant as they are stored.
    inverted : small values are bright (DICOM: MONOCHROME1).
    thickness_mm : of a slice; None where nobody says.
    texts : (field, text) of what people or programs wrote: patient data.
    extra_bytes : between header and voxels, which are not read.
    """

    kind: str
    forms: Forms | None = None
    unit: str = "mm"
    sizes_mm: tuple[float, float, float] | None = None
    rescales: tuple[tuple[float, float], ...] = ()
    inverted: bool = False
    thickness_mm: float | None = None
    texts: tuple[tuple[str, str], ...] = ()
    extra_bytes: int = 0


def corners_apart(one: Grid, other: Grid) -> float:
    """How far a corner voxel of two grids of one shape lies from itself at most, in mm."""
    corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array(one.shape) - 1)
    apart = np.linalg.norm(one.to_world(corners) - other.to_world(corners), axis=1)
    return float(apart.max())


def axes_turned(one: Affine, other: Affine) -> float:
    """The largest angle between the directions of a voxel axis by two affines, in degrees."""
    first, second = (affine[:3, :3] / np.array(spacing_of(affine)) for affine in (one, other))
    # By the sine where directions are close: a cosine near 1 says little of a small angle.
    sines = np.linalg.norm(np.cross(first, second, axis=0), axis=0)
    return float(np.degrees(np.arctan2(sines, (first * second).sum(axis=0))).max())


def obliquity(grid: Grid) -> float:
    """The largest angle between a voxel axis and the axis of the scanner it runs along, degrees."""
    axes, signs = grid.axes
    straight = np.eye(4)
    straight[:3, :3] = 0
    for voxel, (world, sign) in enumerate(zip(axes, signs, strict=True)):
        straight[world, voxel] = sign
    return axes_turned(grid.affine, straight)


def squareness(grid: Grid) -> float:
    """The angle between two voxel axes that is farthest from a right one, in degrees."""
    directions = grid.affine[:3, :3] / np.array(grid.spacing)
    cosines = [directions[:, a] @ directions[:, b] for a, b in ((0, 1), (0, 2), (1, 2))]
    farthest = max(cosines, key=abs)
    return float(np.degrees(np.arccos(np.clip(farthest, -1, 1))))
