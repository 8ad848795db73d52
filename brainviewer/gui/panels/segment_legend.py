"""What the colours of the study's own segmentation mean."""

from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from brainviewer.app.session import Session
from brainviewer.gui.widgets import clear, label
from brainviewer.painting.palette import label_colour

_SWATCH = 10
_TIP = "Value {value} of the segmentation that came with the study, by the convention of BraTS"


class SegmentLegend(QWidget):
    """A colour, a name and a value for each; there while the segmentation is shown."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state = session.state
        self._shown: object = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(24, 0, 0, 2)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        session.state.overlays_changed.connect(self._show)
        session.state.study_changed.connect(self._show)
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
            said = label(name, "small"), label(str(value), "small")
            for column, widget in enumerate((self._swatch(value), *said)):
                widget.setToolTip(_TIP.format(value=value))
                self._grid.addWidget(widget, row, column)

    def _swatch(self, value: int) -> QLabel:
        ratio = self.devicePixelRatioF()
        square = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
        square.setDevicePixelRatio(ratio)
        square.fill(QColor(label_colour(value)))
        swatch = QLabel()
        swatch.setPixmap(square)
        return swatch
