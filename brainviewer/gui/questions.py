"""Questions that need an answer before the work goes on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


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
