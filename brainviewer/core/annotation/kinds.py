"""The kinds of annotations, each described in one row: how it is made and what it measures.

How a kind looks on a slice is in ``painting.annotation_shapes``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.annotation.diameters import (
    PERPENDICULAR as CROSSED,
)
from brainviewer.core.annotation.diameters import (
    Arrangement,
    not_perpendicular,
)
from brainviewer.core.annotation.measures import (
    ANGLE,
    COBB_ANGLE,
    LENGTH,
    LONGEST,
    PERPENDICULAR,
    PRODUCT,
    Measure,
    Points,
)
from brainviewer.core.annotation.regions import ELLIPSE, POLYGON, RECTANGLE, Region

MOST_CORNERS = 200
"""Of a polygon or a freehand region."""


class Kind(StrEnum):
    """What an annotation is; the value is its name in files and on the screen."""

    RULER = "ruler"
    DISTANCE = "distance in 3D"
    BIDIRECTIONAL = "bidirectional"
    ANGLE = "angle"
    ANGLE_3D = "angle in 3D"
    COBB = "Cobb angle"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"
    FREEHAND = "freehand"
    PROBE = "point probe"
    ARROW = "arrow"
    TEXT = "text"
    KEY_IMAGE = "key image"

    @property
    def traits(self) -> "KindTraits":
        """What distinguishes the kind from others."""
        return TRAITS[self]


@dataclass(frozen=True)
class KindTraits:
    """What distinguishes a kind of annotation.

    points : how many it has. Two are drawn by a drag; more by clicks or drags, one after another;
        one by a click.
    key, tip : shortcut and description of its tool.
    measures : what is written beside it and exported.
    region : the pixels whose statistics are written beside it.
    written : it consists of its text.
    one_slice : its points must lie on one slice; a file with others is not believed.
    most : how many points it can have, where that is not fixed: it ends where it began.
    traced : its points follow the pointer.
    spans : its points may lie on different slices of its plane, which are scrolled to between them.
    paired : each two points make a line of their own, which can be dragged.
    drawn : how many points are placed by hand where the others follow from them; see ``arrange``.
    arrange : how points follow from others.
    check : why points cannot be those of the kind; empty if they can.
    probes : the values of all sequences at its point are written beside it.
    short : its name in the tool bar, where that is another.
    """

    points: int
    key: str
    tip: str
    measures: tuple[Measure, ...] = ()
    region: Region | None = None
    written: bool = False
    one_slice: bool = False
    most: int = 0
    traced: bool = False
    paired: bool = False
    spans: bool = False
    drawn: int = 0
    arrange: Arrangement | None = None
    check: Callable[[Points], str] | None = None
    probes: bool = False
    short: str = ""

    @property
    def placed(self) -> int:
        """How many points the hand places, at least."""
        return self.drawn or self.points

    def allows(self, count: int) -> bool:
        """Whether it can have so many points."""
        return self.points <= count <= max(self.most, self.points)


_VALUES = "Mean, SD, median, minimum, maximum and area of"

TRAITS = {
    Kind.RULER: KindTraits(2, "R", "Measure a distance", (LENGTH,)),
    Kind.DISTANCE: KindTraits(
        2,
        "Z",
        "Measure between points on different slices: click, scroll, click",
        (LENGTH,),
        spans=True,
    ),
    Kind.BIDIRECTIONAL: KindTraits(
        4,
        "Shift+D",
        "Two perpendicular diameters and their product: drag along the longest",
        (LONGEST, PERPENDICULAR, PRODUCT),
        one_slice=True,
        drawn=2,
        arrange=CROSSED,
        check=not_perpendicular,
        short="Diameters",
    ),
    Kind.ANGLE: KindTraits(3, "V", "Measure an angle: arm, vertex, arm", (ANGLE,), one_slice=True),
    Kind.ANGLE_3D: KindTraits(
        3,
        "Shift+Y",
        "Measure an angle between points on different slices: arm, vertex, arm; scroll between",
        (ANGLE,),
        spans=True,
    ),
    Kind.COBB: KindTraits(
        4,
        "Shift+J",
        "The angle between two lines that need not meet: one after the other",
        (COBB_ANGLE,),
        one_slice=True,
        paired=True,
    ),
    Kind.RECTANGLE: KindTraits(2, "B", f"{_VALUES} a rectangle", region=RECTANGLE),
    Kind.ELLIPSE: KindTraits(2, "E", f"{_VALUES} an ellipse", region=ELLIPSE),
    Kind.POLYGON: KindTraits(
        3,
        "Shift+P",
        f"{_VALUES} a polygon: click its corners; a double click closes it",
        region=POLYGON,
        one_slice=True,
        most=MOST_CORNERS,
    ),
    Kind.FREEHAND: KindTraits(
        3,
        "Shift+F",
        f"{_VALUES} a region drawn round by hand",
        region=POLYGON,
        one_slice=True,
        most=MOST_CORNERS,
        traced=True,
    ),
    Kind.PROBE: KindTraits(1, "J", "The values of all sequences at a point", probes=True),
    Kind.ARROW: KindTraits(2, "G", "Point at something"),
    Kind.TEXT: KindTraits(1, "N", "Write on the slice", written=True),
    Kind.KEY_IMAGE: KindTraits(1, "Shift+I", "Put a star on a key image"),
}
