"""What a user may see, and how work is stopped."""

from collections.abc import Callable

from brainviewer.core.shown_text import shown_text


class BrainViewerError(Exception):
    """Something the user can understand and act on.

    message : what is wrong, one plain sentence.
    advice : what to do about it, one plain sentence.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        # File names are quoted in sentences, and may hold anything.
        self.message, self.advice = shown_text(message), shown_text(advice)
        super().__init__(self.message, self.advice)

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class GeometryError(BrainViewerError):
    """A position in space cannot be worked out."""


class FileError(BrainViewerError):
    """A file cannot be read or written."""


class ModelError(BrainViewerError):
    """A model is missing, damaged or cannot be run."""


class NodeError(BrainViewerError):
    """A PACS node cannot be reached, or does not do what it is asked for."""


SENSELESS = (
    LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError,
)  # fmt: skip
"""What comes of values from a file that are not of the kind that was expected.

An infinite number, say, is no ValueError where a whole one is made of it, but an OverflowError.
"""


class Cancelled(Exception):
    """Raised by a ``Report`` when the work it belongs to is no longer wanted."""


Report = Callable[[float, str], None]
"""Progress: a fraction in 0..1 and a sentence. May raise ``Cancelled``."""


def within(report: Report, start: float, share: float, text: str = "{}") -> Report:
    """The report of a part of the work.

    start, share : where the part begins, and how much of the whole it is. text : what the sentence
        of the part is put into.
    """
    return lambda fraction, said: report(start + share * fraction, text.format(said))


def silent(fraction: float, text: str) -> None:
    """Report to nobody."""
