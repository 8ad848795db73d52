"""What stands in the middle when nothing is open, and the five hints of the first start."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from brainviewer.gui.words import button, head, label

HINTS = (
    ("Wheel", "go through the slices"),
    ("Drag", "up for brighter, left for more contrast"),
    ("T", "back to the tumour slice"),
    ("Drag the 3D brain", "rotate it; the wheel changes its size"),
    ("R, then drag", "measure in millimetres"),
)


class Invitation(QWidget):
    """An empty window is an invitation."""

    open_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet("Invitation { background: black; }")
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(10)
        title = label("Drop a study or a picture here", "answer")
        title.setStyleSheet("color: #D7DEE5")
        text = label("FLAIR, T1, T1ce and T2 as NIfTI, or single images")
        text.setStyleSheet("color: #8A97A3")
        for widget in (title, text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget)
        row = QHBoxLayout()
        row.setAlignment(Qt.AlignmentFlag.AlignCenter)
        folder = button("Open study folder…", "primary")
        demo = button("Open the demo study")
        demo.setStyleSheet("color: #5AA9E6")
        folder.clicked.connect(self.open_wanted)
        demo.clicked.connect(self.demo_wanted)
        row.addWidget(folder)
        row.addWidget(demo)
        column.addSpacing(6)
        column.addLayout(row)


class Hints(QFrame):
    """Five hints over the lower middle of another widget; gone for good when read."""

    read = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(5)
        column.addWidget(head("Five things hands can do"))
        for hand, effect in HINTS:
            row = QHBoxLayout()
            name = label(hand)
            name.setFixedWidth(130)
            row.addWidget(name)
            row.addWidget(label(effect, "quiet"), 1)
            column.addLayout(row)
        done = button("Got it", "second")
        done.clicked.connect(self._close)
        column.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
        over.installEventFilter(self)
        self.adjustSize()
        self._place()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        x = (self._over.width() - self.width()) // 2
        self.move(x, self._over.height() - self.height() - 40)
        self.raise_()

    def _close(self) -> None:
        self._over.removeEventFilter(self)
        self.read.emit()
        self.deleteLater()
