"""STL: triangles alone, in binary; no colours and no names."""

import struct
from collections.abc import Sequence

import numpy as np

from brainviewer.core.surface_mesh import NamedSurface, doubled_areas
from brainviewer.files.surfaces.said import NOTICE, units_in_short

_HEADER = 80
_TRIANGLE = np.dtype(
    [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")], align=False
)


def stl_content(surfaces: Sequence[NamedSurface], oriented: bool) -> bytes:
    """The bytes of one file with all triangles.

    The header of 80 characters begins with no ``solid``, by which text is told from binary.
    """
    header = f"BrainViewer; {units_in_short(oriented)}. {NOTICE}".encode("ascii")
    assert len(header) <= _HEADER
    parts = []
    for surface in surfaces:
        mesh = surface.mesh
        flat = doubled_areas(mesh.vertices.astype(np.float64), mesh.triangles)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        rows = np.zeros(len(mesh.triangles), _TRIANGLE)
        rows["normal"] = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0)
        rows["corners"] = mesh.vertices[mesh.triangles]
        parts.append(rows.tobytes())
    count = sum(len(surface.mesh.triangles) for surface in surfaces)
    return header.ljust(_HEADER) + struct.pack("<I", count) + b"".join(parts)
