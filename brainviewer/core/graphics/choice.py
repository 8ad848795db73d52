"""What draws the 3D view, from a probe and what the user wants."""

import math
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.graphics.probe import FRAME_SIDE, NEEDED, GraphicsProbe, Outcome


class Wanted(StrEnum):
    """What the user may choose."""

    AUTOMATIC = "automatic"
    GRAPHICS_CARD = "graphics card"
    PROCESSOR = "processor"
    OFF = "off"


class DrawnBy(StrEnum):
    """What draws volumes."""

    GRAPHICS_CARD = "graphics card"
    PROCESSOR = "processor"
    NOTHING = "nothing"


SMALLEST_TEXTURE = 256
"""Voxels along a side that a 3D texture must have room for: a head of 1 mm fits."""
FEWEST_RAYS, MOST_RAYS = 130, 1200
_RAYS_UNMEASURED = 400
_TURNING_SECONDS = 1 / 30
_SLOW_SECONDS = 0.1
"""Of the timed image; a processor takes less."""
_ANY_SIDE = 2048
INSTALL = (
    "Install the graphics driver, or on Linux libegl1 and libgl1-mesa-dri, for smoother turning."
)
_NEWER = (
    "Install a newer graphics driver, and choose “Probe again” under Settings, Graphics, for "
    "smoother turning."
)
_ALL_DRAWN = "{} The processor draws all of the 3D view."
_SWITCH_ON = "Choose another way under Settings, Graphics."


@dataclass(frozen=True)
class GraphicsChoice:
    """What draws the 3D view.

    by : what draws volumes.
    why : one sentence or two. advice : what to do where nothing draws, or where OpenGL does not,
        one sentence; else "".
    rays_while_turning : over the longer side of an image, to begin with.
    largest_side : voxels along a side that a block may have.
    opengl : whether surfaces are drawn by OpenGL; the processor draws all otherwise.
    """

    by: DrawnBy
    why: str
    advice: str = ""
    rays_while_turning: int = FEWEST_RAYS
    largest_side: int = _ANY_SIDE
    opengl: bool = True

    def draws_as(self, other: "GraphicsChoice") -> bool:
        """Whether another choice changes nothing of what is seen."""
        if DrawnBy.NOTHING in (self.by, other.by):
            return self == other
        ours, theirs = ((c.by, c.largest_side, c.opengl) for c in (self, other))
        return ours == theirs


SWITCHED_OFF = GraphicsChoice(
    DrawnBy.NOTHING, "The 3D view is switched off in the settings.", _SWITCH_ON
)
SWITCHED_OFF_OUTSIDE = GraphicsChoice(
    DrawnBy.NOTHING,
    "The 3D view is switched off.",
    "Unset BRAINVIEWER_NO_3D and start again.",
)


WHILE_PROBING = GraphicsChoice(
    DrawnBy.PROCESSOR, "What the graphics of this computer can do is not known yet.", opengl=False
)


def choose_graphics(probe: GraphicsProbe, wanted: Wanted = Wanted.AUTOMATIC) -> GraphicsChoice:
    """What draws. What cannot work is not chosen, whatever is wanted, and it is said why."""
    if wanted is Wanted.OFF:
        return SWITCHED_OFF
    by_user = None if wanted is Wanted.AUTOMATIC else DrawnBy(wanted.value)
    if alone := _processor_alone(probe, by_user):
        return alone
    usual, why = _usual(probe)
    by = by_user or usual
    if by_user is not None:
        why = _by_user(why, by_user, agrees=by_user is usual)
    if by is DrawnBy.PROCESSOR:
        return GraphicsChoice(by, why)
    side = probe.largest_3d_texture or _ANY_SIDE
    return GraphicsChoice(by, why, "", _rays(probe), side)


def without_opengl(problem: str, advice: str) -> GraphicsChoice:
    """The processor alone. problem : why OpenGL does not draw, one sentence."""
    return GraphicsChoice(DrawnBy.PROCESSOR, _ALL_DRAWN.format(problem), advice, opengl=False)


def _processor_alone(probe: GraphicsProbe, by_user: DrawnBy | None) -> GraphicsChoice | None:
    """Where OpenGL cannot draw, or may not; None elsewhere."""
    by_card = by_user is DrawnBy.GRAPHICS_CARD
    if probe.outcome is Outcome.DRAWN and probe.number != (0, 0) and probe.number < NEEDED:
        return without_opengl(_refused(too_old(probe.number), by_card), INSTALL)
    if probe.outcome is Outcome.NO_OPENGL:
        return without_opengl(_refused(probe.problem, by_card), INSTALL)
    if probe.outcome is Outcome.ENDED_PROGRAM:  # also by what the user chose
        return without_opengl(_refused(probe.problem, by_card, "is not tried again"), _NEWER)
    failed = probe.outcome in (Outcome.CRASHED, Outcome.HUNG, Outcome.SENSELESS)
    if failed and not by_card:
        return without_opengl(probe.problem, _NEWER)
    return None


def _refused(problem: str, by_card: bool, verdict: str = "cannot draw") -> str:
    if not by_card:
        return problem
    return f"{problem.rstrip('.')}; the graphics card, chosen by you, {verdict}."


def _usual(probe: GraphicsProbe) -> tuple[DrawnBy, str]:
    """What is chosen without a word of the user's, and why."""
    if probe.problem:
        return DrawnBy.PROCESSOR, probe.problem
    if probe.software:
        return DrawnBy.PROCESSOR, "OpenGL runs on the processor of this computer."
    if 0 < probe.largest_3d_texture < SMALLEST_TEXTURE:
        return DrawnBy.PROCESSOR, (
            f"The graphics card takes {probe.largest_3d_texture} voxels along a side, and a head "
            f"may have {SMALLEST_TEXTURE}."
        )
    if probe.seconds > _SLOW_SECONDS:
        return DrawnBy.PROCESSOR, (
            f"The graphics card took {1000 * probe.seconds:.0f} ms for an image of {FRAME_SIDE} × "
            f"{FRAME_SIDE} pixels."
        )
    return DrawnBy.GRAPHICS_CARD, (
        f"The graphics card draws an image of {FRAME_SIDE} × {FRAME_SIDE} pixels in "
        f"{1000 * probe.seconds:.0f} ms."
    )


def _by_user(why: str, by: DrawnBy, agrees: bool) -> str:
    """The same sentence, and whose choice it is."""
    if agrees:
        return f"The {by.value} was chosen by you, as it would be without."
    return f"{why.rstrip('.')}; the {by.value} was chosen by you."


def too_old(number: tuple[int, int]) -> str:
    """What is said of a version that is lower than the one needed."""
    major, minor = NEEDED
    return (
        f"The graphics driver offers OpenGL {number[0]}.{number[1]}, and the 3D view needs "
        f"{major}.{minor}."
    )


def _rays(probe: GraphicsProbe) -> int:
    """As many as are drawn in the time of an image while the head is turned."""
    if not probe.seconds:
        return _RAYS_UNMEASURED
    rays = FRAME_SIDE * math.sqrt(_TURNING_SECONDS / probe.seconds)
    return round(min(MOST_RAYS, max(FEWEST_RAYS, rays)))
