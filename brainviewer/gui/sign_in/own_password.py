"""The dialog in which a reader who has signed in changes his password."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader
from brainviewer.gui.layouts import column
from brainviewer.gui.sign_in.clerk import Clerk, Refusal
from brainviewer.gui.sign_in.new_password import NewPasswordPage


class OwnPasswordDialog(QDialog):
    """Closes when the password is changed."""

    def __init__(self, name: str, clerk: Clerk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Change password")
        self._clerk = clerk
        self.page = NewPasswordPage()
        self.setLayout(column(self.page, margins=(16, 16, 16, 16)))
        self.page.entered.connect(self._change)
        self.page.back.connect(self.reject)
        self.finished.connect(self.page.forget)
        self.page.take_enter()
        self.page.ask(name)

    def _change(self, old: str, new: str) -> None:
        def changed(_: Reader) -> None:
            self.accept()

        def failed(error: BrainViewerError) -> None:
            wait = isinstance(error, Refusal) and error.seconds > 0
            self.page.refuse(str(error) if not wait else f"{error.message} {error.advice}")

        self._clerk.change_password(self.page.name, (old, new), changed, failed)


def ask_own_password(name: str, clerk: Clerk, window: QWidget) -> None:
    """Ask in one dialog however often it is wanted."""
    shown = window.findChild(OwnPasswordDialog) or OwnPasswordDialog(name, clerk, window)
    shown.show()
    shown.raise_()
    shown.activateWindow()
