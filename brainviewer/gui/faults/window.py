"""What went wrong, with details to copy; a window beside the images, which go on."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QPushButton, QWidget

from brainviewer.files.user_folders import machine_settings_folder
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, say, told
from brainviewer.gui.window_size import open_with

_SAFE = (
    "The details say where in the program it happened and what it runs on. They hold no names, "
    "no file names and nothing of the images. Nothing is sent."
)
_COPY, _COPIED = "Copy details", "Copied"


class FaultWindow(QDialog):
    """A sentence, and details that can be copied.

    It takes no keys away from the images: they still belong to these until it is clicked.
    delete : removes what the details were read from; without it there is no such button.
    """

    def __init__(
        self, sentence: str, parent: QWidget, delete: Callable[[], object] | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle("BrainViewer")
        open_with(self, 620, 420)
        self.sentence = label(sentence, "beneath", wrap=True)
        self.count = label(role="quiet", wrap=True)
        self.count.hide()
        self.details = told(QPlainTextEdit(), name="Details of the error")
        self.details.setReadOnly(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.copy = button(_COPY, "primary", clicked=self._copy)
        folder = button("Open the log folder", "second", clicked=_open_log_folder)
        self.delete: QPushButton | None = None
        if delete is not None:
            self.delete = button("Delete", "second", "Delete these details", delete)
            self.delete.clicked.connect(self.close)
        close = button("Close", "second", clicked=self.close)
        buttons = row(HelpButton("errors"), None, self.copy, folder)
        for one in (self.delete, close):
            if one is not None:
                buttons.addWidget(one)
        safe = label(_SAFE, "quiet", wrap=True)
        self.setLayout(
            column(
                self.sentence,
                self.count,
                (self.details, 1),
                safe,
                buttons,
                spacing=12,
                margins=(20, 20, 20, 16),
            )
        )

    def tell(self, count: str, details: str) -> None:
        """Say how often it happened, and the details; the place that is read stays in sight."""
        say(self.count, count)
        if details != self.details.toPlainText():
            bar = self.details.verticalScrollBar()
            place = bar.value()
            self.details.setPlainText(details)
            bar.setValue(place)
            self.copy.setText(_COPY)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.details.toPlainText())
        self.copy.setText(_COPIED)


def _open_log_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(machine_settings_folder())))
