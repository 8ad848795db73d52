"""Plays the slices of the plane that is shown, or the frames of an image, one after the other."""

from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.view import View
from brainviewer.core.slices import SliceView

SPEEDS = (1, 60)
"""The slowest and the fastest cine, in slices a second."""
_FASTER = 1.25


class Cine:
    """Goes on by a slice whenever ``step`` is called, while the state says that it plays."""

    def __init__(self, state: ViewState, settings: Settings, view: View) -> None:
        self._state, self._settings, self._view = state, settings, view
        self._forward = True
        state.study_changed.connect(self.stop)

    @property
    def possible(self) -> bool:
        """Whether there are several slices to play."""
        return self._state.study is not None and self._seen.count > 1

    def toggle(self) -> None:
        """Play, or stop."""
        self._set(not self._state.playing and self.possible)

    def stop(self) -> None:
        """Stay on this slice."""
        self._set(False)

    def step(self) -> None:
        """The next slice; after the last one the first, or back again as the settings say."""
        if not self._state.playing or not self.possible:
            self.stop()
            return
        view = self._seen
        here, last = view.index_of(self._state.cursor), view.count - 1
        place = here if view.ascending else last - here  # from Inferior, Posterior, Left
        if self._settings.cine_turns_back:
            self._forward = place < last if self._forward else place <= 0
            place += 1 if self._forward else -1
        else:
            self._forward = True
            place = place + 1 if place < last else 0
        index = place if view.ascending else last - place
        self._view.go_to_slice(view.plane, index, view)

    def change_speed(self, steps: int) -> None:
        """A step faster, or, by a negative number, slower; kept in the settings."""
        speed = round(self._settings.cine_speed * _FASTER**steps)
        if speed == self._settings.cine_speed:
            speed += 1 if steps > 0 else -1
        self._settings.update(cine_speed=min(max(speed, SPEEDS[0]), SPEEDS[1]))

    @property
    def _seen(self) -> SliceView:
        state = self._state
        return state.seen(state.active).view(state.shown_plane, state.convention, state.reformation)

    def _set(self, playing: bool) -> None:
        if playing != self._state.playing:
            self._state.playing = playing
            self._state.playing_changed.emit()
            self._state.facts_changed.emit()
