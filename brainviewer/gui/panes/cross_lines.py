"""Where the slices of the other panes cut that of a pane, worked out once for each pair."""

from collections.abc import Callable, Sequence

from brainviewer.app.state import ViewState
from brainviewer.core.hanging.cross_reference import CrossLine, cross_line
from brainviewer.core.slices import SliceView
from brainviewer.gui.panes.slice_pane import SlicePane

_MOST = 4000
"""Pairs that are remembered: some scrolls through a study."""


class CrossLines:
    """Lines for ``SharedLayers``.

    live : gives the panes that are in sight, in all windows.
    """

    def __init__(self, state: ViewState, live: Callable[[], Sequence[SlicePane]]) -> None:
        self._state, self._live = state, live
        self._known: dict[tuple[object, ...], CrossLine | None] = {}

    def __call__(self, view: SliceView, index: int) -> tuple[CrossLine, ...]:
        """The lines on slice ``index`` of a view; those of the chosen pane come last."""
        if not self._state.overlays.cross_reference:
            return ()
        others: dict[tuple[object, ...], bool] = {}
        views: dict[tuple[object, ...], SliceView] = {}
        for pane in self._live():
            if pane.view is not None:
                key = (*pane.view.key, pane.index)
                others[key] = others.get(key, False) or pane.framed
                views[key] = pane.view
        lines = []
        for key, chosen in sorted(others.items(), key=lambda item: item[1]):
            line = self._line(view, index, views[key], key, chosen)
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def _line(
        self,
        view: SliceView,
        index: int,
        other: SliceView,
        key: tuple[object, ...],
        chosen: bool,
    ) -> CrossLine | None:
        pair = (*view.key, index, *key)
        if pair not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            other_index = key[-1]
            assert isinstance(other_index, int)
            self._known[pair] = cross_line(view, index, other, other_index)
        line = self._known[pair]
        return None if line is None else line._replace(chosen=chosen)
