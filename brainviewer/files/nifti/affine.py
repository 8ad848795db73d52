"""Where a NIfTI header says that its voxels lie: sform, else qform, else the voxel sizes alone.

Read as the format's reference library does (``nifti1_io.c``), in millimetres whatever the unit of
the file. Where that library would make up a number (a quaternion that is none, a voxel without a
size), the form is called invalid instead.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Affine, Grid, spacing_of
from brainviewer.core.headers.source_header import corners_apart
from brainviewer.files.nifti.fields import Fields, rotation, sform

UNIT_UNKNOWN = "The unit of length is not named; it was taken for millimetres."
NO_ORIENTATION = "It is not said how the patient lay; no sides can be shown."
ORIENTATION_INVALID = (
    "What is said about how the patient lay ({forms}) is invalid; no sides can be shown."
)
CORRECT_SIZE = "Correct the voxel size, or the unit of length, in its header."

_MILLIMETRES = {1: 1e3, 2: 1.0, 3: 1e-3}
"""Millimetres in a unit of length, by its code: metre, millimetre, micrometre."""
_UNIT_BITS = 0x07
_SMALLEST_MM, _LARGEST_MM = 1e-3, 1e3
_DISAGREE_MM = 0.5
_SLANT_DEGREES, _OTHER_SIZE = 1.0, 0.02
_LONGEST_QUATERNION = 1.1
"""What is longer is no rotation that was rounded."""
_HALF_TURN = 1e-7
"""Square of the quaternion's real part below which it counts as 0, as in ``nifti1_io.c``."""


@dataclass(frozen=True, eq=False)
class Placing:
    """What a header says of places.

    sform, qform : (4, 4) in mm; None where it has none, or an invalid one.
    unit : millimetres in the unit of length; None where it is not named.
    """

    has_sform: bool
    has_qform: bool
    sform: Affine | None
    qform: Affine | None
    unit: float | None


def placing_of(header: Fields) -> Placing:
    """The affines of a header."""
    unit = _MILLIMETRES.get(int(header["xyzt_units"]) & _UNIT_BITS)
    has_sform, has_qform = int(header["sform_code"]) > 0, int(header["qform_code"]) > 0
    by_sform = _sound(sform(header), unit) if has_sform else None
    return Placing(
        has_sform, has_qform, by_sform, _sound(_qform(header), unit) if has_qform else None, unit
    )


def grid_of(header: Fields, shape: tuple[int, int, int], name: str) -> tuple[Grid, tuple[str, ...]]:
    """The grid of a file, and what must be said about it.

    name : the file's name, for the sentence of the error.
    Raises FileError if the voxels have no size.
    """
    placing = placing_of(header)
    unit, has_sform, has_qform = placing.unit, placing.has_sform, placing.has_qform
    by_sform, qform = placing.sform, placing.qform
    notices = () if unit else (UNIT_UNKNOWN,)
    if by_sform is not None:
        said = (
            _disagreement(by_sform, qform, shape) if has_qform else _other_sizes(header, by_sform)
        )
        return Grid(shape, by_sform), (*notices, *_slant(by_sform), *said)
    if qform is not None:
        notice = "The file's sform is invalid; its position in space was taken from the qform."
        return Grid(shape, qform), notices + ((notice,) if has_sform else ())
    pixdim = np.asarray(header["pixdim"][1:4], dtype=np.float64)
    sizes = _sound(np.diag([*pixdim, 1.0]), unit)
    if sizes is None or (pixdim < 0).any():
        if (pixdim > 0).all() and np.isfinite(pixdim).all():
            large = " × ".join(f"{size * (unit or 1.0):g}" for size in pixdim)
            raise FileError(
                f"By its header, the voxels of {name} are {large} mm large, which cannot be.",
                CORRECT_SIZE,
            )
        raise FileError(
            f"{name} does not say where its voxels are or how large they are.",
            "Export it again from its source, with its orientation and voxel sizes.",
        )
    forms = [form for form, has in (("sform", has_sform), ("qform", has_qform)) if has]
    invalid = ORIENTATION_INVALID.format(forms=" and ".join(forms))
    return Grid(shape, sizes, oriented=False), (*notices, invalid if forms else NO_ORIENTATION)


