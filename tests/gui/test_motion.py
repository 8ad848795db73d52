"""Nothing moves where the desktop wants no motion."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from brainviewer.gui.volume.motion import motion_seconds

pytestmark = pytest.mark.window


@pytest.mark.parametrize(
    ("name", "said", "moves"),
    [
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n", False),
        ("gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations=false\n", False),
        ("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n", True),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0\n", False),
        ("kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n", True),
        ("kdeglobals", "\0not a file of settings", True),
    ],
)
def test_the_desktop_is_asked(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    said: str,
    moves: bool,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    widget = QWidget()
    qtbot.addWidget(widget)
    assert motion_seconds(widget) == 0  # nobody sees it
    widget.show()
    assert motion_seconds(widget) > 0
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(said)
    assert (motion_seconds(widget) > 0) is moves
