"""What the colours of the study's own segmentation mean."""

from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.session import Session
from brainviewer.gui.layouts import clear, grid, put
from brainviewer.gui.widgets import label, listen, told
from brainviewer.painting.palette import label_colour

_SWATCH = 10
_TIP = "Value {value} of the segmentation that came with the study, by the convention of BraTS"


class SegmentLegend(QWidget):
    """A colour, a name and a value for each; there while the segmentation is shown."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state = session.state
        self._shown: object = None
        self._grid = grid((8, 2), (24, 0, 0, 2), growing=1)
        self.setLayout(self._grid)
        listen(self._show, session.state.overlays_changed, session.state.study_changed)
        self._show()

    def _show(self) -> None:
        study = self._state.study
        there = study is not None and study.segmentation is not None
        self.setVisible(there and self._state.overlays.segmentation)
        if study is None or study.segmentation is self._shown:
            return
        self._shown = study.segmentation
        clear(self._grid)
        for row, (value, name) in enumerate(study.segment_names.items()):
            widgets = self._swatch(value), label(name, "small"), label(str(value), "small")
            put(
                self._grid, row, *(told(widget, tip=_TIP.format(value=value)) for widget in widgets)
            )

    def _swatch(self, value: int) -> QLabel:
        ratio = self.devicePixelRatioF()
        square = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
        square.setDevicePixelRatio(ratio)
        square.fill(QColor(label_colour(value)))
        return QLabel(pixmap=square)
