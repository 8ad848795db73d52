"""The 3D view in place of the slices, and back beside them."""

from PySide6.QtWidgets import QSplitter, QStackedWidget

from brainviewer.app.state import ViewState
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.widgets import listen


class LargeVolume:
    """A double click makes it large and small again; another layout or study makes it small.

    pages : of which one holds the slices. split : where it stands beside them, at the top.
    """

    def __init__(
        self, state: ViewState, volume: VolumePane, pages: QStackedWidget, split: QSplitter
    ) -> None:
        self._state, self._volume, self._pages, self._split = state, volume, pages, split
        self._sizes: list[int] = []
        self._slices = 0
        volume.image.large_wanted.connect(self.toggle)
        listen(self.put_back, state.study_changed, state.layout_changed)

    @property
    def is_large(self) -> bool:
        """Whether it stands in place of the slices."""
        return self._pages.indexOf(self._volume) >= 0

    def toggle(self) -> None:
        """Large, or beside the slices again; nothing without a study of volumes."""
        if self.is_large:
            self.put_back()
        elif self._state.solid_study is not None:
            self._sizes, self._slices = self._split.sizes(), self._pages.currentIndex()
            self._pages.addWidget(self._volume)
            self._pages.setCurrentWidget(self._volume)
            self._volume.image.setFocus()

    def put_back(self) -> None:
        """Beside the slices."""
        if self.is_large:
            self._pages.removeWidget(self._volume)
            self._split.insertWidget(0, self._volume)
            self._split.setSizes(self._sizes)
            self._volume.show()
            self._pages.setCurrentIndex(self._slices)
