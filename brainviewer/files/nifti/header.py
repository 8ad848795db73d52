"""What a NIfTI header says, judged before a voxel is read.

NIfTI-1 and NIfTI-2 in one file (``.nii``), either byte order.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.source_header import SourceHeader
from brainviewer.files.file_kind import (
    CONVERT_DICOM,
    START_BYTES,
    FileKind,
    kind_of,
    starts_as_dicom,
)
from brainviewer.files.nifti.affine import grid_of
from brainviewer.files.nifti.fields import (
    FIELDS_1,
    FIELDS_2,
    NUMBER_TYPES,
    Fields,
    number_type,
    read_fields,
)
from brainviewer.files.nifti.source_header import source_header
from brainviewer.files.ordinary_file import AGAIN

LONGEST = START_BYTES
"""Bytes of the longer of the two headers (540), and what tells other kinds of files."""

_NO_VALUES = {
    (128, 2304): ("colours (RGB)", "Open the grey-value image it came from."),
    (32, 1792, 2048): ("complex numbers", "Open the magnitude image instead."),
}
"""Number types, by their code in ``datatype``, that are no MR values, and what helps."""
_ITSELF = "Open the NIfTI image itself (.nii or .nii.gz)."
_PACKED_TWICE = FileKind("a file that was packed twice", "Unpack it once with gunzip.")
_VECTORS = range(1004, 1012)
"""Meanings (``intent_code``) of numbers that belong together: matrices, displacements, points."""


@dataclass(frozen=True, eq=False)
class Header:
    """What is needed to read the voxels of a file and to place them.

    frames : three-dimensional images in the file, one after the other.
    stored : number type in the file, with its byte order.
    offset : byte at which the voxels begin.
    slope, intercept : true value = slope * stored value + intercept.
    """

    grid: Grid
    frames: int
    stored: np.dtype[Any]
    offset: int
    slope: float
    intercept: float
    description: str
    notices: tuple[str, ...]
    source: SourceHeader

    @property
    def frame_bytes(self) -> int:
        """Bytes of one three-dimensional image."""
        return math.prod(self.grid.shape) * self.stored.itemsize

    @property
    def file_bytes(self) -> int:
        """Bytes that the whole file must have, unpacked."""
        return self.offset + self.frames * self.frame_bytes

    @property
    def scaled(self) -> bool:
        """Whether stored values are not the true ones."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def read_as(self) -> np.dtype[Any]:
        """Number type of the true values as they are read; 64-bit integers stay what they are."""
        native = self.stored.newbyteorder("=")
        stays = not self.scaled and (native.kind in "iu" or native.itemsize <= 4)
        return native if stays else np.dtype(np.float32)

    @property
    def kept_bytes(self) -> int:
        """Bytes of a voxel in memory."""
        return min(4, self.read_as.itemsize)

    @property
    def read_bytes(self) -> int:
        """Bytes that a voxel takes at most while it is read."""
        wide = self.read_as.itemsize > 4  # narrowed when all of it is there
        return self.read_as.itemsize + (4 if wide else 0)


def parse_header(start: bytes, name: str) -> Header:
    """Read the first ``LONGEST`` bytes of a file.

    name : the file's name, for the sentences of the errors.
    Raises FileError if the file cannot be opened as a volume of MR values.
    """
    header = _recognise(start, name)
    if bytes(header["magic"]).startswith(b"ni"):
        raise pair_error(name)
    shape, frames = _shape(header, name)
    if int(header["intent_code"]) in _VECTORS and frames > 1:
        raise FileError(
            f"{name} holds several numbers for each voxel, as deformations do, not MR values.",
            "Open the image that it belongs to.",
        )
    stored = _number_type(header, name)
    grid, notices = grid_of(header, shape, name)
    if frames > 1:
        notices += (f"Of {frames} images the first one is shown.",)
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if not math.isfinite(slope) or slope == 0:
        slope, intercept = 1.0, 0.0
    offset = _offset(header, name)
    return Header(
        grid,
        frames,
        stored,
        offset,
        slope,
        intercept if math.isfinite(intercept) else 0.0,
        bytes(header["descrip"]).split(b"\0")[0].decode("latin-1").strip(),
        notices,
        source_header(header, shape, offset),
    )


