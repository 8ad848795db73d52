"""Whether the system wants things to move on the screen. Qt does not tell (6.11)."""

import ctypes
import sys
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import QStyle, QWidget

_CLIENT_AREA_ANIMATION = 0x1042
"""``SPI_GETCLIENTAREAANIMATION`` of Windows: *Show animations*."""
_DESKTOPS = (
    ("gtk-3.0/settings.ini", "Settings/gtk-enable-animations"),
    ("gtk-4.0/settings.ini", "Settings/gtk-enable-animations"),
    ("kdeglobals", "KDE/AnimationDurationFactor"),
)
"""Files of desktops on Linux, and what says there by 0 or false that nothing shall move."""


def motion_seconds(widget: QWidget) -> float:
    """How long something may take to move on a widget that is seen; 0 for no motion."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    seconds = widget.style().styleHint(hint, None, widget) / 1000
    return seconds if widget.isVisible() and _system_wants_motion() else 0.0


def _system_wants_motion() -> bool:
    if sys.platform == "win32":
        wanted = ctypes.c_int(1)
        ctypes.windll.user32.SystemParametersInfoW(
            _CLIENT_AREA_ANIMATION, 0, ctypes.byref(wanted), 0
        )
        return bool(wanted.value)
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    return not any(_is_off(Path(folder, name), key) for name, key in _DESKTOPS)


def _is_off(file: Path, key: str) -> bool:
    if not file.is_file():
        return False
    said = QSettings(str(file), QSettings.Format.IniFormat).value(key)
    return str(said).strip().lower() in ("0", "0.0", "false")
