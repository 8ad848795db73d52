"""What is measured on a lesion."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.segments import LesionPart

Point = tuple[float, float, float]


class Side(StrEnum):
    """The half of the head, as the patient has it."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True)
class Diameters:
    """The two diameters of RANO in one axial slice (Wen et al. 2010).

    index : axial slice, from 0.
    longest_mm, perpendicular_mm : the longest diameter, and the longest one perpendicular to it.
    longest_ends, perpendicular_ends : their end points, (x, y, z) in mm, RAS+.
    measurable : both are at least ``least_mm``: 10 mm, or twice the thickness of slices above 5 mm.
    """

    index: int
    longest_mm: float
    perpendicular_mm: float
    longest_ends: tuple[Point, Point]
    perpendicular_ends: tuple[Point, Point]
    measurable: bool
    least_mm: float = 10.0

    @property
    def product_mm2(self) -> float:
        """Product of the two diameters."""
        return self.longest_mm * self.perpendicular_mm


@dataclass(frozen=True)
class Measurements:
    """What is measured on a lesion.

    parts_ml : volume of each part, which add up to the lesion's; None where they were not told
        apart.
    enhancing_ml : volume that takes up contrast agent; None without T1ce. It is that of the part
        where there are parts.
    lesion, enhancing : diameters of the whole lesion and of its enhancing part, each on its own
        largest axial slice; None where there is nothing to measure.
    side : the side of the mid-sagittal plane that holds most of it; both if it lies across.
    midline_mm : distance of the lesion's centre of mass from the mid-sagittal plane of the head.
        It is not told without the orientation of the patient, as sides and places are not.
    cut_off : the lesion reaches the edge of the images, so that volumes and diameters are at least
        what is measured.
    """

    volume_ml: float
    enhancing_ml: float | None
    lesion: Diameters | None
    enhancing: Diameters | None
    side: Side | None
    midline_mm: float | None
    parts_ml: Mapping[LesionPart, float] | None = None
    cut_off: bool = False
