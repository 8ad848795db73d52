"""Contours of slices that nobody has looked at yet, worked out while the window rests."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

from brainviewer.app.state import Layout, ViewState
from brainviewer.core.slices import Plane, SliceView
from brainviewer.gui.panes.shared_layers import SharedLayers

_EVERY_MS = 10
"""Between two slices, of which each takes one or two milliseconds."""


class ContoursAhead(QObject):
    """Makes the contours of a slice before it is scrolled to, so that it is shown without delay."""

    def __init__(self, state: ViewState, shared: SharedLayers, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._shared = state, shared
        self._slices: Iterator[tuple[SliceView, int]] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._make_one)
        for changed in (
            state.study_changed,
            state.finding_changed,
            state.classification_changed,
            state.layout_changed,
            state.overlays_changed,
        ):
            changed.connect(self._begin)
        self._begin()

    def _begin(self) -> None:
        study = self._state.study
        if study is None or study.is_picture:
            self._timer.stop()
            return
        three = self._state.shown_layout is Layout.THREE_PLANES
        planes = tuple(Plane) if three else (self._state.shown_plane,)
        self._slices = self._in_turn([self._state.view(plane) for plane in planes])
        self._timer.start()

    def _in_turn(self, views: list[SliceView]) -> Iterator[tuple[SliceView, int]]:
        """Slices of every view, those beside the cursor first."""
        for view in views:
            here = self._state.slice_index(view.plane)
            for index in sorted(range(view.count), key=lambda n, at=here: abs(n - at)):  # type: ignore[misc]
                yield view, index

    def _make_one(self) -> None:
        coming = next(self._slices, None)
        if coming is None:
            self._timer.stop()
            return
        self._shared.make_contours(*coming)
