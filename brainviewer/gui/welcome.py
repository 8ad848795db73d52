"""What stands in the middle when nothing is open, and the five hints of the first start."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from brainviewer.app.settings import Settings
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.widgets import button, clear, head, label

_RECENT = 5
HINTS = (
    ("Wheel", "go through the slices"),
    ("Drag", "up for brighter, left for more contrast"),
    ("T", "back to the tumour slice"),
    ("Drag the 3D brain", "rotate it; the wheel changes its size"),
    ("R, then drag", "measure in millimetres"),
)


class Invitation(QWidget):
    """An empty window is an invitation; what was open lately is one click away."""

    open_wanted = Signal()
    demo_wanted = Signal()
    recent_wanted = Signal(list)
    """The paths of a study that was opened before."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
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
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column.addSpacing(14)
        column.addLayout(self._recent)
        self._list_recent()

    def showEvent(self, event: QShowEvent) -> None:
        self._list_recent()
        super().showEvent(event)

    def _list_recent(self) -> None:
        """The studies that were opened lately, newest first."""
        clear(self._recent)
        entries = [[Path(path) for path in entry] for entry in self._settings.recent[:_RECENT]]
        if entries:
            title = head("Recent studies")
            title.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._recent.addWidget(title)
        for paths in entries:
            shown = paths[0] if len(paths) == 1 else paths[0].parent
            open_again = button(on_button(shown.name), "recent")
            open_again.setAccessibleName(f"Open {shown_text(shown.name)} again")
            open_again.clicked.connect(lambda _=False, p=paths: self.recent_wanted.emit(p))
            self._recent.addWidget(open_again, 0, Qt.AlignmentFlag.AlignCenter)


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
