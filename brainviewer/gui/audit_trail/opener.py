"""The window of the audit trail, imported when it is first wanted."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session


def show_trail(session: Session, window: QWidget) -> None:
    """Show it: one window however often it is asked for."""
    from brainviewer.gui.audit_trail.window import TrailWindow

    directly = Qt.FindChildOption.FindDirectChildrenOnly
    shown = window.findChild(TrailWindow, options=directly) or TrailWindow(session, window)
    shown.bring_up()
