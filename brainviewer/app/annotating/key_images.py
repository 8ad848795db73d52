"""Going from one key image to the next."""

from brainviewer.app.state import ViewState
from brainviewer.app.view import View
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane

_PLANES = list(Plane)
Place = tuple[int, int, float]
"""Plane, slice of the grid and tilt in degrees, as they follow each other."""


class KeyImages:
    """The slices with a star, in the order of planes and slices."""

    def __init__(self, state: ViewState, view: View) -> None:
        self._state, self._view = state, view

    def step(self, by: int) -> None:
        """Show the next key image (-1: the one before), after the last one the first again.

        Nothing happens without one.
        """
        state = self._state
        places = {self._place(a): a for a in reversed(state.annotations) if _is_key(a)}
        if not places:
            return
        here = self._here(state.shown_plane)
        order = sorted(places)
        if by > 0:
            there = next((place for place in order if place > here), order[0])
        else:
            there = next((place for place in reversed(order) if place < here), order[-1])
        self._view.show_annotation(places[there])

    def _here(self, plane: Plane) -> Place:
        study, tilt = self._state.solid_study, 0.0
        if study is not None:
            tilt = self._state.reformation.tilt(study.grid, plane)
        return _PLANES.index(plane), self._state.slice_index(plane), round(tilt, 3)

    def _place(self, annotation: Annotation) -> Place:
        view, tilt = self._state.view(annotation.plane), annotation.tilt
        degrees = 0.0 if tilt is None else tilt.tilt_degrees(view.grid, annotation.plane)
        index = view.index_of(annotation.points[0])
        return _PLANES.index(annotation.plane), index, round(degrees, 3)


def _is_key(annotation: Annotation) -> bool:
    return annotation.kind is Kind.KEY_IMAGE and not annotation.style.hidden
