"""What part of its slices each pane shows, as a session keeps it: whatever the panes' sizes are."""

import math
from dataclasses import dataclass

from brainviewer.core.slices import Plane

Place = tuple[float, float, float]
"""A world position in mm, RAS+."""
ZOOMS = (0.4, 40.0)
"""How far slices are made smaller and larger."""
_MOST = 64


@dataclass(frozen=True)
class SavedCamera:
    """A part of the slices of a plane.

    zoom : 1 shows the whole head.
    centre : what lies in the middle, on any slice of the plane; None for the middle of the head.
    pane : from 0, that of a single pane; None for all panes of the plane together.
    """

    plane: Plane
    zoom: float = 1.0
    centre: Place | None = None
    pane: int | None = None


@dataclass(frozen=True)
class SavedLooks:
    """Of all panes.

    held : the panes that keep a slice of their own, from 0, and the place that it goes through.
    original_grids : each sequence is seen on the grid of its file.
    Raises ValueError for what no hand could have chosen.
    """

    cameras: tuple[SavedCamera, ...] = ()
    held: tuple[tuple[int, Place], ...] = ()
    original_grids: bool = False

    def __post_init__(self) -> None:
        places = [one.centre for one in self.cameras if one.centre is not None]
        places += [place for _, place in self.held]
        panes = [one.pane for one in self.cameras if one.pane is not None]
        panes += [pane for pane, _ in self.held]
        if len(self.cameras) > _MOST or len(self.held) > _MOST:
            raise ValueError("more panes than a layout has")
        if not all(0 <= pane < _MOST for pane in panes):
            raise ValueError("no pane")
        if not all(math.isfinite(value) for place in places for value in place):
            raise ValueError("a place is finite")
        if not all(ZOOMS[0] <= one.zoom <= ZOOMS[1] for one in self.cameras):
            raise ValueError("no zoom")
