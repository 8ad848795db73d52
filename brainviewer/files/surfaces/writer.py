"""Surfaces of several parts as files, by the ending of the name."""

from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.files.surfaces.glb import glb_content
from brainviewer.files.surfaces.obj import mtl_content, obj_content
from brainviewer.files.surfaces.ply import ply_content
from brainviewer.files.surfaces.stl import stl_content
from brainviewer.files.writing import check_new_file, write_files_whole

GLB, OBJ, PLY, STL = ".glb", ".obj", ".ply", ".stl"
SURFACE_SUFFIXES = (GLB, OBJ, PLY, STL)
_ONE_EACH = {PLY: ply_content, STL: stl_content}


def check_surface_path(path: Path) -> str:
    """The ending in small letters. Raises FileError for another, or if nothing can be saved."""
    ending = path.suffix.lower()
    if ending not in SURFACE_SUFFIXES:
        raise FileError(
            f"'{path.name}' is no file of surfaces.",
            "Let its name end with .glb, .obj, .ply or .stl.",
        )
    check_new_file(path)
    return ending


def surface_files(path: Path, names: Sequence[str], one_file: bool = False) -> tuple[Path, ...]:
    """The files that surfaces of these names are saved in; see ``write_surfaces``."""
    ending = path.suffix.lower()
    if ending == OBJ:
        return path, path.with_name(f"{_plain(path.stem)}.mtl")
    if ending in _ONE_EACH and not one_file and len(names) > 1:
        return tuple(path.with_name(f"{path.stem}-{name}{path.suffix}") for name in names)
    return (path,)


def write_surfaces(
    path: Path, surfaces: Sequence[NamedSurface], oriented: bool = True, one_file: bool = False
) -> tuple[Path, ...]:
    """Save surfaces, all of them or none, and tell the files.

    path : .glb and .obj hold all surfaces, each by its name; an .obj has its colours in a .mtl
        beside it. Of .stl and .ply, which know no names, each surface has a file of its own,
        ``path-name.stl``.
    oriented : whether the patient's orientation is known; it is said in the files.
    one_file : one .stl or .ply with all surfaces.

    Raises FileError for another ending, a full disk, a missing folder or permission.
    """
    ending = check_surface_path(path)
    files = surface_files(path, [surface.name for surface in surfaces], one_file)
    if ending == OBJ:
        contents = [obj_content(surfaces, oriented, files[1].name), mtl_content(surfaces)]
    elif ending == GLB:
        contents = [glb_content(surfaces, oriented)]
    elif len(files) == 1:
        contents = [_ONE_EACH[ending](surfaces, oriented)]
    else:
        contents = [_ONE_EACH[ending]([surface], oriented) for surface in surfaces]
    write_files_whole(list(zip(files, contents, strict=True)))
    return files


def _plain(stem: str) -> str:
    """As readers of .obj files take the name of another file: without spaces, in plain letters."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in stem)
