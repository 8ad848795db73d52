"""A panel as high as its content, that scrolls where the window has less room."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QSizePolicy, QWidget

from brainviewer.gui import theme
from brainviewer.gui.layouts import panel

_LEAST = 190


class ShrinkingPanel(QScrollArea):
    """Never makes the window higher than it is. content : a column of widgets."""

    def __init__(self, content: QLayout) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._content = panel(content, QWidget())
        self.setWidget(self._content)
        self._content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another content wants another height."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """As high as what it holds."""
        hint = self._content.sizeHint()
        if self._content.hasHeightForWidth() and self.viewport().width() > 0:
            hint.setHeight(self._content.heightForWidth(self.viewport().width()))
        return hint

    def minimumSizeHint(self) -> QSize:
        """A good part of it."""
        height = min(self.sizeHint().height(), theme.px(_LEAST))
        return QSize(self._content.minimumSizeHint().width(), height)
