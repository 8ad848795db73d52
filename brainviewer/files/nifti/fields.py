"""The fields of a NIfTI header as they lie in the file (``nifti1.h``, ``nifti2.h``).

Written out here, since importing a library for it takes longer than reading a study.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Fields = Any
"""One header: fields are read by their name in ``nifti1.h``, as in ``fields["dim"]``."""


def _fields(names: str) -> np.dtype[Any]:
    """Fields that follow each other, written as ``name:type``, several numbers as ``dim:8i2``."""
    return np.dtype([(name, kind) for name, kind in (one.split(":") for one in names.split())])


FIELDS_1 = _fields("""
    sizeof_hdr:i4 data_type:S10 db_name:S18 extents:i4 session_error:i2 regular:S1 dim_info:u1
    dim:8i2 intent_p1:f4 intent_p2:f4 intent_p3:f4 intent_code:i2 datatype:i2 bitpix:i2
    slice_start:i2 pixdim:8f4 vox_offset:f4 scl_slope:f4 scl_inter:f4 slice_end:i2 slice_code:u1
    xyzt_units:u1 cal_max:f4 cal_min:f4 slice_duration:f4 toffset:f4 glmax:i4 glmin:i4 descrip:S80
    aux_file:S24 qform_code:i2 sform_code:i2 quatern_b:f4 quatern_c:f4 quatern_d:f4 qoffset_x:f4
    qoffset_y:f4 qoffset_z:f4 srow_x:4f4 srow_y:4f4 srow_z:4f4 intent_name:S16 magic:S4
    """)
"""NIfTI-1, 348 bytes."""

FIELDS_2 = _fields("""
    sizeof_hdr:i4 magic:S4 eol_check:4i1 datatype:i2 bitpix:i2 dim:8i8 intent_p1:f8 intent_p2:f8
    intent_p3:f8 pixdim:8f8 vox_offset:i8 scl_slope:f8 scl_inter:f8 cal_max:f8 cal_min:f8
    slice_duration:f8 toffset:f8 slice_start:i8 slice_end:i8 descrip:S80 aux_file:S24 qform_code:i4
    sform_code:i4 quatern_b:f8 quatern_c:f8 quatern_d:f8 qoffset_x:f8 qoffset_y:f8 qoffset_z:f8
    srow_x:4f8 srow_y:4f8 srow_z:4f8 slice_code:i4 xyzt_units:i4 intent_code:i4 intent_name:S16
    dim_info:u1 unused_str:S15
    """)
"""NIfTI-2, 540 bytes."""

NUMBER_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8",
    1280: "u8",
}  # fmt: skip
"""Number types of voxels that one number holds, by the code in ``datatype``."""


def read_fields(start: bytes, kind: np.dtype[Any], order: Literal["<", ">"]) -> Fields:
    """The header at the start of a file.

    kind : ``FIELDS_1`` or ``FIELDS_2``.
    order : byte order of the file, ``<`` or ``>``.
    """
    return np.frombuffer(start, kind.newbyteorder(order), count=1)[0]


def number_type(fields: Fields) -> np.dtype[Any]:
    """Number type of the voxels, with their byte order. Raises KeyError for others than these."""
    of_numbers = fields.dtype["dim"].base
    return np.dtype(NUMBER_TYPES[int(fields["datatype"])]).newbyteorder(of_numbers.byteorder)


def sform(fields: Fields) -> NDArray[np.float64]:
    """(4, 4) affine of the sform, in the unit of the file; it need not be a sound one."""
    return np.array([*(fields[f"srow_{axis}"] for axis in "xyz"), (0, 0, 0, 1)], np.float64)


def rotation(quaternion: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) rotation of a quaternion (real part first) of about length 1 (``nifti1.h``)."""
    # Twice the products of the parts; roots would leave half turns a little askew.
    double = 2.0 * np.outer(quaternion, quaternion) / np.dot(quaternion, quaternion)
    (_, wx, wy, wz), (_, xx, xy, xz), (_, _, yy, yz), (_, _, _, zz) = double
    return np.array(
        [
            [1.0 - (yy + zz), xy - wz, xz + wy],
            [xy + wz, 1.0 - (xx + zz), yz - wx],
            [xz - wy, yz + wx, 1.0 - (xx + yy)],
        ]
    )
