"""PySide6 widgets; nothing else imports them."""
