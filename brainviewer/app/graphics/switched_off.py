"""Whether the 3D view is switched off, in the settings or outside."""

import os

from brainviewer.core.graphics.choice import (
    SWITCHED_OFF,
    SWITCHED_OFF_OUTSIDE,
    GraphicsChoice,
    Wanted,
)


def switched_off(wanted: Wanted) -> GraphicsChoice | None:
    """The choice that says so; None where it is not. wanted : by the user."""
    if os.environ.get("BRAINVIEWER_NO_3D"):
        return SWITCHED_OFF_OUTSIDE
    return SWITCHED_OFF if wanted is Wanted.OFF else None
