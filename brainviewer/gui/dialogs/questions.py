"""Questions that need an answer before the work goes on, and what is said when it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text

ANOTHER_STUDY = "Another study was opened meanwhile, so {}. Try again if it is about this one."
"""What is said where a question was about the study before; with what was not done."""


def plain_box(text: str, parent: QWidget | None = None) -> QMessageBox:
    """A message whose text is text, whatever names stand in it."""
    box = QMessageBox(parent)
    box.setWindowTitle("BrainViewer")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    return box


def ask(parent: QWidget, what: str, question: str, yes: str) -> bool:
    """Whether the user wants it. yes : the words on the button that says so; the other cancels."""
    box = plain_box(what, parent)
    box.setInformativeText(question)
    wanted = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    chosen = box.clickedButton() is wanted
    box.deleteLater()
    return chosen


def may_replace(parent: QWidget, chosen: Path, path: Path) -> bool:
    """Whether a file may be written that got another ending than the one that was chosen.

    The file dialog asked about the chosen name alone.
    """
    if path == chosen or not path.exists():
        return True
    there = "A file of this name is there already."
    return ask(parent, f"Replace {shown_text(path.name)}?", there, "Replace")


def accepted(dialog: QDialog) -> bool:
    """Show a dialog until it is closed; whether it was accepted."""
    try:
        return bool(dialog.exec())
    finally:
        dialog.deleteLater()


@contextmanager
def errors_told(session: Session) -> Iterator[None]:
    """What cannot be done is a notice."""
    try:
        yield
    except BrainViewerError as error:
        session.notices.fail(error)
