"""Which surfaces of lesions stand in the 3D view, and how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_regions import Masks, Region, regions_of, supplied_regions
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Study
from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting import palette
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
) -> Mapping[SurfaceSource, Masks]:
    """The masks (i, j, k) of which there can be surfaces; none that is on another grid.

    prior : the lesion of an earlier study on the grid of this one.
    """
    mask = None if finding is None else finding.mask
    fits = mask is not None and mask.shape == study.grid.shape
    laid = prior is not None and prior.shape == study.grid.shape and bool(prior.any())
    return {
        SurfaceSource.FOUND: regions_of(finding) if fits else {},
        SurfaceSource.SUPPLIED: supplied_regions(study),
        SurfaceSource.PRIOR: {Region.WHOLE: prior} if laid and prior is not None else {},
    }


class SurfaceMaker:
    """Makes the surfaces that are shown, and keeps those that it has made for a study."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._masks: Mapping[SurfaceSource, Masks] = {}
        self._meshes: dict[tuple[int, bool], tuple[NDArray[np.bool_], SurfaceMesh | None]] = {}

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
            self._of, self._masks = (), {}
            self._meshes.clear()
            return ()
        self._take(study, finding, prior)
        told, made = parts_told(finding, parts), []
        for source, masks in self._masks.items():
            for region in _NESTED:
                key = SurfaceKey(source, region)
                if region not in masks or not is_visible(key, shown, told):
                    continue
                opacity = opacity_of(key, shown, told)
                wire = source is SurfaceSource.PRIOR
                # A bowl, in which the core is seen: the border of all, of which the far side is
                # drawn.
                bowl = region is Region.OEDEMA and opacity >= 1 and bool(_CORE & masks.keys())
                mesh = self._mesh(masks[Region.WHOLE if bowl else region], study.grid, wire)
                if mesh is not None and opacity > 0:
                    made.append(Surface(mesh, colour_of(key), bowl, opacity, wire))
        return tuple(made)

    def _take(
        self, study: Study, finding: TumourFinding | None, prior: NDArray[np.bool_] | None
    ) -> None:
        """Have the masks ready; of those that were there before nothing is made again."""
        of = study, finding, prior
        if len(of) == len(self._of) and all(a is b for a, b in zip(of, self._of, strict=True)):
            return
        before = self._masks
        self._of, self._masks = of, masks_of(study, finding, prior)
        for source, masks in self._masks.items():
            for region, mask in masks.items():
                known = before.get(source, {}).get(region)
                same = known is not None and known.shape == mask.shape
                if same and known is not None and np.array_equal(known, mask):
                    masks[region] = known
        there = {id(mask) for masks in self._masks.values() for mask in masks.values()}
        for key in [key for key in self._meshes if key[0] not in there]:
            del self._meshes[key]

    def _mesh(self, mask: NDArray[np.bool_], grid: Grid, wire: bool) -> SurfaceMesh | None:
        # VTK takes a while to import; the window must not wait for it.
        from brainviewer.painting.volume.mask_surface import mask_surface

        key = id(mask), wire
        if key not in self._meshes:
            mesh = mask_surface(mask, grid, WIRE_MM, WIRES) if wire else mask_surface(mask, grid)
            self._meshes[key] = mask, mesh
        return self._meshes[key][1]
