"""Where the 3D view stands: beside the slices, in a pane of the layout, or in their place."""

from PySide6.QtWidgets import QSplitter, QStackedWidget

from brainviewer.app.state import ViewState
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.widgets import listen


class LargeVolume:
    """A double click makes it large and small again; another layout or study makes it small.

    pages : of which one holds the slices. split : where it stands beside them, at the top.
    grid : where it stands if the layout has it in a pane.
    """

    def __init__(
        self,
        state: ViewState,
        volume: VolumePane,
        pages: QStackedWidget,
        split: QSplitter,
        grid: PaneGrid,
    ) -> None:
        self._state, self._volume, self._pages, self._split = state, volume, pages, split
        self._grid = grid
        self._sizes: list[int] = []
        self._slices = 0
        volume.image.large_wanted.connect(self.toggle)
        listen(self.put_back, state.study_changed, state.layout_changed)

    @property
    def is_large(self) -> bool:
        """Whether it stands in place of the slices."""
        return self._pages.indexOf(self._volume) >= 0

    def toggle(self) -> None:
        """Large, or where it was again; nothing without a study of volumes."""
        if self.is_large:
            self.put_back()
        elif self._state.solid_study is not None:
            self._remember_split()
            self._slices = self._pages.currentIndex()
            self._pages.addWidget(self._volume)
            self._pages.setCurrentWidget(self._volume)
            self._volume.image.setFocus()

    def put_back(self) -> None:
        """In the pane that the layout has for it, or else beside the slices."""
        if self.is_large:
            self._pages.removeWidget(self._volume)
            self._pages.setCurrentIndex(self._slices)
        self._remember_split()
        if self._grid.take_volume(self._volume):
            return
        if self._split.indexOf(self._volume) < 0:
            self._split.insertWidget(0, self._volume)
            if self._sizes:
                self._split.setSizes(self._sizes)
            self._volume.setVisible(self._state.solid_study is not None)

    def _remember_split(self) -> None:
        """How it is shared, for when the 3D view comes back."""
        if self._split.indexOf(self._volume) >= 0 and self._split.count() > 1:
            self._sizes = self._split.sizes()
