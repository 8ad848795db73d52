"""PySide6, pyqtgraph and VTK widgets; nothing else imports them."""
