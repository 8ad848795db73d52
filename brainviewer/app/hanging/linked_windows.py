"""The windows of all sequences moved together, while they are linked."""

from collections.abc import Mapping

from brainviewer.app.state import ViewState
from brainviewer.app.view import View
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import OWN, Window


class LinkedWindows:
    """Follows the window of one sequence with those of the others.

    A level or width that is dragged moves the others by the same fraction of their own width, since
    sequences have no common unit; a preset is taken by all that have it.
    """

    def __init__(self, state: ViewState, view: View) -> None:
        self._state, self._view = state, view
        self._before: Mapping[Modality, Window] = state.windows
        self._busy = False
        state.study_changed.connect(self._remember)
        state.display_changed.connect(self._follow)

    def _remember(self) -> None:
        self._before = self._state.windows

    def _follow(self) -> None:
        before, now = self._before, self._state.windows
        if self._busy:
            return
        moved = [m for m, window in now.items() if m in before and window != before[m]]
        if self._state.hanging.linked.window and len(moved) == 1:
            self._busy = True
            try:
                self._move_others(moved[0], before, now)
            finally:
                self._busy = False
        self._remember()

    def _move_others(
        self, moved: Modality, before: Mapping[Modality, Window], now: Mapping[Modality, Window]
    ) -> None:
        preset = self._state.presets.get(moved, OWN)
        for other in now:
            if other is moved:
                continue
            if preset != OWN and preset in self._view.presets(other):
                self._view.apply_preset(other, preset)
            else:
                window = carried_over(before[moved], now[moved], now[other])
                self._view.set_window(other, window)


def carried_over(before: Window, now: Window, other: Window) -> Window:
    """Another sequence's window, moved as one was moved from ``before`` to ``now``."""
    scale = other.width / before.width
    level = other.level + (now.level - before.level) * scale
    turned = other.inverted ^ before.inverted ^ now.inverted
    return Window(level, now.width * scale, turned)
