"""Which surfaces of lesions stand in the 3D view, and how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_regions import Region
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Study
from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting import palette
from brainviewer.painting.volume.lesion_masks import LesionMasks
from brainviewer.painting.volume.lesion_surfaces import WIRE_MM, WIRES, Surface
from brainviewer.painting.volume.region_surfaces import LOOKS


class SurfaceSource(StrEnum):
    """Who marked a lesion: the search or its user, who segmented the study before, or a search in
    an earlier study."""

    FOUND = "found"
    SUPPLIED = "supplied"
    PRIOR = "prior"


@dataclass(frozen=True)
class SurfaceKey:
    """One surface."""

    source: SurfaceSource
    region: Region


@dataclass(frozen=True)
class SurfaceLook:
    """How a surface is drawn. opacity : 0 to 1; None in each for what is usual."""

    visible: bool | None = None
    opacity: float | None = None


@dataclass(frozen=True)
class ShownSurfaces:
    """What was chosen of surfaces, by their keys; everything else is as usual."""

    chosen: tuple[tuple[SurfaceKey, SurfaceLook], ...] = ()

    def look(self, key: SurfaceKey) -> SurfaceLook:
        """What was chosen of a surface."""
        return dict(self.chosen).get(key, SurfaceLook())

    def changed(self, key: SurfaceKey, **fields: Any) -> "ShownSurfaces":
        """The same with other fields of the look of a surface."""
        chosen = dict(self.chosen)
        chosen[key] = replace(self.look(key), **fields)
        return ShownSurfaces(tuple(chosen.items()))


USUAL = ShownSurfaces()
_NESTED = (Region.NECROSIS, Region.ENHANCING, Region.CORE, Region.OEDEMA, Region.WHOLE)
"""From the inside to the outside: what is seen through is drawn after what lies in it."""
_CORE = {Region.CORE, Region.ENHANCING, Region.NECROSIS}


def is_visible(key: SurfaceKey, shown: ShownSurfaces, parts: bool) -> bool:
    """Whether a surface is drawn. parts : of the lesion that was found are told and shown."""
    chosen = shown.look(key).visible
    if chosen is not None:
        return chosen
    if key.source is not SurfaceSource.FOUND:
        return key.source is SurfaceSource.PRIOR
    inside = key.region in (Region.ENHANCING, Region.NECROSIS, Region.OEDEMA)
    return inside if parts else key.region is Region.WHOLE


def opacity_of(key: SurfaceKey, shown: ShownSurfaces, parts: bool) -> float:
    """How solid a surface is, 0 to 1. parts : see ``is_visible``."""
    chosen = shown.look(key).opacity
    if chosen is not None:
        return chosen
    if key.source is SurfaceSource.PRIOR:
        return 1.0
    if key.source is SurfaceSource.FOUND and is_visible(key, USUAL, parts):
        return 1.0
    return LOOKS[key.region][1]


def colour_of(key: SurfaceKey) -> str:
    """The colour of a surface, as elsewhere."""
    if key.region is Region.WHOLE and key.source is not SurfaceSource.FOUND:
        return palette.SUPPLIED
    return LOOKS[key.region][0]


def parts_told(finding: TumourFinding | None, parts: bool) -> bool:
    """Whether parts of the lesion that was found are told, and to be shown."""
    return parts and finding is not None and finding.parts is not None


def masks_of(
    study: Study, finding: TumourFinding | None, prior: NDArray[np.bool_] | None
) -> Mapping[SurfaceSource, LesionMasks]:
    """What surfaces there can be of; nothing that is on another grid.

    prior : the lesion of an earlier study on the grid of this one.
    """
    return {
        SurfaceSource.FOUND: LesionMasks.found(study, finding),
        SurfaceSource.SUPPLIED: LesionMasks.supplied(study),
        SurfaceSource.PRIOR: LesionMasks.prior(study, prior),
    }


class SurfaceMaker:
    """Makes the surfaces that are shown, and keeps those that it has made for a study."""

    def __init__(self) -> None:
        self._of: dict[SurfaceSource, _Made] = {}

    def surfaces(
        self,
        study: Study | None,
        finding: TumourFinding | None,
        prior: NDArray[np.bool_] | None,
        shown: ShownSurfaces = USUAL,
        parts: bool = True,
    ) -> tuple[Surface, ...]:
        """What is to be drawn, from the inside to the outside.

        prior : see ``masks_of``. parts : show those of the lesion, where they were told apart.
        """
        if study is None:
            self._of.clear()
            return ()
        told, made = parts_told(finding, parts), []
        for source, masks in masks_of(study, finding, prior).items():
            known = self._of.get(source)
            if known is None or not known.masks.same_as(masks) or known.grid is not study.grid:
                known = self._of[source] = _Made(masks, study.grid, set(masks.counts()))
            for region in _NESTED:
                key = SurfaceKey(source, region)
                opacity = opacity_of(key, shown, told)
                if region not in known.there or opacity <= 0 or not is_visible(key, shown, told):
                    continue
                wire = source is SurfaceSource.PRIOR
                # A bowl, in which the core is seen: the far side of the border of all.
                bowl = region is Region.OEDEMA and opacity >= 1 and bool(_CORE & known.there)
                mesh = known.mesh(Region.WHOLE if bowl else region, wire)
                if mesh is not None:
                    made.append(Surface(mesh, colour_of(key), bowl, opacity, wire))
        return tuple(made)


@dataclass(eq=False)
class _Made:
    """What was made of the regions of one lesion. there : those that hold anything."""

    masks: LesionMasks
    grid: Grid
    there: set[Region]
    meshes: dict[Region, SurfaceMesh | None] = field(default_factory=dict)

    def mesh(self, region: Region, wire: bool) -> SurfaceMesh | None:
        # VTK takes a while to import; the window must not wait for it.
        from brainviewer.painting.volume.mask_surface import mask_surface

        if region not in self.meshes:
            finely = (WIRE_MM, WIRES) if wire else ()
            self.meshes[region] = mask_surface(self.masks.mask(region), self.grid, *finely)
        return self.meshes[region]
