"""How two sequences are seen in one pane."""

from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window

FUSION_MAPS = ("hot", "bone", "viridis", "magma", "cividis")
"""Colour maps of what is laid over; each is dark where there is little."""


class FusionMode(StrEnum):
    """The ways; what is laid over or beside is the second sequence."""

    BLEND = "blend"
    """The second in colours over the first."""
    ENHANCEMENT = "enhancing map"
    """What took up contrast agent, T1ce − T1, in colours over each sequence."""
    SWIPE = "swipe"
    """The first on the left of a line, the second on its right."""
    CHECKERBOARD = "checkerboard"
    """The two in squares in turn."""
    BLINK = "blink"
    """The two in turn."""
    DIFFERENCE = "difference"
    """The first minus the second, both in units of normal tissue."""


@dataclass(frozen=True)
class Fusion:
    """What is chosen of it.

    mode : None while each pane shows its own sequence alone.
    second : None for the sequence that gave the study its grid.
    opacity : of what is laid over, 0..1.
    colour_map : of a blend.
    swipe : where the line stands, as a fraction of the pane's width.
    """

    mode: FusionMode | None = None
    second: Modality | None = None
    opacity: float = 0.6
    colour_map: str = FUSION_MAPS[0]
    swipe: float = 0.5

    def with_second(self, study: Study) -> Modality:
        """The second sequence of a study: the chosen one where it has it and where it lies over
        the others, else the one that gave the study its grid."""
        there = self.second in study.together.volumes
        return self.second if there and self.second else study.reference.modality

    def pair(self, study: Study, first: Modality) -> tuple[Modality, Modality] | None:
        """What is fused in the pane of a sequence; None where it stays alone.

        Of the enhancing map, the two that it is the difference of.
        """
        together = study.together.volumes
        if self.mode is None or study.is_image2d or first not in together:
            return None
        if self.mode is FusionMode.ENHANCEMENT:
            both = Modality.T1CE, Modality.T1
            return both if all(one in together for one in both) else None
        second = self.with_second(study)
        return None if second is first else (first, second)


@dataclass(frozen=True)
class Fused:
    """The fusion of one pane, with all that it is painted by.

    first, second : see ``Fusion.pair``.
    window, colour_map : that the second is painted with.
    """

    mode: FusionMode
    first: Modality
    second: Modality
    window: Window
    colour_map: str
    opacity: float
    swipe: float
