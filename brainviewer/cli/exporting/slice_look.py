"""Options that say how a saved slice is made and turned."""

from typing import Annotated

import typer

from brainviewer.cli.options import option
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.slab import THICKNESSES, Slab, SlabMode
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Plane

SlabThickness = Annotated[
    float | None,
    option(
        "--slab",
        metavar="MM",
        help="Project what lies around the slice on it, over so many mm.",
    ),
]
SlabOf = Annotated[SlabMode, typer.Option("--slab-mode", help="What is taken of a slab.")]
Rotate = Annotated[
    int, typer.Option(metavar="0|90|180|270", help="Rotate the image clockwise, after --flip.")
]
WindowText = Annotated[
    str | None,
    option(
        "--window",
        metavar="PRESET|LEVEL,WIDTH",
        help="A window preset by its name, own ones too, or level and width in stored values; by "
        "default the one that the sequence opens with.",
    ),
]
Flip = Annotated[bool, typer.Option("--flip", help="Flip the image left to right.")]


def reformation_of(
    plane: Plane, slab_mm: float | None, mode: SlabMode, rotate: int, flip: bool
) -> Reformation:
    """What the options ask for. Raises BrainViewerError if there is no such thing."""
    if rotate not in (0, 90, 180, 270):
        raise BrainViewerError(
            f"An image is not rotated by {rotate}°.", "Choose 0, 90, 180 or 270."
        )
    thinnest, thickest = THICKNESSES
    if slab_mm is not None and not thinnest <= slab_mm <= thickest:
        raise BrainViewerError(
            f"There is no slab of {slab_mm:g} mm.", f"Choose {thinnest} to {thickest} mm."
        )
    turned = PLAIN.with_turn(plane, DisplayTurn(rotate // 90, flip))
    slab = None if slab_mm is None else Slab(slab_mm, mode)
    return Reformation(turned.turns, None, slab)
