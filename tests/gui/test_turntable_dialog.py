"""What can be saved of a turn, and under which name; one place decides both."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from brainviewer.gui.exporting.turntable_dialog import TurntableDialog


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> TurntableDialog:
    (tmp_path / "films").mkdir()
    made = TurntableDialog(folder=tmp_path / "films")
    qtbot.addWidget(made)
    return made


def typed(dialog: TurntableDialog, name: str) -> tuple[str, bool]:
    """The remark on a name, and whether it can be saved."""
    dialog.target.setText(name)
    dialog.target.textEdited.emit(name)
    return dialog._remark.text(), dialog.save_button.isEnabled()


def test_a_name_does_not_make_a_turn_that_cannot_be(dialog: TurntableDialog) -> None:
    dialog.seconds.setValue(1)
    dialog.speed.setValue(1)
    assert "made of 1 image." in dialog._remark.text()
    assert dialog._said.text().startswith("1 image, ")
    said, possible = typed(dialog, "other.mp4")
    assert "made of 1 image." in said and not possible
    dialog.speed.setValue(8)
    assert dialog.save_button.isEnabled() and not dialog._remark.text()


def test_a_name_that_is_too_long_is_refused(dialog: TurntableDialog) -> None:
    said, possible = typed(dialog, "x" * 300)
    assert said and not possible
    assert typed(dialog, "x") == ("Is saved as 'x.mp4'.", True)


def test_what_becomes_of_a_name_is_said(dialog: TurntableDialog, tmp_path: Path) -> None:
    assert typed(dialog, "x.png") == ("Is saved as 'x.png.mp4'.", True)
    assert typed(dialog, "x.GIF") == ("", True)
    for folder in ("..", "../", str(tmp_path)):
        said, possible = typed(dialog, folder)
        assert said == f"Goes to {tmp_path} as 'brainviewer-turn.gif'." and possible
        assert dialog.request.path.resolve() == tmp_path / "brainviewer-turn.gif"
    (tmp_path / "films" / "there.gif").touch()
    assert typed(dialog, "there.gif") == ("'there.gif' exists and will be replaced.", True)
