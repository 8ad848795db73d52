"""What a user can read on a widget, and buttons by their words."""

from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget


def texts(widget: QWidget) -> str:
    """All labels, then all buttons, one a line."""
    QApplication.processEvents()  # lays out what was just made
    return "\n".join(
        found.text()
        for kind in (QLabel, QPushButton)
        for found in widget.findChildren(kind)
        if found.isVisibleTo(widget)
    )


def button(widget: QWidget, text: str) -> QAbstractButton:
    """The button with this text, rather one that is not hidden."""
    found = [b for b in widget.findChildren(QAbstractButton) if b.text() == text]
    return next((b for b in found if b.isVisibleTo(widget)), found[0])
