"""Keys: every one can be changed, none belongs to two actions, and all that names it follows."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Layout, Tool
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Modality, Study
from brainviewer.gui.actions.places import keyed_actions
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.help.key_sheet import KeySheet
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.menus import menu_letters
from brainviewer.gui.settings.dialog import SettingsDialog
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def keys(settings: Settings) -> KeyMap:
    return KeyMap(settings, keyed_actions(), menu_letters())


@pytest.fixture
def reading(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study, marker_finding(study))
    window.activateWindow()
    window.grid.shown[0].setFocus()
    QApplication.processEvents()
    return window


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[SettingsDialog]:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    yield dialog
    dialog.close()


# -- the map ------------------------------------------------------------------------------------


def test_the_keys_of_the_table_meet_no_other(keys: KeyMap) -> None:
    keys.check(())
    assert sum(len(actions) for _, actions in keys.groups) == len(ACTIONS)
    for action in ACTIONS:
        assert keys.of(action.id) == action.keys, action.id


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("Ctrl+O", "“Open study folder…”"),
        ("1", "“Window preset 1”"),
        ("PgUp", "moving through slices"),
        ("Space", "panning with a drag"),
        ("Alt+F", "the menu File"),
        ("Esc", "leaving a field"),
    ],
)
def test_a_key_that_is_taken_is_refused_with_its_name(
    keys: KeyMap, settings: Settings, key: str, said: str
) -> None:
    with pytest.raises(BrainViewerError, match=said) as told:
        keys.change("about", [key])
    assert "Nothing was changed" in told.value.message
    assert settings.keys == ()


def test_a_key_can_be_given_taken_away_and_brought_back(keys: KeyMap, settings: Settings) -> None:
    keys.change("open-folder", ["Ctrl+Alt+O", "Ctrl+F12"])
    assert keys.of("open-folder") == ("Ctrl+Alt+O", "Ctrl+F12")
    keys.change("about", ["Ctrl+O"])  # it is free now
    with pytest.raises(BrainViewerError, match="“About BrainViewer”"):
        keys.reset("open-folder")
    keys.change("about", [])
    assert keys.of("about") == ()
    keys.reset("open-folder")
    assert settings.keys == ()


@pytest.mark.parametrize(
    "stored",
    [
        (("about", "Ctrl+O"),),
        (("about", "no key"), ("nobody", "Ctrl+O")),
        (("about", "Ctrl+K, Ctrl+K"),),
        (("about", "Down"),),
    ],
)
def test_damaged_keys_of_the_file_never_give_one_key_to_two(
    stored: tuple[tuple[str, ...], ...],
) -> None:
    keys = KeyMap(Settings(keys=(("copy", "Ctrl+F9"), *stored)), keyed_actions(), menu_letters())
    assert keys.of("copy") == ("Ctrl+F9",)
    assert keys.of("about") == ()
    assert keys.of("open-folder") == ("Ctrl+O",)


def test_two_actions_can_change_keys_with_each_other() -> None:
    swapped = (("open-folder", "Ctrl+L"), ("study-list", "Ctrl+O"))
    keys = KeyMap(Settings(keys=swapped), keyed_actions(), menu_letters())
    assert (keys.of("open-folder"), keys.of("study-list")) == (("Ctrl+L",), ("Ctrl+O",))


def test_keys_are_worked_out_once_for_all_actions(
    keys: KeyMap, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not anew for each, which took most of the time that the window needs to open."""
    worked_out: list[object] = []
    work_out = keys._map
    monkeypatch.setattr(
        keys, "_map", lambda changed: worked_out.append(changed) or work_out(changed)
    )
    for action in ACTIONS:
        keys.of(action.id)
        keys.shortcuts(action.id)
    once = len(worked_out)
    assert 1 <= once <= 2  # to see that they do not meet, and to keep
    settings.update(keys=(("about", "Ctrl+F9"),))
    assert keys.of("about") == ("Ctrl+F9",)
    assert len(worked_out) == 2 * once


# -- the window ---------------------------------------------------------------------------------