def pair_error(name: str) -> FileError:
    """The file is one of the two of an image kept as ``.hdr`` and ``.img``."""
    return FileError(
        f"{name} belongs to a pair of .hdr and .img files, which BrainViewer does not open.",
        "Convert the pair to one .nii.gz file, for example with fslchfiletype or ITK-SNAP.",
    )


def _recognise(start: bytes, name: str) -> Fields:
    for kind, magics, at in (
        (FIELDS_1, (b"n+1\0", b"ni1\0"), 344),
        (FIELDS_2, (b"n+2\0", b"ni2\0"), 4),
    ):
        length = kind.itemsize
        if len(start) < length or start[at : at + 4] not in magics:
            continue
        if start[:4] == length.to_bytes(4, "little"):
            return read_fields(start, kind, "<")
        if start[:4] == length.to_bytes(4, "big"):
            return read_fields(start, kind, ">")
    raise _not_nifti(start, name)


def _not_nifti(start: bytes, name: str) -> FileError:
    """The error for a file that is no NIfTI image.

    start : its first bytes, unpacked; HEAD_BYTES of them or fewer.
    """
    if name.upper() == "DICOMDIR":
        return FileError(
            f"{name} lists what lies on a CD; it holds no image itself.",
            "Open the folder that holds the images.",
        )
    if starts_as_dicom(start):
        return FileError(f"{name} is a DICOM file, not a NIfTI image.", CONVERT_DICOM)
    kind = known_kind(start)
    if kind is None:
        return FileError(f"{name} is not a NIfTI image.", "Open a file in .nii or .nii.gz format.")
    if "NIfTI" in kind.name:
        return FileError(f"The header of {name} is damaged.", AGAIN)
    advice = kind.advice
    if name.lower().endswith((".nii", ".nii.gz")) and "PNG" in advice:
        advice = _ITSELF  # whatever the image is, a volume was meant
    return FileError(f"{name} is not a NIfTI image but {kind.name}.", advice)


def known_kind(start: bytes) -> FileKind | None:
    """The kind of a file by its first bytes, unpacked; see ``kind_of``."""
    return _PACKED_TWICE if start.startswith(b"\x1f\x8b") else kind_of(start)


def _shape(header: Fields, name: str) -> tuple[tuple[int, int, int], int]:
    dim = [int(n) for n in header["dim"]]
    dimensions = dim[0]
    if not 1 <= dimensions <= 7 or any(n < 1 for n in dim[1 : 1 + min(dimensions, 3)]):
        raise FileError(
            f"The header of {name} is damaged: it promises an impossible number of voxels.", AGAIN
        )
    i, j, k = [*dim[1 : 1 + dimensions], 1, 1][:3]
    if min(i, j, k) < 2:
        raise FileError(
            f"{name} holds a single slice, not a volume.", "Open a three-dimensional image."
        )
    return (i, j, k), math.prod(max(n, 1) for n in dim[4 : 1 + dimensions])


def _number_type(header: Fields, name: str) -> np.dtype[Any]:
    code = int(header["datatype"])
    for codes, (what, advice) in _NO_VALUES.items():
        if code in codes:
            raise FileError(f"{name} holds {what}, not MR values.", advice)
    if code not in NUMBER_TYPES:
        raise FileError(
            f"{name} stores its voxels in a number type that BrainViewer does not read.",
            "Convert it to 16-bit integers or 32-bit floating-point numbers.",
        )
    return number_type(header)


def _offset(header: Fields, name: str) -> int:
    offset = float(header["vox_offset"])
    least = int(header["sizeof_hdr"]) + 4
    if offset == 0:
        return least
    if not math.isfinite(offset) or offset < least:
        raise FileError(
            f"The header of {name} is damaged: it does not say where the voxels begin.", AGAIN
        )
    return int(offset)
