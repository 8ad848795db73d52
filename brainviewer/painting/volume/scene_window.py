"""An OpenGL window of VTK that nobody sees, opened so that failure is an error and not a crash."""

import logging
import os
import re
import sys
from typing import Any

from vtkmodules.vtkCommonCore import VTK_STRING, vtkCommand, vtkLogger, vtkOutputWindow
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.graphics.choice import INSTALL
from brainviewer.core.graphics.probe import opengl_words

log = logging.getLogger(__name__)
_VTK_CLASS = re.compile(r"\bvtk[A-Z]\w*")

_REFUSED = re.compile(r"OpenGL 3\.2 or later implementation\. \((\d+)\.(\d+) found\)")
_listening: list[Any] = []
_told: set[str] = set()
_refused: list[tuple[int, int]] = []


def open_window() -> vtkRenderWindow:
    """An off-screen window with a working OpenGL context.

    Raises BrainViewerError if OpenGL cannot start.
    """
    listen_to_vtk()
    for window in _candidates():
        window.SetOffScreenRendering(1)
        window.SetShowWindow(False)
        window.SetSize(64, 64)
        # Rendering without OpenGL would end the process; asking first does not.
        if window.SupportsOpenGL():
            return window
    raise BrainViewerError("OpenGL 3.2 is not available.", INSTALL)


def renderer_name(window: vtkRenderWindow) -> str:
    """What draws: the renderer string of OpenGL, e.g. ``llvmpipe (LLVM 15.0.6, 256 bits)``."""
    window.Initialize()
    return opengl_words(window.ReportCapabilities() or "")["renderer"]


def largest_3d_texture(window: vtkRenderWindow) -> int:
    """Voxels along a side that OpenGL takes; 0 where it does not say, or VTK is too old to ask."""
    from vtkmodules.vtkRenderingOpenGL2 import vtkTextureObject

    ask = getattr(vtkTextureObject, "GetMaximumTextureSize3D", None)
    return max(0, int(ask(window))) if ask else 0


def refused_version() -> tuple[int, int]:
    """The version of OpenGL that was found and is too old; (0, 0) where there was none."""
    return max(_refused, default=(0, 0))


def _candidates() -> list[vtkRenderWindow]:
    """Windows to try, in order."""
    if not sys.platform.startswith("linux") or os.environ.get("VTK_DEFAULT_OPENGL_WINDOW"):
        return [vtkRenderWindow()]
    # Only on Linux there are such classes. EGL needs no display, and none of X's ties to a thread.
    from vtkmodules.vtkRenderingOpenGL2 import vtkEGLRenderWindow, vtkXOpenGLRenderWindow

    windows: list[vtkRenderWindow] = [vtkEGLRenderWindow()]
    if os.environ.get("DISPLAY"):
        windows.append(vtkXOpenGLRenderWindow())
    return windows


def listen_to_vtk() -> None:
    """Send VTK's warnings and errors to the log, never to the terminal or a window of VTK's."""
    if _listening:
        return

    def heard(_window: object, _event: str, text: str) -> None:
        if refused := _REFUSED.search(text):
            _refused.append((int(refused[1]), int(refused[2])))
        # The rest may name folders of the user's, as of a driver that is missing.
        names = " ".join(dict.fromkeys(_VTK_CLASS.findall(text)))
        if names not in _told:  # one that is said at every image would fill the log
            _told.add(names)
            log.warning("VTK is not content: %s", names)

    # How VTK is told that the event carries a text (vtkmodules.util.misc.calldata_type).
    heard.CallDataType = VTK_STRING  # type: ignore[attr-defined]
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    # In the place of VTK's own, which on Windows is a window.
    output = vtkOutputWindow()
    output.SetDisplayModeToNever()
    for event in (vtkCommand.ErrorEvent, vtkCommand.WarningEvent):
        output.AddObserver(event, heard)
    vtkOutputWindow.SetInstance(output)
    _listening.append(heard)
