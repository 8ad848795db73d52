"""OBJ (Wavefront): text, a group for each surface, and a file of materials beside it."""

from collections.abc import Sequence

import numpy as np

from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.files.surfaces.said import GENERATOR, NOTICE, units


def obj_content(surfaces: Sequence[NamedSurface], oriented: bool, materials: str) -> bytes:
    """The bytes of the geometry. materials : name of the file of materials, without spaces."""
    lines = [
        f"# {GENERATOR}. {NOTICE}",
        f"# {units(oriented)}",
        f"mtllib {materials}",
    ]
    before = 1  # corners count from 1
    for surface in surfaces:
        mesh = surface.mesh
        corners = mesh.triangles.astype(np.int64) + before
        lines += [f"g {surface.name}", f"usemtl {surface.name}"]
        lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in mesh.vertices.tolist()]
        lines += [f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in mesh.normals.tolist()]
        lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in corners.tolist()]
        before += len(mesh.vertices)
    return "\n".join([*lines, ""]).encode("ascii")


def mtl_content(surfaces: Sequence[NamedSurface]) -> bytes:
    """The bytes of the materials: a colour and an opacity for each surface."""
    lines = [f"# {GENERATOR}. {NOTICE}"]
    for surface in surfaces:
        red, green, blue = (value / 255 for value in surface.rgb)
        lines += [
            f"newmtl {surface.name}",
            "Ka 0 0 0",
            f"Kd {red:.4f} {green:.4f} {blue:.4f}",
            "Ks 0.1 0.1 0.1",
            "Ns 25",
            f"d {surface.opacity:.3f}",
            "illum 2",
        ]
    return "\n".join([*lines, ""]).encode("ascii")
