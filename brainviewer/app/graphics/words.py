"""What was found of the graphics and what was chosen, as lines for people and as plain data."""

from typing import Any

from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.graphics.probe import FRAME_SIDE, GraphicsProbe, Outcome

UNKNOWN = "not known"
DRAWN_BY = {
    DrawnBy.GRAPHICS_CARD: "the graphics card",
    DrawnBy.PROCESSOR: "the processor",
    DrawnBy.NOTHING: "nothing",
}


def graphics_lines(
    probe: GraphicsProbe | None, choice: GraphicsChoice | None
) -> tuple[tuple[str, str], ...]:
    """Names and values, in the order in which they are shown; None for what is not known yet."""
    found = probe or GraphicsProbe(Outcome.NOT_TRIED)
    side = found.largest_3d_texture
    image = f"{FRAME_SIDE} × {FRAME_SIDE} pixels in {1000 * found.seconds:.0f} ms"
    lines = (
        ("Vendor", found.vendor or UNKNOWN),
        ("Renderer", found.renderer or UNKNOWN),
        ("OpenGL", found.version or ".".join(map(str, _number(found.number))) or UNKNOWN),
        ("Largest 3D texture", f"{side} × {side} × {side} voxels" if side else UNKNOWN),
        ("Image drawn", image if found.seconds else UNKNOWN),
    )
    if choice is None:
        return lines
    why = f"{choice.why} {choice.advice}".strip()
    surfaces = "OpenGL" if choice.opengl else "the processor"
    if choice.by is DrawnBy.NOTHING:
        surfaces = DRAWN_BY[choice.by]
    return (
        *lines,
        ("Volumes are drawn by", DRAWN_BY[choice.by]),
        ("Surfaces are drawn by", surfaces),
        ("Because", why),
    )


def graphics_record(probe: GraphicsProbe | None, choice: GraphicsChoice) -> dict[str, Any]:
    """The same for ``--json``; ``docs/schema`` says what the fields mean."""
    turning = choice.by is not DrawnBy.NOTHING
    return with_schema(
        Schema.GRAPHICS,
        {
            "probe": None if probe is None else probe.record(),
            "choice": {
                "by": choice.by.value,
                "opengl": turning and choice.opengl,
                "why": choice.why,
                "advice": choice.advice,
                "rays_while_turning": choice.rays_while_turning if turning else None,
                "largest_side": choice.largest_side if turning else None,
            },
        },
    )


def _number(number: tuple[int, int]) -> tuple[int, ...]:
    return number if any(number) else ()
