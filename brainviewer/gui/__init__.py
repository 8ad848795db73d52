"""PySide6 and pyqtgraph widgets; nothing else imports them."""
