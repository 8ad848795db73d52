"""Names the selected annotation, and turns its flags over."""

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from brainviewer.app.session import Session
from brainviewer.core.annotation.limits import LONGEST_TEXT


def ask_name(session: Session, parent: QWidget) -> None:
    """Ask for the name of the selected annotation; nothing happens without one."""
    chosen = session.state.selected
    if chosen is None:
        return
    usual = QLineEdit.EchoMode.Normal
    title = f"Name of the {chosen.kind}"
    name, kept = QInputDialog.getText(parent, "Rename annotation", title, usual, chosen.text)
    if kept:
        session.annotations.rename(chosen, name[:LONGEST_TEXT])


def turn_over(session: Session, flag: str) -> None:
    """Hide or show the selected annotation, or lock or unlock it. flag : a field of ``Style``."""
    if (chosen := session.state.selected) is not None:
        session.annotations.restyle(**{flag: not getattr(chosen.style, flag)})