def test_menus_tips_sheet_and_hands_follow_at_once(reading: MainWindow) -> None:
    keys, ruler = reading.parts.keys, reading.actions_by_id["tool-ruler"]
    keys.change("tool-ruler", ["Ctrl+F11"])
    assert ruler.shortcut() == QKeySequence("Ctrl+F11")
    assert "(Ctrl+F11)" in ruler.toolTip()
    pane = reading.grid.shown[0]
    QTest.keyClick(pane, Qt.Key.Key_R)
    assert reading.session.state.tool is Tool.WINDOW
    QTest.keyClick(pane, Qt.Key.Key_F11, CTRL)
    assert reading.session.state.tool is Tool.RULER
    reading.actions_by_id["shortcuts"].trigger()
    sheet = reading.findChild(KeySheet)
    assert ("Tools", "Ctrl+F11", "Ruler") in sheet.shown
    sheet.close()


def test_space_hides_nothing_once_another_key_does(reading: MainWindow) -> None:
    pane, state = reading.grid.shown[0], reading.session.state
    reading.parts.keys.change("overlays", ["Ctrl+F8"])
    assert not reading.actions_by_id["overlays"].text().endswith("Space")
    QTest.keyClick(pane, Qt.Key.Key_Space)
    assert state.overlays.lesion
    QTest.keyClick(pane, Qt.Key.Key_F8, CTRL)
    assert not state.overlays.lesion
    reading.parts.keys.reset("overlays")
    assert reading.actions_by_id["overlays"].text().endswith("\tSpace")


def test_digits_are_presets_and_layouts_are_on_ctrl(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    names = session.view.presets(session.state.active)
    for digit, name in ((Qt.Key.Key_3, names[2]), (Qt.Key.Key_2, names[1])):
        QTest.keyClick(pane, digit)
        assert session.state.presets[session.state.active] == name
    QTest.keyClick(pane, Qt.Key.Key_9)  # there are not so many
    assert session.state.presets[session.state.active] == names[1]
    assert session.state.layout is Layout.FOUR_SEQUENCES
    QTest.keyClick(pane, Qt.Key.Key_3, CTRL)
    assert session.state.layout is Layout.ONE_LARGE
    QTest.keyClick(pane, Qt.Key.Key_1, CTRL)
    assert session.state.layout is Layout.FOUR_SEQUENCES
    assert session.state.active is Modality.FLAIR


def test_the_menu_of_presets_says_their_keys(reading: MainWindow) -> None:
    menu = next(m for m in reading.findChildren(QMenu) if m.title() in ("Window preset",)
                or m.title().replace("&", "") == "Window preset")  # fmt: skip
    menu.aboutToShow.emit()
    said = [entry.text() for entry in menu.actions()]
    assert [text.rpartition("\t")[2] for text in said] == [str(n + 1) for n in range(len(said))]


# -- the page -----------------------------------------------------------------------------------


def test_a_key_is_pressed_in_the_page_and_a_taken_one_refused(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    page = dialog.keys
    page.choose("about")
    page.first.setKeySequence(QKeySequence("Ctrl+F7"))
    page.first.editingFinished.emit()
    assert window.session.settings.keys == (("about", "Ctrl+F7"),)
    assert "Ctrl+F7" in dialog.said
    page.first.setKeySequence(QKeySequence("Ctrl+O"))
    page.first.editingFinished.emit()
    assert "“Open study folder…”" in dialog.said
    assert page.first.keySequence() == QKeySequence("Ctrl+F7")
    assert window.session.settings.keys == (("about", "Ctrl+F7"),)
    page.first.clear()
    assert window.session.settings.keys == ()  # it came without a key
    page.choose("redo")
    assert page.second.keySequence() == QKeySequence("Ctrl+Y")
    page.search.setText("ruler")
    shown = [name for name, item in page._items.items() if not item.isHidden()]
    assert shown == ["tool-ruler"]


def test_keys_go_to_a_file_and_come_back_and_wrong_ones_change_nothing(
    window: MainWindow, dialog: SettingsDialog, tmp_path: Path
) -> None:
    settings, path = window.session.settings, tmp_path / "keys.json"
    stored = {"format": "brainviewer-settings", "version": 1,
              "settings": {"keys": [["about", "Ctrl+F7"]], "theme": "light"}}  # fmt: skip
    path.write_text(json.dumps(stored))
    dialog.keys.take_over(path)
    assert settings.keys == (("about", "Ctrl+F7"),)
    assert settings.theme != "light"  # keys alone
    stored["settings"]["keys"] = [["card", "Ctrl+F6"], ["about", "Ctrl+O"]]
    path.write_text(json.dumps(stored))
    for take_over in (dialog.keys.take_over, dialog.take_over):
        take_over(path)
        assert "“Open study folder…”" in dialog.said
        assert settings.keys == (("about", "Ctrl+F7"),)
        assert settings.theme != "light"
