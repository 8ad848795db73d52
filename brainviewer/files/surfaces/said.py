"""What every file of surfaces says of itself. Nothing in it tells whose they are."""

from brainviewer import __version__
from brainviewer.core.research_use import RESEARCH_ONLY

GENERATOR = f"BrainViewer {__version__}"
NOTICE = RESEARCH_ONLY


def units(oriented: bool) -> str:
    """Unit and axes of the numbers in a file."""
    if oriented:
        return "mm, RAS+ (x right, y anterior, z superior)"
    return "mm; orientation of the patient unknown"


def units_in_short(oriented: bool) -> str:
    """The same, where there is little room."""
    return "mm, RAS+" if oriented else "mm, orientation unknown"
