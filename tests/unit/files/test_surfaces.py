"""Files of surfaces: read back by VTK's readers, with what they say, whole or not at all."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOGeometry import vtkGLTFReader, vtkOBJReader, vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader

from brainviewer.core.errors import FileError
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.surface_mesh import NamedSurface, SurfaceMesh
from brainviewer.files.durable import disk as disks
from brainviewer.files.surfaces.writer import surface_files, write_surfaces

_SIDES = [(0, 2, 1), (0, 3, 2), (0, 1, 3), (1, 2, 3)]
RAS = "mm, RAS+ (x right, y anterior, z superior)"


def tetrahedron(corner: tuple[float, float, float], length: float) -> SurfaceMesh:
    vertices = np.array([corner] * 4, float)
    vertices[1:] += length * np.eye(3)
    return SurfaceMesh.of(vertices, _SIDES)


@pytest.fixture
def surfaces() -> tuple[NamedSurface, ...]:
    return (
        NamedSurface("whole", tetrahedron((-40, 20, 55.5), 30), "#FFB347", 0.25),
        NamedSurface("core", tetrahedron((-38, 22, 57), 9), "#8C84F5"),
    )


def enclosed_ml(points: np.ndarray, triangles: np.ndarray) -> float:
    return SurfaceMesh.of(points, triangles).volume_ml


def read_polydata(reader: object, path: Path) -> tuple[np.ndarray, np.ndarray, object]:
    reader.SetFileName(str(path))  # type: ignore[attr-defined]
    reader.Update()  # type: ignore[attr-defined]
    data = reader.GetOutput()  # type: ignore[attr-defined]
    triangles = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return vtk_to_numpy(data.GetPoints().GetData()), triangles, data


def test_stl(surfaces: tuple[NamedSurface, ...], tmp_path: Path) -> None:
    files = write_surfaces(tmp_path / "lesion.stl", surfaces)
    assert [file.name for file in files] == ["lesion-whole.stl", "lesion-core.stl"]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    for file, surface in zip(files, surfaces, strict=True):
        points, triangles, _ = read_polydata(vtkSTLReader(), file)
        assert enclosed_ml(points, triangles) == pytest.approx(surface.mesh.volume_ml, rel=1e-5)
        content = file.read_bytes()
        assert not content.startswith(b"solid")
        header = content[:80].decode()
        assert RESEARCH_ONLY in header and "mm, RAS+" in header
        assert len(content) == 84 + 50 * len(surface.mesh.triangles)
    normal = np.frombuffer(files[0].read_bytes(), "<f4", 3, 84)
    a, b, c = surfaces[0].mesh.vertices[surfaces[0].mesh.triangles[0]].astype(float)
    expected = np.cross(b - a, c - a)
    assert normal == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_ply(surfaces: tuple[NamedSurface, ...], tmp_path: Path) -> None:
    (file,) = write_surfaces(tmp_path / "lesion.ply", surfaces, one_file=True)
    points, triangles, data = read_polydata(vtkPLYReader(), file)
    wanted = sum(surface.mesh.volume_ml for surface in surfaces)
    assert enclosed_ml(points, triangles) == pytest.approx(wanted, rel=1e-5)
    assert points == pytest.approx(np.concatenate([s.mesh.vertices for s in surfaces]))
    of_points = data.GetPointData()  # type: ignore[attr-defined]
    normals = vtk_to_numpy(of_points.GetNormals())
    assert normals == pytest.approx(np.concatenate([s.mesh.normals for s in surfaces]))
    colours = vtk_to_numpy(of_points.GetArray("RGBA"))
    assert colours[0].tolist() == [0xFF, 0xB3, 0x47, 64]
    assert colours[-1].tolist() == [0x8C, 0x84, 0xF5, 255]
    header = file.read_bytes().split(b"end_header")[0].decode()
    assert RESEARCH_ONLY in header and RAS in header
    each = write_surfaces(tmp_path / "each.ply", surfaces)
    assert [one.name for one in each] == ["each-whole.ply", "each-core.ply"]


def test_obj(surfaces: tuple[NamedSurface, ...], tmp_path: Path) -> None:
    file, materials = write_surfaces(tmp_path / "my lesion.obj", surfaces)
    assert (file.name, materials.name) == ("my lesion.obj", "my_lesion.mtl")
    points, triangles, _ = read_polydata(vtkOBJReader(), file)
    wanted = sum(surface.mesh.volume_ml for surface in surfaces)
    assert enclosed_ml(points, triangles) == pytest.approx(wanted, rel=1e-4)
    lines = file.read_text().splitlines()
    assert RESEARCH_ONLY in lines[0] and RAS in lines[1]
    assert lines[2] == "mtllib my_lesion.mtl"
    assert [one for one in lines if one.startswith("g ")] == ["g whole", "g core"]
    said = materials.read_text()
    assert "newmtl whole\n" in said and "Kd 1.0000 0.7020 0.2784" in said and "d 0.250" in said


def parts_of(file: Path) -> tuple[dict, bytes]:
    content = file.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    size, kind = struct.unpack_from("<I4s", content, 12)
    assert kind == b"JSON" and size % 4 == 0
    binary_size, binary_kind = struct.unpack_from("<I4s", content, 20 + size)
    assert binary_kind == b"BIN\0" and binary_size % 4 == 0
    return json.loads(content[20 : 20 + size]), content[28 + size :]


def test_glb(surfaces: tuple[NamedSurface, ...], tmp_path: Path) -> None:
    (file,) = write_surfaces(tmp_path / "lesion.glb", surfaces)
    said, binary = parts_of(file)
    assert said["asset"]["version"] == "2.0"
    assert said["asset"]["extras"] == {"notice": RESEARCH_ONLY, "units": RAS}
    assert said["buffers"][0]["byteLength"] == len(binary)
    root, *nodes = said["nodes"]
    assert [node["name"] for node in nodes] == ["whole", "core"]
    assert nodes[0]["extras"]["volume_ml"] == pytest.approx(surfaces[0].mesh.volume_ml, abs=1e-4)
    clear, solid = said["materials"]
    assert clear["alphaMode"] == "BLEND" and "alphaMode" not in solid
    # sRGB 0xB3 is 0.4508 in linear light.
    colour = clear["pbrMetallicRoughness"]["baseColorFactor"]
    assert colour == pytest.approx([1, 0.4508, 0.0630, 0.25], abs=1e-3)
    position = said["accessors"][said["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]
    assert position["min"] == [-40, 20, 55.5] and position["max"] == [-10, 50, 85.5]
    # Right, anterior and superior of a figure that looks at the viewer and stands upright, in m.
    matrix = np.array(root["matrix"]).reshape(4, 4).T
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1e-9)  # no mirror
    for way, there in (((1, 0, 0), (-1, 0, 0)), ((0, 1, 0), (0, 0, 1)), ((0, 0, 1), (0, 1, 0))):
        assert matrix[:3, :3] @ way == pytest.approx(np.array(there) / 1000)


def test_glb_as_vtk_reads_it(surfaces: tuple[NamedSurface, ...], tmp_path: Path) -> None:
    (file,) = write_surfaces(tmp_path / "lesion.glb", surfaces)
    reader = vtkGLTFReader()
    reader.SetFileName(str(file))
    reader.ApplyDeformationsToGeometryOn()
    reader.Update()
    found = []
    iterator = reader.GetOutput().NewIterator()
    iterator.InitTraversal()
    while not iterator.IsDoneWithTraversal():
        data = iterator.GetCurrentDataObject()
        triangles = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
        points = vtk_to_numpy(data.GetPoints().GetData())
        found.append(enclosed_ml(points * 1000, triangles))
        iterator.GoToNextItem()
    assert found == pytest.approx([s.mesh.volume_ml for s in surfaces], rel=1e-4)


@pytest.mark.parametrize("ending", [".stl", ".ply", ".obj", ".glb"])
def test_without_orientation_no_axes_are_named(
    surfaces: tuple[NamedSurface, ...], tmp_path: Path, ending: str
) -> None:
    (file, *_) = write_surfaces(tmp_path / f"lesion{ending}", surfaces, oriented=False)
    content = file.read_bytes()
    assert b"RAS" not in content and b"orientation" in content


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lesion.vtk", "'lesion.vtk' is no file of surfaces"),
        ("lesion", "'lesion' is no file of surfaces"),
        ("nowhere/lesion.glb", "does not exist"),
        ("folder.glb", "'folder.glb' is a folder"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(
    surfaces: tuple[NamedSurface, ...], tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "folder.glb").mkdir()
    with pytest.raises(FileError, match=said) as refused:
        write_surfaces(tmp_path / name, surfaces)
    assert refused.value.advice
    assert [one.name for one in tmp_path.iterdir()] == ["folder.glb"]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_all_files_or_none(
    surfaces: tuple[NamedSurface, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fails_at: int,
) -> None:
    calls = []
    real = disks.disk().replace

    def replace(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == fails_at:
            raise OSError(28, os.strerror(28))
        real(source, target)

    monkeypatch.setattr(disks.disk(), "replace", replace)
    with pytest.raises(FileError, match="The disk is full"):
        write_surfaces(tmp_path / "lesion.stl", surfaces)
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_too_long_are_refused_before_anything_is_there(
    surfaces: tuple[NamedSurface, ...], tmp_path: Path
) -> None:
    path = tmp_path / f"{'a' * 248}.stl"
    assert len(surface_files(path, ["whole", "core"])) == 2
    with pytest.raises(FileError, match="file name cannot be used"):
        write_surfaces(path, surfaces)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_replaced_hand_on_their_permissions(
    surfaces: tuple[NamedSurface, ...], tmp_path: Path
) -> None:
    for name in ("lesion-whole.stl", "lesion-core.stl"):
        (tmp_path / name).write_text("before")
        (tmp_path / name).chmod(0o600)
    for file in write_surfaces(tmp_path / "lesion.stl", surfaces):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_size == 84 + 50 * 4


def test_a_file_that_was_there_stays_where_a_later_one_fails(
    surfaces: tuple[NamedSurface, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lesion-core.stl").write_text("before")
    real = disks.disk().replace

    def replace(source: Path, target: Path) -> None:
        if target.name == "lesion-core.stl":
            raise OSError(28, os.strerror(28))
        real(source, target)

    monkeypatch.setattr(disks.disk(), "replace", replace)
    with pytest.raises(FileError, match="The disk is full"):
        write_surfaces(tmp_path / "lesion.stl", surfaces)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [
        ("lesion-core.stl", "before")
    ]
