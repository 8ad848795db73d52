"""What a user may see, and how work is stopped."""

from collections.abc import Callable


class BrainViewerError(Exception):
    """Something the user can understand and act on.

    message : what is wrong, one plain sentence.
    advice : what to do about it, one plain sentence.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class GeometryError(BrainViewerError):
    """A position in space cannot be worked out."""


class FileError(BrainViewerError):
    """A file cannot be read or written."""


class ModelError(BrainViewerError):
    """A model is missing, damaged or cannot be run."""


class Cancelled(Exception):
    """Raised by a ``Report`` when the work it belongs to is no longer wanted."""


Report = Callable[[float, str], None]
"""Progress: a fraction in 0..1 and a sentence. May raise ``Cancelled``."""


def silent(fraction: float, text: str) -> None:
    """Report to nobody."""
