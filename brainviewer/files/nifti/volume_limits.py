"""How large volumes may be, judged by their headers before memory is taken.

What is done to a study afterwards (see ``imaging.preprocess.working_grid``) takes a bounded amount
of memory beside its voxels; what the voxels take is bounded here.
"""

import math
from collections.abc import Mapping
from typing import Protocol

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid, Unit
from brainviewer.files.nifti.affine import CORRECT_SIZE
from brainviewer.files.nifti.header import Header

LONGEST_AXIS = 2048
"""Voxels along one axis."""
LARGEST_MM = 2000.0
"""Length of a side of a volume: more than anybody's height is no head, and no patient."""
LEAST_HEAD_MM, MOST_HEAD_MM = 60.0, 800.0
"""The longest side of a volume of a head; other sizes are opened and told."""
MOST_UNPACKED = 4 << 30
"""Bytes of a whole file, unpacked, all its images included."""
MOST_BYTES = 1536 << 20
"""What a study may take in memory, by ``study_bytes``."""

_FLOAT_BYTES = 4
_MASK_BYTES = 8
"""Bytes for each voxel that masks and copies take while a lesion is looked for and drawn."""


class Sized(Protocol):
    """What the header of a volume, of whatever format, says of its size.

    read_bytes, kept_bytes : of a voxel, at most while it is read, and afterwards.
    """

    @property
    def grid(self) -> Grid: ...

    @property
    def read_bytes(self) -> int: ...

    @property
    def kept_bytes(self) -> int: ...


def _rounded(metres: float) -> str:
    """Two digits, without an exponent where there is place."""
    return f"{metres:.2g}" if metres < 100 or metres >= 1e6 else f"{round(metres, -1):,.0f}"


def check_volume(header: Sized, name: str) -> None:
    """Raises FileError if a volume alone is too large, in voxels or in millimetres."""
    grid = header.grid
    sides = [n * mm for n, mm in zip(grid.shape, grid.spacing, strict=True)]
    if max(sides) > LARGEST_MM:
        metres = " × ".join(_rounded(side / 1000) for side in sides)
        raise FileError(f"By its header, {name} shows {metres} m, which is no head.", CORRECT_SIZE)
    if max(grid.shape) > LONGEST_AXIS or file_bytes(header) > MOST_BYTES:
        raise FileError(
            f"{name} is too large: {_voxels(grid)} voxels.",
            "Crop it to the head, or resample it to larger voxels.",
        )


def size_notice(grid: Grid) -> str:
    """A sentence if a volume is too small or too large for a head; empty if it may be one."""
    if grid.unit is not Unit.MM:
        return ""
    sides = [n * mm for n, mm in zip(grid.shape, grid.spacing, strict=True)]
    if LEAST_HEAD_MM <= max(sides) <= MOST_HEAD_MM:
        return ""
    said = " × ".join(f"{side:.3g}" for side in sides)
    return (
        f"By its header it shows {said} mm, which is implausible for a head: lengths and volumes "
        "that are measured cannot be trusted."
    )


def check_unpacked(header: Header, name: str) -> None:
    """Raises FileError if a compressed file is too large to be unpacked."""
    if header.file_bytes > MOST_UNPACKED:
        images = f"its {header.frames} images take" if header.frames > 1 else "it takes"
        raise FileError(
            f"{name} is too large: unpacked, {images} {header.file_bytes / 1e9:.0f} GB.",
            "Save one image of it in a file of its own.",
        )


def check_study(headers: Mapping[str, Sized], grid: Grid) -> None:
    """Raises FileError if a volume, or all that come to lie on ``grid`` together, are too large.

    headers : by what the volume is, such as ``FLAIR``.
    """
    for name, header in headers.items():
        check_volume(header, name)
    if study_bytes(headers, grid) > MOST_BYTES:
        sizes = ", ".join(f"{name} {_voxels(header.grid)}" for name, header in headers.items())
        raise FileError(
            f"These images together are too large: {sizes} voxels.",
            "Open fewer of them, crop them to the head, or store them as 16-bit integers.",
        )


def file_bytes(header: Sized) -> int:
    """Memory that reading one volume and looking at it alone takes."""
    voxels = math.prod(header.grid.shape)
    return voxels * (header.read_bytes + _MASK_BYTES)


def study_bytes(headers: Mapping[str, Sized], grid: Grid) -> int:
    """Memory that reading volumes, bringing them onto ``grid`` and looking at them takes."""
    voxels = math.prod(grid.shape)
    total, resampling = voxels * _MASK_BYTES, 0
    for header in headers.values():
        total += math.prod(header.grid.shape) * header.read_bytes
        if not header.grid.matches(grid):
            total += voxels * header.kept_bytes
            resampling = voxels * _FLOAT_BYTES
    return total + resampling


def _voxels(grid: Grid) -> str:
    return "×".join(map(str, grid.shape))
