"""What the 3D view takes from a search: the lesion's surfaces, and the brain without its skull."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Study
from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting import palette

Body = tuple[NDArray[np.bool_], str, bool]
"""A mask (i, j, k), its colour, and whether it is hollow; see ``Surface``."""
WIRE_MM, WIRES = 3.0, 6
"""About how far the lines of a wire are apart, and how many there are across a small lesion; what
lies behind them must be seen."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A smooth surface, made by ``mask_surface``, and how it is drawn.

    hollow : only its far side is drawn, so that what lies in it can be seen.
    opacity : 0 to 1. wire : its edges are drawn alone.
    """

    mesh: SurfaceMesh
    colour: str = palette.TUMOUR
    hollow: bool = False
    opacity: float = 1.0
    wire: bool = False


def lesion_surfaces(
    study: Study | None, finding: TumourFinding | None, parts: bool = True
) -> tuple[Surface, ...]:
    """The lesion that was found in a study, made ready to be drawn; nothing if there is none.

    parts : show them nested, where they were told apart: the core in the bowl of the oedema.
    """
    masks = lesion_bodies(study, finding, parts)
    if study is None or not masks:
        return ()
    # VTK takes a while to import; the window must not wait for it.
    from brainviewer.painting.volume.mask_surface import mask_surface

    meshes = ((mask_surface(mask, study.grid), colour, hollow) for mask, colour, hollow in masks)
    return tuple(Surface(mesh, colour, far) for mesh, colour, far in meshes if mesh is not None)


def lesion_bodies(
    study: Study | None, finding: TumourFinding | None, parts: bool = True
) -> list[Body]:
    """What ``lesion_surfaces`` are the surfaces of."""
    mask = finding.mask if finding is not None and finding.found else None
    if study is None or finding is None or mask is None or mask.shape != study.grid.shape:
        return []
    told = finding.parts if parts else None
    return [(mask, palette.TUMOUR, False)] if told is None else _parts(mask, told)


def prior_surfaces(study: Study | None, prior: NDArray[np.bool_] | None) -> tuple[Surface, ...]:
    """The lesion (i, j, k) of an earlier study, as a wire around or in what there is now.

    prior : on the grid of the study; nothing is shown where it is on another one.
    """
    if study is None or prior is None or prior.shape != study.grid.shape:
        return ()
    from brainviewer.painting.volume.mask_surface import mask_surface

    mesh = mask_surface(prior, study.grid, WIRE_MM, WIRES)
    return () if mesh is None else (Surface(mesh, palette.SUPPLIED, wire=True),)


def bare_brain(
    study: Study | None, finding: TumourFinding | None, skull: bool = False
) -> NDArray[np.bool_] | None:
    """The brain (i, j, k) that is shown without what lies around it; None to show the head.

    skull : show it all the same.
    """
    if skull or study is None or finding is None or not finding.with_skull:
        return None
    brain = finding.brain
    return brain if brain is not None and brain.shape == study.grid.shape else None


def _parts(mask: NDArray[np.bool_], parts: NDArray[np.uint8]) -> list[Body]:
    counts = np.bincount(parts.ravel(order="K"), minlength=max(LesionPart) + 1)
    there = [part for part in palette.PARTS if counts[part]]
    core = len(there) > 1
    return [
        (mask, palette.PARTS[part], core)
        if part is LesionPart.OEDEMA  # around the core, and so the border of all
        else (parts == part, palette.PARTS[part], False)
        for part in there
    ]
