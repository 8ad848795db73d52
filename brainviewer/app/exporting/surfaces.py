"""Surfaces of a lesion and of its parts as files for 3D programs and printers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings.lesion_regions import Masks, Region, regions_of, supplied_regions
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.files.surfaces.writer import check_surface_path, surface_files, write_surfaces
from brainviewer.files.writing import check_new_file


@dataclass(frozen=True)
class SurfaceRequest:
    """What is saved, and where.

    path : .glb, .obj, .ply or .stl. regions : all that there are, where none is named.
    supplied : of the segmentation that came with the study, and not of what was found.
    one_file : all surfaces in one .ply or .stl, and not in one each.
    """

    path: Path
    regions: tuple[Region, ...] = ()
    supplied: bool = False
    one_file: bool = False


@dataclass(frozen=True, eq=False)
class SavedSurface:
    """What a surface encloses, and how near it comes to what lies around it.

    volume_ml : of the surface; mask_ml : of the voxels that it was made of.
    midline_mm, brain_surface_mm : the least distance; None where it is not known.
    """

    name: str
    volume_ml: float
    mask_ml: float
    triangles: int
    midline_mm: float | None
    brain_surface_mm: float | None


@dataclass(frozen=True, eq=False)
class SavedSurfaces:
    """What was saved."""

    files: tuple[Path, ...]
    surfaces: tuple[SavedSurface, ...]
    supplied: bool
    corrected: bool


def check_surfaces(request: SurfaceRequest) -> None:
    """Raises FileError, before anything is looked for, if it is known that nothing can be saved."""
    check_surface_path(request.path)
    names = request.regions or tuple(Region)
    for file in surface_files(request.path, names, request.one_file):
        check_new_file(file)


def wanted_regions(study: Study, finding: TumourFinding | None, request: SurfaceRequest) -> Masks:
    """The masks of which surfaces are asked for.

    Raises BrainViewerError if there is no lesion, or none of a region that was named.
    """
    if study.is_image2d:
        raise BrainViewerError(
            "A single image has no surfaces in 3D.", "Open a study of whole sequences."
        )
    if request.supplied:
        found, of = supplied_regions(study), "The segmentation that came with the study"
        if not found:
            raise BrainViewerError(
                "No segmentation that marks lesion came with the study.",
                "Leave the option out to save what is found.",
            )
    else:
        found, of = regions_of(finding), "The lesion"
        if not found:
            raise BrainViewerError(
                "No lesion was found, so there are no surfaces to save.",
                "Mark the lesion yourself with the tools of the segmentation.",
            )
    for region in request.regions:
        if region not in found:
            there = ", ".join(found)
            raise BrainViewerError(
                f"{of} has no part '{region}'.", f"There is: {there}. Choose one of these."
            )
    return {r: mask for r, mask in found.items() if not request.regions or r in request.regions}


def save_surfaces(
    request: SurfaceRequest,
    study: Study,
    finding: TumourFinding | None,
    report: Report = silent,
    measured: bool = False,
) -> SavedSurfaces:
    """Make the surfaces and save them, all or none.

    finding : the lesion that was found in the study, or corrected.
    measured : also measure the distances, which takes a moment.
    Raises BrainViewerError where there is nothing to save, and FileError.
    """
    check_surface_path(request.path)
    masks = wanted_regions(study, finding, request)
    from brainviewer.painting.volume.region_surfaces import region_surfaces

    surfaces = region_surfaces(
        masks, study.grid, lambda done, region: report(0.7 * done, f"Making the surface: {region}")
    )
    told = tuple(
        _told(study, finding, surface, masks[Region(surface.name)], measured)
        for surface in surfaces
    )
    report(0.9, "Saving the surfaces")
    facts = {"kind": "surfaces", "format": request.path.suffix[1:].lower(), "count": len(surfaces)}
    with audited(Action.EXPORTED, study, facts=facts):
        files = write_surfaces(request.path, surfaces, study.grid.oriented, request.one_file)
    corrected = not request.supplied and finding is not None and finding.correction is not None
    return SavedSurfaces(files, told, request.supplied, corrected)


def _told(
    study: Study,
    finding: TumourFinding | None,
    surface: NamedSurface,
    mask: Any,
    measured: bool,
) -> SavedSurface:
    midline = brain = None
    if measured and finding is not None:
        from brainviewer.imaging.measure.surface_distances import (
            distance_to_brain_surface,
            distance_to_midline,
        )

        if finding.oriented and study.grid.oriented:
            midline = distance_to_midline(mask, study.grid, finding.mid_sagittal)
        brain = distance_to_brain_surface(mask, study.grid, finding.brain)
    return SavedSurface(
        surface.name,
        surface.mesh.volume_ml,
        int(mask.sum()) * study.grid.voxel_volume / 1000,
        len(surface.mesh.triangles),
        midline,
        brain,
    )


def surfaces_record(saved: SavedSurfaces, notices: Sequence[str] = ()) -> dict[str, Any]:
    """What was saved, as ``docs/schema`` describes it."""
    surfaces = [
        {
            "part": one.name,
            "volume_ml": round(one.volume_ml, 4),
            "mask_ml": round(one.mask_ml, 4),
            "triangles": one.triangles,
            "midline_mm": _rounded(one.midline_mm),
            "brain_surface_mm": _rounded(one.brain_surface_mm),
        }
        for one in saved.surfaces
    ]
    told = {
        "files": [str(file) for file in saved.files],
        "source": "supplied" if saved.supplied else "found",
        "corrected": saved.corrected,
        "surfaces": surfaces,
        "notices": list(notices),
    }
    return with_schema(Schema.EXPORT_SURFACES, told)


def said_of_surfaces(saved: SavedSurfaces) -> str:
    """What was saved, as a sentence."""
    parts = counted(len(saved.surfaces), "surface", "surfaces")
    names = shown_text(", ".join(file.name for file in saved.files))
    return f"{parts} saved as {names}."


def _rounded(mm: float | None) -> float | None:
    return None if mm is None else round(mm, 1)
