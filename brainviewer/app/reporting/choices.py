"""What a report may be: its endings, and options that were given as words; before long work."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from brainviewer.app.reporting.options import Identity, ReportOptions, ReportPart
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.painting.report.pages import Paper

PDF, HTML = ".pdf", (".html", ".htm")
Choice = TypeVar("Choice", bound=StrEnum)


def check_report_path(path: Path) -> None:
    """Raises FileError if the ending of the name is not one that reports can be saved as."""
    if path.suffix.lower() not in (PDF, *HTML):
        raise FileError(
            f"Reports cannot be saved as '{path.suffix or path.name}'.",
            "Choose a name that ends in .pdf or .html.",
        )


def chosen_options(identity: str, paper: str, reader: str, volume: bool = True) -> ReportOptions:
    """All parts, with what was chosen. Raises BrainViewerError for a word that is none.

    volume : with the 3D view.
    """
    return ReportOptions(
        _of(Identity, identity, "identity"),
        frozenset(part for part in ReportPart if volume or part is not ReportPart.VOLUME),
        paper=_of(Paper, paper, "paper"),
        reader=reader,
    )


def _of(kind: type[Choice], word: str, what: str) -> Choice:
    for one in kind:
        if one.value.casefold() == word.casefold():
            return one
    *first, last = kind
    raise BrainViewerError(f"There is no {what} '{word}'.", f"Choose {', '.join(first)} or {last}.")
