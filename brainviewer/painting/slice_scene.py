"""What is on one slice, as a value: whatever paints it, on whatever device, paints this."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.annotation.annotations import Annotation, Point, annotations_by_slice
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.hanging.cross_reference import CrossLine
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.slab import Slab
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.fusion import Fused, Fusion
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.diameter_lines import diameter_lines

_FROM_THE_OTHERS = MappingProxyType(
    dict.fromkeys(
        ("lesion", "parts", "diameters", "segmentation", "difference", "heatmap"),
        False,
    )
)


@dataclass(frozen=True)
class Viewport:
    """The part of a slice that is shown.

    centre : world position in mm, RAS+, in the middle of the pane.
    mm_per_point : how many mm a pixel of the pane at 1× covers; of an image, in its own unit.
    """

    centre: Point
    mm_per_point: float


@dataclass(frozen=True, eq=False)
class SliceScene:
    """A slice of one sequence with everything that is shown on it.

    index : slice from 0.
    annotations : those that do not lie on this slice are left out.
    heatmap : painted only on the slice it was computed from.
    cursor : world position in mm of the crosshair; None for no crosshair.
    viewport : the part that is shown; None for the whole slice.
    all_labels : annotations made on other sequences say their values too.
    selection : id of the annotation that is painted as chosen.
    smooth : interpolate between pixels; otherwise they are squares.
    fused : the second sequence that is seen with this one, and how; None where none is.
    original : the sequence lies on the grid of its file, which is said; regions tell their values
        on the common grid only.
    reformation : how the plane is tilted and turned on the screen, and how thick the slice is.
        What belongs to slices of the grid (their annotations, diameters, the heatmap) is left out
        of tilted planes.
    cross_lines : where the slices of other panes cut this one.
    prior : what is said of a slice of a prior study, e.g. ``PRIOR 2024-05-01``; "" of the study.
    painted_over : the part that was edited, outlined by dashes: of an image (rows, columns) bool as
        its file has them, of a study (i, j, k) bool.
    """

    study: Study
    modality: Modality
    plane: Plane
    index: int
    window: Window
    colour_map: str = "gray"
    convention: Convention = Convention.RADIOLOGICAL
    overlays: Overlays = field(default_factory=Overlays)
    annotations: tuple[Annotation, ...] = ()
    finding: TumourFinding | None = None
    heatmap: Heatmap | None = None
    cursor: Point | None = None
    viewport: Viewport | None = None
    all_labels: bool = False
    selection: str = ""
    smooth: bool = True
    painted_over: NDArray[np.bool_] | None = None
    fused: Fused | None = None
    original: bool = False
    reformation: Reformation = PLAIN
    cross_lines: tuple[CrossLine, ...] = ()
    prior: str = ""

    def __post_init__(self) -> None:
        if self.apart:
            # What was found in the others is elsewhere in this one.
            alone = replace(self.overlays, **_FROM_THE_OTHERS, fusion=Fusion())
            object.__setattr__(self, "overlays", alone)

    @property
    def apart(self) -> bool:
        """Whether the sequence does not lie over the others."""
        return self.modality in self.study.volumes.keys() - self.study.together.volumes.keys()

    @cached_property
    def view(self) -> SliceView:
        """How the plane lies on the screen."""
        return self.reformation.view(self.study.grid, self.plane, self.convention)

    @property
    def slab(self) -> Slab | None:
        """What is projected on the slice; an image has no depth."""
        return None if self.study.is_image2d else self.reformation.slab

    @property
    def shows_heatmap(self) -> bool:
        """Whether a heatmap of this very slice is painted."""
        heat = self.heatmap
        return (
            self.overlays.heatmap
            and heat is not None
            and heat.plane is self.plane
            and heat.index == self.index
            and not self.view.oblique
        )

    @property
    def shows_lesion(self) -> bool:
        """Whether the contour of the lesion passes through this slice."""
        mask = self.finding.mask if self.finding is not None else None
        return (
            self.overlays.lesion
            and mask is not None
            and bool(self.view.cut(mask, self.index).any())
        )

    @property
    def diameters_shown(self) -> list[NDArray[np.float64]]:
        """The measured diameters that are painted in this slice; see ``diameter_lines``."""
        shown = self.overlays.diameters
        return diameter_lines(self.finding, self.view, self.index) if shown else []

    @property
    def parts_shown(self) -> tuple[LesionPart, ...]:
        """The parts of the lesion that are painted in this slice.

        None under a heatmap: two scales of colour over each other could not be read.
        """
        parts = self.finding.parts if self.finding is not None else None
        if not self.overlays.parts or parts is None or self.shows_heatmap:
            return ()
        there = np.unique(self.view.cut(parts, self.index))
        return tuple(part for part in LesionPart if part in there)

    @property
    def shows_difference(self) -> bool:
        """Whether the lesion and the study's own segmentation are compared in this slice."""
        mask = self.finding.mask if self.finding is not None else None
        labels = self.study.segmentation
        if not self.overlays.difference or mask is None or labels is None:
            return False
        cuts = (self.view.cut(data, self.index) for data in (mask, labels.data))
        return any(cut.any() for cut in cuts)

    @property
    def labels_shown(self) -> tuple[int, ...]:
        """The values of the segmentation that are painted in this slice."""
        labels = self.study.segmentation
        if not self.overlays.segmentation or labels is None:
            return ()
        values = np.unique(self.view.cut(labels.data, self.index))
        return tuple(int(value) for value in values if value)

    @cached_property
    def annotations_shown(self) -> tuple[Annotation, ...]:
        """The annotations that lie on this slice."""
        if not self.overlays.annotations or not self.annotations:
            return ()
        return annotations_by_slice(self.annotations, self.view).get(self.index, ())
