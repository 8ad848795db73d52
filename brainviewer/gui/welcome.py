"""What lies over the images: an invitation, and where to drop."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from brainviewer.app.study_list.recent_names import RecentNames
from brainviewer.gui import theme
from brainviewer.gui.image_colours import BLACK, BRIGHT, faded
from brainviewer.gui.layouts import clear, column, fill, row
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.widgets import button, call, heading, label, painted
from brainviewer.painting.canvas import image_font

_RECENT = 5


class Invitation(QWidget):
    """An empty window is an invitation; what was open lately is one click away."""

    open_wanted = Signal()
    demo_wanted = Signal()
    pacs_wanted = Signal()
    recent_wanted = Signal(list)
    """The paths of a study that was opened before."""

    def __init__(self, recent: RecentNames) -> None:
        super().__init__()
        self._studies = recent
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet("Invitation { background: black; }")
        title = label("Drop a study or an image here", "answer")
        text = label("DICOM series (a folder, CD or ZIP archive),\nNIfTI files, or single images")
        pacs = button("Search a PACS…", clicked=self.pacs_wanted)
        folder = button("Open study folder…", "primary", clicked=self.open_wanted)
        demo = button("Open the demo study", clicked=self.demo_wanted)
        for widget, colour in (
            (title, "#D7DEE5"),
            (text, "#8A97A3"),
            (pacs, "#5AA9E6"),
            (demo, "#5AA9E6"),
        ):
            widget.setStyleSheet(f"color: {colour}")
        self._recent = column(spacing=2)
        centred = Qt.AlignmentFlag.AlignCenter
        buttons = row(folder, demo)
        buttons.setAlignment(centred)
        title.setAlignment(centred)
        text.setAlignment(centred)
        lines = column(title, text, 6, buttons, (pacs, centred), 14, self._recent, spacing=10)
        lines.setAlignment(centred)
        self.setLayout(lines)
        self.list_recent()

    def showEvent(self, event: QShowEvent) -> None:
        self.list_recent()
        super().showEvent(event)

    def list_recent(self) -> None:
        """The studies that were opened lately, newest first, as far as names may be seen."""
        clear(self._recent)
        studies = self._studies.studies()[:_RECENT]
        centred = Qt.AlignmentFlag.AlignCenter
        if studies:
            fill(self._recent, (heading("Recent studies"), centred))
        for study in studies:
            again = button(
                on_button(study.name),
                "recent",
                clicked=call(self.recent_wanted.emit, list(study.paths)),
                name=f"Open {study.name} again",
            )
            fill(self._recent, (again, centred))


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
