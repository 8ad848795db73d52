"""Slices that nobody has looked at yet, made ready while the window rests."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.slice_painter import make_ahead

_REST_MS = 150
"""Without a change after which the window rests: no scrolling has to wait for this."""
_EVERY_MS = 8
"""Between two slices, of which each takes two or three milliseconds."""


class ContoursAhead(QObject):
    """Makes the contours of a slice before it is scrolled to, so that it is shown without delay.

    shown : gives the panes that are in sight.
    """

    def __init__(self, shown: Callable[[], Sequence[SlicePane]], parent: QObject) -> None:
        super().__init__(parent)
        self._shown = shown
        self._slices: Iterator[tuple[SlicePane, int]] = iter(())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._make_one)

    def begin(self) -> None:
        """The panes show something else, or in another size: make it all once they rest."""
        self._slices = self._in_turn()
        self._timer.start(_REST_MS)

    def wait(self) -> None:
        """The user scrolls: go on after that."""
        if self._timer.isActive():
            self._timer.start(_REST_MS)

    def _in_turn(self) -> Iterator[tuple[SlicePane, int]]:
        """Slices of a pane of every plane, those beside the shown one first."""
        for pane in {pane.plane: pane for pane in self._shown()}.values():
            study = pane.state.study
            if study is None or study.is_image2d or pane.view is None:
                continue
            here = pane.index
            for index in sorted(range(pane.view.count), key=lambda n, at=here: abs(n - at)):  # type: ignore[misc]
                yield pane, index

    def _make_one(self) -> None:
        coming = next(self._slices, None)
        if coming is None:
            self._timer.stop()
            return
        _make_ready(*coming)
        self._timer.start(_EVERY_MS)


def _make_ready(pane: SlicePane, index: int) -> None:
    scene, geometry = pane.scene, pane.geometry_mm
    if scene is not None and geometry is not None:
        viewport = pane.shared.viewport(geometry, index)
        there = replace(scene, index=index, viewport=viewport, annotations=())
        size = pane.width(), pane.height()
        make_ahead(there, size, pane.devicePixelRatioF(), pane.shared.layers)
