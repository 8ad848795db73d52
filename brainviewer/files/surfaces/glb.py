"""glTF 2.0 in one binary file (Khronos 2021): a node with name and material for each surface."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.files.surfaces.said import GENERATOR, NOTICE, units

# The format counts in metres; Y is up, an object looks along Z, and its right side is at -X. The
# numbers stay mm, RAS+, and this brings them there; written column by column.
_TO_METRES = [-0.001, 0, 0, 0, 0, 0, 0.001, 0, 0, 0.001, 0, 0, 0, 0, 0, 1]
_FLOAT, _UNSIGNED = 5126, 5125
_VERTICES, _INDICES = 34962, 34963
_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942


def glb_content(surfaces: Sequence[NamedSurface], oriented: bool) -> bytes:
    """The bytes of the file."""
    buffer = _Buffer()
    nodes: list[dict[str, Any]] = [
        {
            "name": "surfaces",
            "matrix": _TO_METRES,
            "children": [*range(1, len(surfaces) + 1)],
            "extras": {"units_of_children": units(oriented)},
        }
    ]
    meshes, materials = [], []
    for n, surface in enumerate(surfaces):
        mesh = surface.mesh
        primitive = {
            "attributes": {
                "POSITION": buffer.add(mesh.vertices, _VERTICES, limits=True),
                "NORMAL": buffer.add(mesh.normals, _VERTICES),
            },
            "indices": buffer.add(mesh.triangles.astype(np.uint32).ravel(), _INDICES),
            "material": n,
        }
        meshes.append({"name": surface.name, "primitives": [primitive]})
        materials.append(_material(surface))
        extras = {"volume_ml": round(mesh.volume_ml, 4), "opacity": surface.opacity}
        nodes.append({"name": surface.name, "mesh": n, "extras": extras})
    content = bytes(buffer.content)
    said = {
        "asset": {
            "version": "2.0",
            "generator": GENERATOR,
            "extras": {"notice": NOTICE, "units": units(oriented)},
        },
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": materials,
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(content)}],
    }
    text = json.dumps(said, separators=(",", ":")).encode("ascii")
    chunks = _chunk(_JSON, text, b" ") + _chunk(_BINARY, content, b"\0")
    return struct.pack("<III", _MAGIC, 2, 12 + len(chunks)) + chunks


class _Buffer:
    """Numbers of all surfaces one after the other; each array begins at a multiple of 4."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.accessors: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []

    def add(self, values: NDArray[Any], target: int, limits: bool = False) -> int:
        """Add (n, 3) float32 or (n,) uint32; the number of its accessor. limits : of each axis."""
        stored = np.ascontiguousarray(values, "<f4" if values.ndim == 2 else "<u4").tobytes()
        view = {"buffer": 0, "byteOffset": len(self.content), "byteLength": len(stored)}
        self.views.append({**view, "target": target})
        self.content += stored
        accessor: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": _FLOAT if values.ndim == 2 else _UNSIGNED,
            "count": len(values),
            "type": "VEC3" if values.ndim == 2 else "SCALAR",
        }
        if limits:
            accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def _material(surface: NamedSurface) -> dict[str, Any]:
    colour = [round(_linear(value / 255), 5) for value in surface.rgb]
    material: dict[str, Any] = {
        "name": surface.name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*colour, surface.opacity],
            "metallicFactor": 0,
            "roughnessFactor": 0.6,
        },
    }
    if surface.opacity < 1:
        material["alphaMode"] = "BLEND"
    return material


def _linear(value: float) -> float:
    """A part of a colour of the screen (sRGB, IEC 61966-2-1) as the format counts it."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _chunk(kind: int, content: bytes, filling: bytes) -> bytes:
    content += filling * (-len(content) % 4)
    return struct.pack("<II", len(content), kind) + content
