"""PLY (Turk 1994): vertices with normals and colours, in binary."""

from collections.abc import Sequence

import numpy as np

from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.files.surfaces.said import GENERATOR, NOTICE, units

_PLACES = ("x", "y", "z", "nx", "ny", "nz")
_COLOURS = ("red", "green", "blue", "alpha")
_VERTEX = np.dtype([*((name, "<f4") for name in _PLACES), *((name, "u1") for name in _COLOURS)])
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def ply_content(surfaces: Sequence[NamedSurface], oriented: bool) -> bytes:
    """The bytes of one file with all surfaces, which their colours tell apart."""
    vertices, faces, before = [], [], 0
    for surface in surfaces:
        mesh = surface.mesh
        rows = np.zeros(len(mesh.vertices), _VERTEX)
        for n, name in enumerate(_PLACES):
            rows[name] = (mesh.vertices if n < 3 else mesh.normals)[:, n % 3]
        for name, value in zip(_COLOURS, (*surface.rgb, round(255 * surface.opacity)), strict=True):
            rows[name] = value
        corners = np.zeros(len(mesh.triangles), _FACE)
        corners["count"] = 3
        corners["corners"] = mesh.triangles + before
        vertices.append(rows.tobytes())
        faces.append(corners.tobytes())
        before += len(mesh.vertices)
    triangles = sum(len(surface.mesh.triangles) for surface in surfaces)
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {GENERATOR}. {NOTICE}",
        f"comment {units(oriented)}",
        *(f"comment surface {surface.name} {surface.colour}" for surface in surfaces),
        f"element vertex {before}",
        *(f"property float {name}" for name in _PLACES),
        *(f"property uchar {name}" for name in _COLOURS),
        f"element face {triangles}",
        "property list uchar int vertex_indices",
        "end_header\n",
    ]
    return "\n".join(header).encode("ascii") + b"".join((*vertices, *faces))