def _qform(header: Fields) -> NDArray[np.float64]:
    """The affine (4, 4) of the qform in the unit of the file; NaN where it is no rotation.

    A quaternion that is a little too long, as rounding leaves it, is brought to length 1; the
    handedness is the sign of ``pixdim[0]``, whatever its size, and 0 counts as 1. The signs of the
    voxel sizes have no meaning.
    """
    parts = np.array([header[f"quatern_{name}"] for name in "bcd"], dtype=np.float64)
    length = float(np.linalg.norm(parts))
    if not length <= _LONGEST_QUATERNION:  # NaN too
        return np.full((4, 4), np.nan)
    real = 1.0 - length**2
    if real < _HALF_TURN:
        real, parts = 0.0, parts / length
    sizes = np.asarray(header["pixdim"][1:4], dtype=np.float64)
    turned = rotation(np.array([np.sqrt(real), *parts]))
    handed = -1.0 if float(header["pixdim"][0]) < 0 else 1.0
    affine = np.eye(4)
    affine[:3, :3] = turned * np.abs(sizes) * (1.0, 1.0, handed)
    affine[:3, 3] = [header[f"qoffset_{name}"] for name in "xyz"]
    return affine


def _sound(affine: NDArray[Any], unit: float | None) -> Affine | None:
    """The affine in mm if it places voxels of a believable size, else None."""
    affine = np.array(affine, dtype=np.float64)
    if not np.isfinite(affine).all():
        return None
    affine[:3] *= unit or 1.0
    spacing = np.array(spacing_of(affine))
    if (spacing < _SMALLEST_MM).any() or (spacing > _LARGEST_MM).any():
        return None
    flat = abs(np.linalg.det(affine[:3, :3] / spacing)) < 0.01
    return None if flat else affine


def _slant(affine: Affine) -> tuple[str, ...]:
    """A sentence if voxels are slanted, as an affine registration leaves them."""
    sides = affine[:3, :3] / spacing_of(affine)
    cosine = np.abs(sides.T @ sides - np.eye(3)).max()
    degrees = float(np.degrees(np.arcsin(min(cosine, 1.0))))
    if degrees <= _SLANT_DEGREES:
        return ()
    return (
        f"By its sform its voxels are slanted by {degrees:.0f}°, as when a head was stretched onto "
        "a template: measure with care.",
    )


def _other_sizes(header: Fields, sform: Affine) -> tuple[str, ...]:
    """A sentence if the voxel sizes are not those of the sform, which no qform can tell."""
    unit = _MILLIMETRES.get(int(header["xyzt_units"]) & _UNIT_BITS) or 1.0
    sizes = unit * np.asarray(header["pixdim"][1:4], dtype=np.float64)
    used = np.array(spacing_of(sform))
    known = np.isfinite(sizes).all() and (sizes > 0).all()
    if not known or np.abs(sizes / used - 1).max() <= _OTHER_SIZE:
        return ()
    one, other = (" × ".join(f"{mm:.3g}" for mm in some) for some in (used, sizes))
    return (
        f"By its sform its voxels are {one} mm large, which is used; by pixdim they are {other} "
        "mm: measure with care.",
    )


def _disagreement(
    sform: Affine, qform: Affine | None, shape: tuple[int, int, int]
) -> tuple[str, ...]:
    if qform is None:
        return ("The file's qform is invalid; its position in space was taken from the sform.",)
    one, other = Grid(shape, sform), Grid(shape, qform)
    apart = corners_apart(one, other)
    if apart <= _DISAGREE_MM:
        return ()
    notice = f"The file's sform and qform disagree by up to {apart:.1f} mm; the sform is used."
    if one.orientation != other.orientation:
        notice += " Check the sides: they differ in orientation."
    return (notice,)
