"""Changes how the slices of the open study are made and turned: see ``core.reformation``."""

from dataclasses import replace

import numpy as np

from brainviewer.app.state import ViewState
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.reformation.slab import THICKNESSES, Slab, SlabMode
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Plane

_STEPS_MM = (2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0)


class Reformations:
    """Turns displays and planes, and thickens slices; nothing happens without an open study.

    Another study begins upright, with planes of its grid and single slices.

    last_slab : the slab that slices were last, or would be at first.
    """

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self.last_slab = Slab()

    # -- turned displays --------------------------------------------------------------------

    def rotate(self, quarters: int = 1) -> None:
        """Turn the display of the plane that is shown by quarters, clockwise."""
        self._turn(self._turned.rotated(quarters))

    def flip(self, upside_down: bool = False) -> None:
        """Let left and right, or top and bottom, of the display change places."""
        self._turn(self._turned.flipped(upside_down))

    def upright(self) -> None:
        """All displays the usual way round again."""
        self._set(replace(self._state.reformation, turns=()))

    @property
    def _turned(self) -> DisplayTurn:
        return self._state.reformation.turn(self._state.shown_plane)

    def _turn(self, turn: DisplayTurn) -> None:
        self._set(self._state.reformation.with_turn(self._state.shown_plane, turn))

    # -- tilted planes ----------------------------------------------------------------------

    def turn_planes(self, plane: Plane, radians: float) -> None:
        """Turn the other two planes about the line through the cursor perpendicular to ``plane``.

        radians : right-handed about the direction in which slices of the plane are counted; on the
            original grids nothing happens.
        """
        state, study = self._state, self._state.solid_study
        if study is None or state.original_grids.shown(study) or not radians:
            return
        before = state.reformation.obliquity or Obliquity.through(state.cursor)
        axis = before.normal(study.grid, plane)
        self._set_obliquity(before.turned(study.grid, axis, radians, state.cursor))

    def hold(self) -> None:
        """A hand begins to turn the planes: thick slices are coarse until it lets them go."""
        self._state.turning = True

    def let_go(self) -> None:
        """The hand is done."""
        if self._state.turning:
            self._state.turning = False
            self._state.reformation_changed.emit()

    def straighten(self) -> None:
        """The planes of the grid again."""
        self._set_obliquity(None)

    def restore_planes(self, obliquity: Obliquity | None) -> None:
        """Planes as they were before."""
        self._set_obliquity(obliquity)

    def _set_obliquity(self, obliquity: Obliquity | None) -> None:
        self._set(replace(self._state.reformation, obliquity=obliquity))

    # -- slabs ------------------------------------------------------------------------------

    def toggle_slab(self) -> None:
        """Slices as thick as they were last, or single ones."""
        self.set_slab(None if self._state.reformation.slab else self.last_slab)

    def set_slab(self, slab: Slab | None) -> None:
        """How thick slices are, held to what there may be; None for single ones."""
        if slab is not None:
            thickness = float(np.clip(slab.thickness_mm, *THICKNESSES))
            slab = self.last_slab = replace(slab, thickness_mm=thickness)
        self._set(replace(self._state.reformation, slab=slab))

    def set_slab_mode(self, mode: SlabMode) -> None:
        """What is taken of the values that lie behind each other; makes a slab if there is none."""
        self.set_slab(replace(self._state.reformation.slab or self.last_slab, mode=mode))

    def thicken(self, steps: int) -> None:
        """The next thicker slab, or, by a negative number, a thinner one; at last one slice."""
        slab = self._state.reformation.slab
        here = -1 if slab is None else int(np.searchsorted(_STEPS_MM, slab.thickness_mm))
        at = min(here + steps, len(_STEPS_MM) - 1)
        self.set_slab(
            None if at < 0 else replace(slab or self.last_slab, thickness_mm=_STEPS_MM[at])
        )

    def _set(self, reformation: Reformation) -> None:
        if self._state.study is not None and reformation != self._state.reformation:
            self._state.reformation = reformation
            self._state.reformation_changed.emit()
            self._state.facts_changed.emit()
