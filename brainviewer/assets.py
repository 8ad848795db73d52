"""Finds ``resources/`` in a checkout, in an installed wheel and in a frozen application."""

import sys
from functools import cache
from pathlib import Path

from brainviewer.core.errors import FileError


@cache
def resources() -> Path:
    """The folder that holds models, the demo study, icons and help.

    Raises FileError if the installation carries none.
    """
    package = Path(__file__).resolve().parent
    places = [package.parent / "resources", package / "resources"]
    if frozen := getattr(sys, "_MEIPASS", None):
        places.insert(0, Path(frozen) / "resources")
    for place in places:
        if (place / "demo").is_dir() or (place / "models").is_dir():
            return place
    raise FileError(
        "The installation is incomplete: the folder 'resources' is missing.",
        "Install BrainViewer again.",
    )


@cache
def guide() -> Path:
    """The user guide, Markdown with its images beside it: of the checkout, or as it was shipped.

    Raises FileError if the installation carries none.
    """
    for folder in (resources() / "guide", resources().parent / "docs"):
        if (folder / "user-guide.md").is_file():
            return folder / "user-guide.md"
    raise FileError(
        "The installation is incomplete: the user guide is missing.", "Install BrainViewer again."
    )
