"""What the application runs on, of the window as well: for *About* and for reports of errors."""

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QScreen

from brainviewer.app.session import Session
from brainviewer.core.process.sandbox.confinement import protections
from brainviewer.gui.help.versions import system
from brainviewer.models.engine.devices import gpu_name, usable_cores

_ENGINES = {"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"}


def running_on(session: Session, screen: QScreen, renderer: str) -> list[tuple[str, str]]:
    """(name, value) of what the application runs on; no name of a user, study or folder.

    renderer : what draws the 3D view; empty while nothing does.
    """
    pixels = screen.size() * screen.devicePixelRatio()
    cores = usable_cores()
    return [
        *system(),
        ("Qt", f"{qVersion()} (PySide6 {pyside_version}, {QGuiApplication.platformName()})"),
        ("Screen", f"{pixels.width()} × {pixels.height()}, {screen.devicePixelRatio():.0%}"),
        ("Engine", f"{_ENGINES[session.settings.engine]}: {session.state.engine_text}"),
        ("Device", gpu_name() or f"Processor, {cores} core{'s' * (cores != 1)}"),
        ("Image decoders", _decoders()),
        ("3D renderer", renderer or "Not started yet"),
    ]


def _decoders() -> str:
    """What is taken from the process that reads foreign images, on this system."""
    return ", ".join(("in a process of their own", *protections()))
