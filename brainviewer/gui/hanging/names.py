"""Names a layout that is to be kept."""

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from brainviewer.app.hanging.hangings import LONGEST_NAME
from brainviewer.app.session import Session
from brainviewer.gui.dialogs.questions import ask


def ask_layout_name(session: Session, parent: QWidget) -> None:
    """Ask for a name, and keep the layout by it; nothing happens without one."""
    usual, now = QLineEdit.EchoMode.Normal, session.state.hanging.name
    name, kept = QInputDialog.getText(parent, "Save layout", "Name of the layout", usual, now)
    name = " ".join(name.split())[:LONGEST_NAME]
    if not kept or not name:
        return
    there = name in session.hangings.own and name != now
    what = f"There is a layout “{name}” already."
    if not there or ask(parent, what, "It is replaced by what the panes show now.", "Replace"):
        session.hangings.save(name)
