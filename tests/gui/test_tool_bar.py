"""The tool bar: icons and words as the settings say, and what the user put on it."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QToolButton

from brainviewer.gui import theme
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.actions.tool_bar import TOOL_BAR
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.settings.tool_bar_editor import ToolBarEditor
from brainviewer.gui.toolbar import icons

pytestmark = pytest.mark.window
there_is_the_font = pytest.mark.skipif(
    find_spec("qtawesome") is None, reason="QtAwesome is not installed"
)


@pytest.fixture
def editor(window: MainWindow) -> Iterator[ToolBarEditor]:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    yield dialog.tool_bar
    dialog.close()


def _buttons(window: MainWindow) -> list[str]:
    bar = window._tools
    found = [bar.widgetForAction(action) for action in bar.actions()]
    return [button.text() for button in found if isinstance(button, QToolButton)]


def _button(window: MainWindow, name: str) -> QToolButton:
    button = window._tools.widgetForAction(window.actions_by_id[name])
    assert isinstance(button, QToolButton)
    return button


def test_icons_are_of_actions_that_there_are() -> None:
    assert set(icons.NAMES) <= {action.id for action in ACTIONS}
    assert {name for name in TOOL_BAR if name not in ("-", "<>")} <= set(icons.NAMES)


@there_is_the_font
def test_every_named_glyph_is_in_the_font_and_is_painted_sharp_at_any_scale() -> None:
    _, glyphs = icons._font()
    assert set(icons.NAMES.values()) <= set(glyphs)
    icon = icons.icon_of("undo")
    for ratio in (1.0, 2.0):
        image = icon.pixmap(QSize(20, 20), ratio).toImage()
        assert image.width() == round(20 * ratio)
        inked = sum(
            image.pixelColor(x, y).alpha() > 0
            for x in range(image.width())
            for y in range(image.height())
        )
        assert 0.05 < inked / image.width() ** 2 < 0.6


@there_is_the_font
@pytest.mark.parametrize("worn", ["dark", "light"])
def test_icons_have_the_colour_of_their_words(window: MainWindow, worn: str) -> None:
    window.parts.appearance.set_theme(worn)
    colours = theme.colours(worn)
    for name, wanted in (("export", colours.primary_text), ("open-folder", colours.text)):
        image = window.actions_by_id[name].icon().pixmap(QSize(40, 40), 1.0).toImage()
        inked = [image.pixelColor(x, y) for x in range(40) for y in range(40)]
        assert any(one.alpha() == 255 and one.name() == wanted.lower() for one in inked), name
    window.parts.appearance.set_theme("dark")


def test_without_the_font_there_are_words(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(icons, "_font", lambda: ("", {}))
    assert icons.icon_of("undo").isNull()
    window.actions_by_id["undo"].setIcon(icons.icon_of("undo"))
    window.session.settings.update(tool_bar_style="icons")
    assert _button(window, "undo").text() == "Undo"


def test_style_and_order_follow_the_settings_at_once(window: MainWindow) -> None:
    settings = window.session.settings
    for value, style in (
        ("icons", Qt.ToolButtonStyle.ToolButtonIconOnly),
        ("words", Qt.ToolButtonStyle.ToolButtonTextOnly),
        ("beside", Qt.ToolButtonStyle.ToolButtonTextBesideIcon),
    ):
        settings.update(tool_bar_style=value)
        assert window._tools.toolButtonStyle() is style
        assert _button(window, "undo").accessibleName() == "Undo"
    settings.update(tool_bar=("print", "-", "unknown", "undo", "<>", "settings"))
    assert _buttons(window) == ["Print…", "Undo", "Settings…"]
    settings.update(tool_bar=("unknown",))
    assert window._tools.names == TOOL_BAR
    assert _button(window, "export").property("role") == "primary"


@there_is_the_font
def test_all_of_it_is_in_sight_on_a_small_screen(window: MainWindow) -> None:
    assert window._tools.sizeHint().width() <= 1366


def test_menus_stay_without_icons(window: MainWindow) -> None:
    assert not any(window.actions_by_id[a.id].isIconVisibleInMenu() for a in ACTIONS)


def test_it_is_put_together_in_the_settings(window: MainWindow, editor: ToolBarEditor) -> None:
    settings = window.session.settings
    editor.list.setCurrentRow(0)
    editor.others.setCurrentIndex(editor.others.findData("print"))
    editor.add()
    assert settings.tool_bar[:2] == ("open-folder", "print")
    assert editor.others.findData("print") < 0  # a button stands there once
    assert editor.list.currentRow() == 1
    editor._up.click()
    assert settings.tool_bar[:2] == ("print", "open-folder")
    assert _buttons(window)[:2] == ["Print…", "Open"]
    editor._remove.click()
    assert settings.tool_bar == ()  # as it came
    for _ in range(2 * len(TOOL_BAR)):
        editor.remove()
    assert len(settings.tool_bar) == 1
    editor.reset()
    assert window._tools.names == TOOL_BAR
    QApplication.processEvents()
