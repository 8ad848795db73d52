"""Window presets of the user in the window: saved, renamed, sorted, imported, chosen by digits."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from brainviewer.core.study import Modality
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.voi.presets_dialog import PresetsDialog
from brainviewer.gui.voi.save_preset import SavePresetDialog
from tests.gui.conftest import show_study
from tests.gui.hands import double_click
from tests.phantoms import marker_study

pytestmark = pytest.mark.window
FLAIR = Modality.FLAIR


@pytest.fixture
def reading(window: MainWindow) -> MainWindow:
    show_study(window.session, marker_study())
    window.activateWindow()
    window.grid.shown[0].setFocus()
    QApplication.processEvents()
    return window


@pytest.fixture
def listed(reading: MainWindow) -> PresetsDialog:
    for name in ("edge", "core"):
        reading.session.presets.save(OwnPreset(FLAIR, name, 0.2, 0.5))
    reading.actions_by_id["own-presets"].trigger()
    dialog = reading.findChild(PresetsDialog)
    yield dialog
    dialog.close()


def names(dialog: PresetsDialog) -> list[str]:
    rows = range(dialog.list.topLevelItemCount())
    return [dialog.list.topLevelItem(n).text(1) for n in rows]


def test_a_window_is_saved_and_chosen_by_its_digit(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, state = reading.session, reading.session.state
    window = Window(321.0, 123.0)
    session.view.set_window(FLAIR, window)

    def fill_in(dialog: SavePresetDialog) -> bool:
        assert not dialog.save_button.isEnabled()
        assert not dialog.this_scanner.isVisibleTo(dialog)  # the files say none
        dialog.name.setText("Lesion")
        dialog.save_button.click()
        assert "already" in dialog.said.text()
        assert dialog.result() == 0
        dialog.name.setText("edge")
        dialog.save_button.click()
        return bool(dialog.result())

    monkeypatch.setattr(SavePresetDialog, "exec", fill_in)
    reading.actions_by_id["save-preset"].trigger()
    assert state.presets[FLAIR] == "edge"
    assert state.windows[FLAIR].level == pytest.approx(window.level)
    combo = next(c for c in reading.findChildren(QComboBox) if c.accessibleName() == "Preset")
    assert combo.currentText() == "edge"
    pane = reading.grid.shown[0]
    QTest.keyClick(pane, Qt.Key.Key_1)
    assert state.presets[FLAIR] == "Automatic"
    number = session.view.presets(FLAIR).index("edge") + 1
    QTest.keyClick(pane, Qt.Key(Qt.Key.Key_0 + number))
    assert state.windows[FLAIR].width == pytest.approx(window.width)


def test_the_dialog_warns_before_a_preset_is_replaced(reading: MainWindow, qtbot: QtBot) -> None:
    session = reading.session
    session.presets.save(OwnPreset(FLAIR, "edge", 0.2, 0.5))
    volume = session.state.study.volumes[FLAIR]
    dialog = SavePresetDialog(session, volume, Window(1, 2), reading)
    qtbot.addWidget(dialog)
    dialog.name.setText("EDGE")
    assert "takes the place of the preset 'edge'" in dialog.said.text()


def test_rows_are_renamed_sorted_and_deleted(reading: MainWindow, listed: PresetsDialog) -> None:
    own = reading.session.presets
    assert names(listed) == ["edge", "core"]
    listed.list.setCurrentItem(listed.list.topLevelItem(1))
    listed._up.click()
    assert [one.name for one in own.all] == names(listed) == ["core", "edge"]
    assert listed.chosen.name == "core"
    item = listed.list.topLevelItem(0)
    item.setText(1, "Automatic")
    assert "already" in listed.said
    assert names(listed) == ["core", "edge"]
    item.setText(1, "middle")
    assert own.all[0].name == "middle"
    item.setCheckState(4, Qt.CheckState.Checked)
    listed.list.topLevelItem(1).setCheckState(4, Qt.CheckState.Checked)
    assert [one.opens for one in own.all] == [False, True]
    assert item.checkState(4) is Qt.CheckState.Unchecked
    listed._delete.click()
    assert [one.name for one in own.all] == names(listed) == ["edge"]


def test_a_name_is_edited_in_its_row(reading: MainWindow, listed: PresetsDialog) -> None:
    item = listed.list.topLevelItem(0)
    double_click(listed.list.viewport(), QPointF(listed.list.visualItemRect(item).center()))
    editor = listed.list.findChild(QLineEdit)
    QTest.keyClicks(editor, "rim")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt takes the text over later
    assert reading.session.presets.all[0].name == "rim"
    assert names(listed) == ["rim", "core"]


def test_files_are_taken_over_or_refused_in_a_sentence(
    reading: MainWindow, listed: PresetsDialog, tmp_path: Path
) -> None:
    path = tmp_path / "presets.json"
    reading.session.presets.export(path)
    content = json.loads(path.read_text("utf-8"))
    content["presets"][0]["name"] = "new"
    path.write_text(json.dumps(content))
    listed.take_over(path)
    assert names(listed) == ["edge", "core", "new"]
    assert listed.said == "2 presets were taken over."
    path.write_text("<presets/>")
    listed.take_over(path)
    assert names(listed) == ["edge", "core", "new"]
    assert "valid JSON" in listed.said
