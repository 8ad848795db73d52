"""How the slices of a study are made and laid on the screen, beside plane and convention."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import ObliqueView, Obliquity, oblique_view
from brainviewer.core.reformation.slab import Slab
from brainviewer.core.reformation.turn import UPRIGHT, DisplayTurn
from brainviewer.core.slices import Convention, Plane, SliceView

_PARALLEL = 1e-3
"""Sine of the angle between planes that do not cut each other."""


@dataclass(frozen=True)
class Reformation:
    """A multiplanar reformation (MPR) of a study.

    turns : how the display of each plane is turned; planes that are not named are upright.
    obliquity : how the planes are turned in the head; None for those of the grid.
    slab : how thick slices are; None for single slices.
    """

    turns: tuple[tuple[Plane, DisplayTurn], ...] = ()
    obliquity: Obliquity | None = None
    slab: Slab | None = None

    def turn(self, plane: Plane) -> DisplayTurn:
        """How the display of a plane is turned."""
        return dict(self.turns).get(plane, UPRIGHT)

    def with_turn(self, plane: Plane, turn: DisplayTurn) -> "Reformation":
        """The same with the display of a plane turned so."""
        turns = {**dict(self.turns), plane: turn}
        return replace(
            self, turns=tuple((p, turns[p]) for p in Plane if turns.get(p, UPRIGHT) != UPRIGHT)
        )

    @property
    def of_grid(self) -> "Reformation":
        """The same with the planes of the grid."""
        return self if self.obliquity is None else replace(self, obliquity=None)

    def view(self, grid: Grid, plane: Plane, convention: Convention) -> SliceView:
        """How a plane of a grid is shown."""
        turn = self.turn(Plane.AXIAL if grid.as_stored else plane)
        if self.obliquity is None or grid.as_stored:
            return SliceView.of(grid, plane, convention, turn)
        return oblique_view(grid, plane, convention, self.obliquity, turn)

    def tilt(self, grid: Grid, plane: Plane) -> float:
        """How far a plane of a grid is tilted, in degrees."""
        view = self.view(grid, plane, Convention.RADIOLOGICAL)
        return view.tilt_degrees if isinstance(view, ObliqueView) else 0.0

    def lines(self, view: SliceView) -> dict[Plane, tuple[float, float]]:
        """How the other planes cut a plane: directions (x, y) on the screen, of length 1.

        Those that lie in the plane itself are left out.
        """
        return dict(_lines(self.obliquity or Obliquity(), view))


@lru_cache(maxsize=16)
def _lines(obliquity: Obliquity, view: SliceView) -> tuple[tuple[Plane, tuple[float, float]], ...]:
    grid, (right, down) = view.data_grid, view.screen_axes
    own, found = obliquity.normal(grid, view.plane), []
    for plane in Plane:
        along = np.cross(own, obliquity.normal(grid, plane))
        x, y = float(along @ right), float(along @ down)
        if plane is not view.plane and (length := math.hypot(x, y)) > _PARALLEL:
            found.append((plane, (x / length, y / length)))
    return tuple(found)


PLAIN = Reformation()
"""Upright, with the planes of the grid, a slice thick."""
