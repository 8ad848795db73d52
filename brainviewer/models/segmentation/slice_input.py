"""What a segmentation network sees of a slice and what it tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from brainviewer.core.study import SEQUENCES, Modality

REGIONS = ("whole", "core", "enhancing")
"""What a network may tell of each pixel; each holds the next."""


@dataclass(frozen=True)
class SliceInput:
    """What a segmentation network sees of an axial slice and what it tells of it, as its card says.

    neighbours : how many slices on either side it sees, by sequence and in this order; after those
        of FLAIR comes the FLAIR mirrored at the mid-sagittal plane.
    step_mm : from one of them to the next; slices themselves are between 1 and 6.5 mm apart.
    brightest : a normalised intensity above this counts as this.
    regions : the first of ``REGIONS``.
    """

    neighbours: Mapping[str, int]
    step_mm: float
    brightest: float
    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        known = set(self.neighbours) <= set(SEQUENCES) and self.neighbours
        if not known or min(self.neighbours.values()) < 0 or min(self.step_mm, self.brightest) <= 0:
            raise ValueError("its input is none that a slice can give")
        if not self.regions or self.regions != REGIONS[: len(self.regions)]:
            raise ValueError(f"it tells other regions than {', '.join(REGIONS)}")

    @property
    def channels(self) -> int:
        """How many planes that makes."""
        mirrored = Modality.FLAIR in self.neighbours
        return sum(2 * count + 1 for count in self.neighbours.values()) + mirrored
