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
    "Install the graphics driver, or on Linux libegl1 and libgl1-mesa-dri; "
    "everything else works without it."
)
_NEWER = (
    "Install a newer graphics driver, and choose “Probe again” under Settings, Graphics; "
    "everything else works without it."
)
_SWITCH_ON = "Choose another way under Settings, Graphics."


@dataclass(frozen=True)
class GraphicsChoice:
    """What draws the 3D view.

    by : what draws volumes; surfaces are always drawn by OpenGL.
    why : one sentence. advice : what to do where nothing draws, one sentence; else "".
    rays_while_turning : over the longer side of an image, to begin with.
    largest_side : voxels along a side that a block may have.
    """

    by: DrawnBy
    why: str
    advice: str = ""
    rays_while_turning: int = FEWEST_RAYS
    largest_side: int = _ANY_SIDE

    def draws_as(self, other: "GraphicsChoice") -> bool:
        """Whether another choice changes nothing of what is seen."""
        if DrawnBy.NOTHING in (self.by, other.by):
            return self == other
        return (self.by, self.largest_side) == (other.by, other.largest_side)


SWITCHED_OFF = GraphicsChoice(
    DrawnBy.NOTHING, "The 3D view is switched off in the settings.", _SWITCH_ON
)
SWITCHED_OFF_OUTSIDE = GraphicsChoice(
    DrawnBy.NOTHING,
    "The 3D view is switched off.",
    "Unset BRAINVIEWER_NO_3D and start again.",
)


def choose_graphics(probe: GraphicsProbe, wanted: Wanted = Wanted.AUTOMATIC) -> GraphicsChoice:
    """What draws. What cannot work is not chosen, whatever is wanted, and it is said why."""
    if wanted is Wanted.OFF:
        return SWITCHED_OFF
    by_user = None if wanted is Wanted.AUTOMATIC else DrawnBy(wanted.value)
    if nothing := _nothing(probe, by_user):
        return nothing
    usual, why = _usual(probe)
    by = by_user or usual
    if by_user is not None:
        why = _by_user(why, by_user, agrees=by_user is usual)
    if by is DrawnBy.PROCESSOR:
        return GraphicsChoice(by, why)
    side = probe.largest_3d_texture or _ANY_SIDE
    return GraphicsChoice(by, why, "", _rays(probe), side)


def _nothing(probe: GraphicsProbe, by_user: DrawnBy | None) -> GraphicsChoice | None:
    """Where nothing can draw, or nothing may; None elsewhere."""
    problem, advice = probe.problem, _NEWER
    if probe.outcome is Outcome.DRAWN and probe.number != (0, 0) and probe.number < NEEDED:
        return _off(too_old(probe.number), INSTALL, by_user)
    if probe.outcome is Outcome.NO_OPENGL:
        return _off(problem, INSTALL, by_user)
    if probe.outcome is Outcome.ENDED_PROGRAM:  # also by what the user chose
        return _off(problem, advice, by_user, "is not tried again")
    if by_user is None and probe.outcome in (Outcome.CRASHED, Outcome.HUNG, Outcome.SENSELESS):
        return GraphicsChoice(DrawnBy.NOTHING, problem, advice)
    return None


def _off(
    problem: str, advice: str, by_user: DrawnBy | None, verdict: str = "cannot draw"
) -> GraphicsChoice:
    if by_user is not None:
        problem = f"{problem.rstrip('.')}; the {by_user.value}, chosen by you, {verdict}."
    return GraphicsChoice(DrawnBy.NOTHING, problem, advice)


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
