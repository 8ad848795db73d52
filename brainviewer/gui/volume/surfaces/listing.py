"""What the list of surfaces says: names, volumes as in the panels, and distances."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.prior.prior import Prior
from brainviewer.app.state import ViewState
from brainviewer.core.findings.lesion_regions import Region
from brainviewer.core.findings.measurements import Measurements
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Study
from brainviewer.painting.text.wording import number
from brainviewer.painting.volume.lesion_masks import LesionMasks
from brainviewer.painting.volume.shown_surfaces import SurfaceKey, SurfaceSource, masks_of

TITLES: Mapping[Region, str] = {
    Region.WHOLE: "Whole",
    Region.CORE: "Core",
    Region.ENHANCING: "Enhancing",
    Region.NECROSIS: "Necrosis",
    Region.OEDEMA: "Oedema",
}
MEASURED = (
    "Least distance of the surface of each from the mid-sagittal plane and from the surface of the "
    "brain, in mm; 0 where it reaches it. Nothing is told where the plane or the brain is unknown."
)
OTHER_GRID = "The segmentation that came with the study lies on another grid and is not drawn."
NOTHING = "There are no surfaces: no lesion was found, and no segmentation came with the study."


@dataclass(frozen=True)
class Distances:
    """In mm; None where it is not known."""

    midline_mm: float | None
    brain_surface_mm: float | None


@dataclass(frozen=True)
class SurfaceEntry:
    """A surface of the list. millilitres : as the panels tell it; None where it is not known."""

    key: SurfaceKey
    title: str
    millilitres: float | None


class SurfaceList:
    """The surfaces that there can be, in the order of the list. prior : where one is compared."""

    def __init__(self, state: ViewState, prior: Prior | None) -> None:
        self._state, self._prior = state, prior
        self._counted: dict[SurfaceSource, tuple[LesionMasks, dict[Region, int]]] = {}

    def entries(self) -> list[SurfaceEntry]:
        """Those of the open study."""
        study, finding = self._state.solid_study, self._state.finding
        if study is None:
            self._counted.clear()
            return []
        found = []
        for source, masks in masks_of(study, finding, prior_lesion(self._prior)).items():
            counts = self._counts(source, masks)
            for region in TITLES:
                if region in counts:
                    volume = _measured(source, region, finding, self._prior)
                    if volume is None and source is not SurfaceSource.PRIOR:
                        volume = counts[region] * study.grid.voxel_volume / 1000
                    prior = source is SurfaceSource.PRIOR
                    title = "Lesion, as a wire" if prior else TITLES[region]
                    found.append(SurfaceEntry(SurfaceKey(source, region), title, volume))
        return found

    def _counts(self, source: SurfaceSource, masks: LesionMasks) -> dict[Region, int]:
        known = self._counted.get(source)
        if known is None or not known[0].same_as(masks):
            known = self._counted[source] = masks, masks.counts()
        return known[1]


def heading_of(source: SurfaceSource, finding: TumourFinding | None) -> str:
    """What a group of surfaces is of."""
    if source is SurfaceSource.SUPPLIED:
        return "Supplied segmentation"
    if source is SurfaceSource.PRIOR:
        return "Prior"
    corrected = finding is not None and finding.correction is not None
    return "Lesion, corrected" if corrected else "Lesion, as found"


def remark_of(state: ViewState, entries: list[SurfaceEntry]) -> str:
    """Why something is not in the list; "" if nothing is missing."""
    study = state.solid_study
    labels = None if study is None else study.segmentation
    if study is not None and labels is not None and labels.data.shape != study.grid.shape:
        return OTHER_GRID
    return "" if entries else NOTHING


def prior_lesion(prior: Prior | None) -> NDArray[np.bool_] | None:
    """(i, j, k) the lesion of the prior on the grid of the study, where it was laid over it."""
    beside = None if prior is None else prior.beside
    found = None if beside is None else beside.prior_finding
    return None if found is None else found.mask


def distances_of(
    study: Study, finding: TumourFinding | None, prior: NDArray[np.bool_] | None
) -> dict[SurfaceKey, Distances]:
    """How near each surface comes to what lies around it; takes some seconds.

    The same as ``brainviewer export-surfaces --json`` tells. prior : see ``masks_of``.
    """
    from brainviewer.imaging.measure.surface_distances import (
        distance_to_brain_surface,
        distance_to_midline,
    )

    if finding is None:
        return {}
    sided = finding.oriented and study.grid.oriented
    found = {}
    for source, masks in masks_of(study, finding, prior).items():
        for region in masks.counts():
            mask = masks.mask(region)
            found[SurfaceKey(source, region)] = Distances(
                distance_to_midline(mask, study.grid, finding.mid_sagittal) if sided else None,
                distance_to_brain_surface(mask, study.grid, finding.brain),
            )
    return found


def distance_text(mm: float | None) -> str:
    """A distance; nothing where it is not known."""
    return "" if mm is None else f"{number(mm, 1)} mm"


def _measured(
    source: SurfaceSource, region: Region, finding: TumourFinding | None, prior: Prior | None
) -> float | None:
    """The volume that panels and report tell, in mL; None where they tell none."""
    if source is SurfaceSource.PRIOR:
        # Of its own grid: on this one it has a few voxels more or less.
        beside = None if prior is None else prior.beside
        if beside is None:
            return None
        compared = beside.compared
        return compared.follow_up.change(compared.shown + 1, "volume_ml").prior
    measured = None if finding is None else finding.measurements
    if source is SurfaceSource.FOUND and measured is not None:
        return _told(region, measured)
    return None


def _told(region: Region, measured: Measurements) -> float | None:
    """What was measured of a region; None where it was not."""
    parts = measured.parts_ml
    if region is Region.WHOLE:
        return measured.volume_ml
    if parts is None:
        return measured.enhancing_ml if region is Region.ENHANCING else None
    enhancing, necrosis = parts[LesionPart.ENHANCING], parts[LesionPart.NECROSIS]
    of = {
        Region.ENHANCING: enhancing,
        Region.NECROSIS: necrosis,
        Region.OEDEMA: parts[LesionPart.OEDEMA],
        Region.CORE: enhancing + necrosis,
    }
    return of[region]
