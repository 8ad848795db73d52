"""What a probe of the graphics depends on; where that changes, it is made again."""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from brainviewer import __version__

_VARIABLES = (
    "BRAINVIEWER_NO_3D", "DRI_PRIME", "EGL_", "GALLIUM_", "LIBGL_", "LP_", "MESA_", "VK_",
    "VTK_DEFAULT_OPENGL_WINDOW", "__EGL_", "__GLX_", "__NV_",
)  # fmt: skip
"""What the names of variables begin with that change which driver is loaded, or what it does."""


def graphics_conditions(environment: Mapping[str, str] = os.environ) -> str:
    """Versions, kind of display and variables of drivers, as 64 hexadecimal digits.

    Variables may hold paths, which are nobody's business: only their hash is kept.
    """
    depends = {
        "BrainViewer": __version__,
        "VTK": _vtk(),
        "system": [sys.platform, platform.machine(), platform.release()],
        "display": display_kind(environment),
        "variables": {
            name: value
            for name, value in sorted(environment.items())
            if name.startswith(_VARIABLES)
        },
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def display_kind(environment: Mapping[str, str]) -> str:
    """Whether there is a display, and whether it is that of another computer."""
    display = environment.get("DISPLAY", "")
    if not display:
        return "wayland" if environment.get("WAYLAND_DISPLAY") else "none"
    return "here" if display.startswith((":", "unix:", "/")) else "elsewhere"


def _vtk() -> str:
    # Importing VTK itself takes tenths of a second.
    try:
        return version("vtk")
    except PackageNotFoundError:  # a frozen application; its own version says enough
        return ""
