"""What lies over the images: an invitation, the five hints of the first start, where to drop."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from brainviewer.app.settings import Settings
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import theme
from brainviewer.gui.dialogs.files import recent
from brainviewer.gui.image_colours import BLACK, BRIGHT, faded
from brainviewer.gui.layouts import clear, column, fill, row
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.widgets import button, call, heading, label, painted
from brainviewer.painting.canvas import image_font

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
        title = label("Drop a study or an image here", "answer")
        text = label("FLAIR, T1, T1ce and T2 as NIfTI, or single images")
        folder = button("Open study folder…", "primary", clicked=self.open_wanted)
        demo = button("Open the demo study", clicked=self.demo_wanted)
        for widget, colour in ((title, "#D7DEE5"), (text, "#8A97A3"), (demo, "#5AA9E6")):
            widget.setStyleSheet(f"color: {colour}")
        self._recent = column(spacing=2)
        centred = Qt.AlignmentFlag.AlignCenter
        buttons = row(folder, demo)
        buttons.setAlignment(centred)
        title.setAlignment(centred)
        text.setAlignment(centred)
        lines = column(title, text, 6, buttons, 14, self._recent, spacing=10)
        lines.setAlignment(centred)
        self.setLayout(lines)
        self._list_recent()

    def showEvent(self, event: QShowEvent) -> None:
        self._list_recent()
        super().showEvent(event)

    def _list_recent(self) -> None:
        """The studies that were opened lately, newest first."""
        clear(self._recent)
        studies = recent(self._settings)[:_RECENT]
        centred = Qt.AlignmentFlag.AlignCenter
        if studies:
            fill(self._recent, (heading("Recent studies"), centred))
        for shown, paths in studies:
            again = button(
                on_button(shown.name),
                "recent",
                clicked=call(self.recent_wanted.emit, paths),
                name=f"Open {shown_text(shown.name)} again",
            )
            fill(self._recent, (again, centred))


class Hints(QFrame):
    """Five hints over the lower middle of another widget; gone for good when read."""

    read = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        hands = [label(hand) for hand, _ in HINTS]
        for hand in hands:
            hand.setFixedWidth(130)
        effects = [label(effect, "quiet") for _, effect in HINTS]
        lines = [row(hand, (effect, 1)) for hand, effect in zip(hands, effects, strict=True)]
        done = button("Got it", "second", clicked=self._close)
        self.setLayout(
            column(
                heading("Five things hands can do"),
                *lines,
                (done, Qt.AlignmentFlag.AlignRight),
                spacing=5,
                margins=(16, 12, 16, 12),
            )
        )
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


class DropHighlight(QWidget):
    """A frame and a sentence over a whole window; takes no events of its own."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self) -> None:
        """Cover the window."""
        self.setGeometry(self.window().rect())
        self.raise_()
        self.show()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), faded(BLACK, 0.7))
        painter.setPen(QPen(QColor(theme.current().accent), 3))
        painter.drawRect(QRectF(self.rect()).adjusted(6, 6, -6, -6))
        painter.setFont(image_font(21))
        painter.setPen(BRIGHT)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop to open")
