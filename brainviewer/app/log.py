"""The log: what happened, never to whom. File names count as patient data."""

import logging
from logging.handlers import RotatingFileHandler

from brainviewer.app.settings import settings_folder


def start_log(debug: bool = False) -> None:
    """Log to a file in the user's settings folder; a folder that cannot be written is no error."""
    level = logging.DEBUG if debug else logging.INFO
    root = logging.getLogger("brainviewer")
    root.setLevel(level)
    if root.handlers:
        return
    try:
        folder = settings_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / "brainviewer.log",
            maxBytes=500_000,
            backupCount=2,
            encoding="utf-8",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
