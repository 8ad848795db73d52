"""What a NIfTI header says beside shape and place; see ``core.headers.source_header``."""

import numpy as np

from brainviewer.core.geometry import Grid, spacing_of
from brainviewer.core.headers.source_header import (
    Forms,
    SourceHeader,
    axes_turned,
    corners_apart,
)
from brainviewer.files.nifti.affine import Placing, placing_of
from brainviewer.files.nifti.fields import Fields

_TEXTS = ("descrip", "aux_file", "db_name", "intent_name", "data_type")
_UNITS = {1e3: "m", 1.0: "mm", 1e-3: "µm"}
_EXTENDER = 4
"""Bytes behind the header that say whether extensions follow."""


def source_header(header: Fields, shape: tuple[int, int, int], offset: int) -> SourceHeader:
    """What the header says. offset : byte at which the voxels begin."""
    placing = placing_of(header)
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    # Programs write NaN, too, where they mean that nothing is scaled.
    scaled = slope != 0 and not np.isnan(slope) and (slope, intercept) != (1.0, 0.0)
    return SourceHeader(
        "NIfTI",
        _forms(placing, shape),
        _UNITS.get(placing.unit or 0.0, ""),
        _sizes(header, placing),
        ((slope, intercept),) if scaled else (),
        texts=_texts(header),
        extra_bytes=max(0, offset - int(header["sizeof_hdr"]) - _EXTENDER),
    )


def _forms(placing: Placing, shape: tuple[int, int, int]) -> Forms:
    sform, qform = placing.sform, placing.qform
    found = (("sform", sform), ("qform", qform))
    sound = tuple(name for name, affine in found if affine is not None)
    if sform is None or qform is None:
        return Forms(placing.has_sform, placing.has_qform, sound)
    one, other = Grid(shape, sform), Grid(shape, qform)
    return Forms(
        placing.has_sform,
        placing.has_qform,
        sound,
        corners_apart(one, other),
        axes_turned(sform, qform),
        one.orientation != other.orientation,
    )


def _sizes(header: Fields, placing: Placing) -> tuple[float, float, float] | None:
    """Voxel sizes of ``pixdim`` where the sform has sizes of its own."""
    if placing.sform is None:
        return None
    pixdim = np.abs(np.asarray(header["pixdim"][1:4], dtype=np.float64)) * (placing.unit or 1.0)
    if not np.isfinite(pixdim).all() or np.allclose(pixdim, spacing_of(placing.sform), rtol=0.01):
        return None
    x, y, z = map(float, pixdim)
    return x, y, z


def _texts(header: Fields) -> tuple[tuple[str, str], ...]:
    """The fields of free text that say something."""
    names = header.dtype.names or ()
    found = (
        (field, bytes(header[field]).split(b"\0")[0].decode("latin-1").strip())
        for field in _TEXTS
        if field in names
    )
    return tuple((field, text) for field, text in found if text)
