"""Keeps the histogram in step with the state."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from brainviewer.app.session import Session
from brainviewer.core.errors import Report
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.histogram import Histogram, histogram_of
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui import theme
from brainviewer.gui.layouts import column
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.widgets import label, listen, timer

if TYPE_CHECKING:
    from brainviewer.gui.voi.histogram import HistogramView

HISTOGRAM = "histogram"
_HEIGHT = 112
_SOON_MS = 60
"""Histograms follow a stroke of the brush, or a flicker between sequences, when it has ended."""


_Key = tuple[Volume, NDArray[np.bool_] | None, NDArray[np.bool_] | None]
"""What a histogram is of: sequence, brain and lesion."""


def _same(one: _Key, other: _Key) -> bool:
    return all(a is b for a, b in zip(one, other, strict=True))


def _parents(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


class HistogramPanel(QWidget):
    """The histogram, and what its colours mean; made when there is a study."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._view: HistogramView | None = None
        self._made: dict[Modality, tuple[_Key, Histogram]] = {}
        self._shown: tuple[Modality, Histogram] | None = None
        self._legend = label(role="small")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._column = column(None, self._legend, spacing=2)
        self.setLayout(self._column)
        self.setMinimumHeight(_HEIGHT)  # nothing moves when it is there
        self._soon = timer(self, _SOON_MS, self._show)
        self._scroll = timer(self, 0, self._scroll_here)
        state = session.state
        listen(
            self._soon.start,
            state.study_changed,
            state.volumes_changed,
            state.active_changed,
            state.finding_changed,
        )
        state.study_changed.connect(self._follow_study)
        state.display_changed.connect(self._show_window)
        theme.themes.changed.connect(self._name)
        self._follow_study()

    @property
    def view(self) -> "HistogramView | None":
        """The histogram, once there was a study."""
        return self._view

    def bring_up(self) -> None:
        """Bring the histogram into sight, whatever is folded or scrolled away."""
        for parent in _parents(self):
            if isinstance(parent, Section):
                parent.head.setChecked(True)
        self._scroll.start()  # once all has its place

    def _scroll_here(self) -> None:
        section = self.parentWidget()
        for parent in _parents(self):
            if isinstance(parent, QScrollArea) and section is not None:
                parent.ensureWidgetVisible(section, 0, 8)

    def flush(self) -> None:
        """Show at once what would be shown soon."""
        self._soon.stop()
        self._show()

    def _follow_study(self) -> None:
        """Nothing of another study is kept; colours have no histogram."""
        self._made.clear()
        self.setVisible(self._volume is not None)

    @property
    def _volume(self) -> Volume | None:
        study = self._state.study
        return None if study is None else study.volumes.get(self._state.active)

    def _show(self) -> None:
        volume, finding = self._volume, self._state.finding
        if volume is None or not self.isVisible():
            return
        brain = finding.brain if finding is not None else None
        lesion = finding.mask if finding is not None else None
        key: _Key = (volume, brain, lesion)
        self._show_window()
        if (known := self._made.get(volume.modality)) and _same(known[0], key):
            self._draw(volume, known[1])
            return
        # What does not lie over the others has no lesion in the place of the lesion.
        masks = (None, None) if volume.unplaced or volume.other_frame else (brain, lesion)

        def work(_: Report) -> Histogram:
            import brainviewer.gui.voi.histogram  # noqa: F401 - the main thread would wait for it

            return histogram_of(volume, *masks)

        def done(made: Histogram) -> None:
            self._made[volume.modality] = key, made
            if self._volume is volume:
                self._draw(volume, made)

        self._session.jobs.start(HISTOGRAM, work, done, self._session.notices.fail, shown=False)

    def _draw(self, volume: Volume, histogram: Histogram) -> None:
        if self._view is None:
            from brainviewer.gui.voi.histogram import HistogramView

            self._view = HistogramView(self._drag, self._reset)
            self._column.insertWidget(0, self._view)
        self._view.show_histogram(histogram)
        self._show_window()
        self._shown = volume.modality, histogram
        self._name()

    def _name(self) -> None:
        """What the colours mean."""
        if self._shown is None:
            return
        (modality, shown), colours = self._shown, theme.current()
        whole = "brain" if shown.brain else "head"
        if modality is Modality.IMAGE:
            whole = "image"
        text = f"<span style='color:{colours.quiet}'>■ {whole}</span>"
        if shown.lesion is not None:
            text += f"&nbsp;&nbsp;<span style='color:{colours.tumour}'>■ lesion</span>"
        self._legend.setText(text)

    def _show_window(self) -> None:
        window = self._state.windows.get(self._state.active)
        if self._view is not None and window is not None:
            self._view.show_window(window)

    def _drag(self, low: float, high: float) -> None:
        active = self._state.active
        if before := self._state.windows.get(active):
            window = Window((low + high) / 2, high - low, before.inverted)
            self._session.view.set_window(active, window)

    def _reset(self) -> None:
        self._session.view.auto_window(self._state.active)

    def showEvent(self, event: QShowEvent) -> None:
        self.flush()


def bring_up_histogram(window: QWidget) -> None:
    """Bring the histogram of a window into sight."""
    if (panel := window.findChild(HistogramPanel)) is not None:
        panel.bring_up()
