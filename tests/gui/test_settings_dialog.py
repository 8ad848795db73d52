"""The dialog of the settings: made from the table, in step with what holds."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QSpinBox, QWidget

from brainviewer.app.settings.settings import TABLE
from brainviewer.app.settings.table import Page
from brainviewer.core.slices import Convention
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.pacs.search_form import SearchForm
from brainviewer.gui.settings import dialog as dialog_module
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.theme import apply_theme
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[SettingsDialog]:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    yield dialog
    if (still := window.findChild(SettingsDialog)) is not None:
        still.close()


def _choose(dialog: SettingsDialog, key: str, value: object) -> None:
    box = dialog.editors[key].widget
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))


def test_every_setting_of_a_page_has_a_field_with_name_and_help(dialog: SettingsDialog) -> None:
    assert set(dialog.editors) == {key for key, row in TABLE.items() if row.page} - {
        "keys",
        "tool_bar",
        "layouts",  # menus keep them
    }
    for key, editor in dialog.editors.items():
        assert editor.widget.accessibleName() == TABLE[key].label
        assert editor.widget.accessibleDescription() == TABLE[key].help
    assert dialog.pages.item(0).text() == Page.DISPLAY


def test_it_is_one_dialog_however_often_it_is_asked_for(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    window.actions_by_id["settings"].trigger()
    assert window.findChildren(SettingsDialog) == [dialog]


def test_what_is_chosen_holds_at_once(window: MainWindow, dialog: SettingsDialog) -> None:
    app = QApplication.instance()
    before = app.property("theme")
    _choose(dialog, "theme", "light")
    _choose(dialog, "convention", Convention.NEUROLOGICAL)
    smooth = dialog.editors["smooth_pixels"].widget
    assert isinstance(smooth, QCheckBox)
    smooth.click()
    assert app.property("theme") == "light"
    assert window.session.state.convention is Convention.NEUROLOGICAL
    assert not window.grid.panes[0].smooth
    window.parts.appearance.set_theme(before or "dark")
    assert dialog.editors["theme"].widget.currentData() == (before or "dark")


def test_the_export_begins_as_the_settings_say(
    window: MainWindow, study: Study, dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_study(window.session, study)
    scale = dialog.editors["export_scale"].widget
    assert isinstance(scale, QSpinBox)
    scale.setValue(4)
    _choose(dialog, "export_format", ".pdf")
    asked: list[ExportDialog] = []
    monkeypatch.setattr(ExportDialog, "exec", lambda self: asked.append(self) or 0)
    window.actions_by_id["export"].trigger()
    assert asked[0].request.scale == 4
    assert asked[0].request.path.suffix == ".pdf"


def test_a_study_opens_with_the_window_that_was_chosen(
    window: MainWindow, study: Study, dialog: SettingsDialog
) -> None:
    show_study(window.session, study)
    usual = dict(window.session.state.windows)
    _choose(dialog, "opening_preset", "Full range")
    show_study(window.session, study)
    state = window.session.state
    assert set(state.presets.values()) == {"Full range"}
    assert state.windows[state.active] != usual[state.active]


def test_a_reset_is_asked_for_and_leaves_other_pages(
    dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dialog._settings
    settings.update(export_scale=4, smooth_pixels=False)
    dialog.show_page(Page.EXPORT)
    monkeypatch.setattr(dialog_module, "ask", lambda *_: False)
    dialog.reset_page()
    assert settings.export_scale == 4
    monkeypatch.setattr(dialog_module, "ask", lambda *_: True)
    dialog.reset_page()
    assert (settings.export_scale, settings.smooth_pixels) == (2, False)
    dialog.reset_all()
    assert settings.smooth_pixels


def test_a_file_from_elsewhere_is_a_sentence_and_changes_nothing(
    dialog: SettingsDialog, tmp_path: Path
) -> None:
    before = {key: getattr(dialog._settings, key) for key in TABLE}
    other = tmp_path / "other.json"
    other.write_text('{"theme": "light"}')
    dialog.take_over(other)
    assert "is no file of exported settings" in dialog.said
    dialog.take_over(tmp_path / "gone.json")
    assert "gone.json" in dialog.said
    assert {key: getattr(dialog._settings, key) for key in TABLE} == before
    stored = {"format": "brainviewer-settings", "version": 1,
              "settings": {"export_scale": 3, "smooth_pixels": False}}  # fmt: skip
    other.write_text(json.dumps(stored))
    dialog.take_over(other)
    assert dialog.said == "2 settings were taken over."
    assert dialog.editors["export_scale"].widget.value() == 3


def test_escape_closes_and_tab_reaches_every_field_of_a_page(dialog: SettingsDialog) -> None:
    dialog.show_page(Page.DISPLAY)
    dialog.pages.setFocus()
    reached = set()
    for _ in range(40):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(dialog.focusWidget())
    shown = {one.widget for one in dialog.editors.values() if one.setting.page is Page.DISPLAY}
    assert shown <= reached
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("page", Page)
def test_keys_alone_reach_everything_of_a_page_and_it_is_seen_where_they_are(
    qapp: QApplication, dialog: SettingsDialog, page: Page
) -> None:
    apply_theme(qapp, "dark")  # which paints the focus
    dialog.show_page(page)
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)  # the focus of a window behind is not painted
    dialog.pages.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    while True:
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        at = dialog.focusWidget()
        if at in reached:
            break
        reached.append(at)
    wanted = [
        one for one in dialog.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.focusProxy() is None
    ]  # fmt: skip
    assert set(wanted) <= set(reached)
    for widget in reached:
        named = widget.accessibleName() or getattr(widget, "text", str)()
        assert named, widget
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        with_focus = widget.grab().toImage()
        other = dialog.pages if widget is not dialog.pages else reached[0]
        other.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.grab().toImage() != with_focus, named


def test_a_setting_is_changed_with_keys_alone(dialog: SettingsDialog) -> None:
    settings = dialog._settings
    dialog.pages.setFocus()
    QTest.keyClick(dialog.pages, Qt.Key.Key_Down)
    assert dialog.page is Page.MOUSE
    QTest.keyClick(dialog.pages, Qt.Key.Key_Tab)
    box = dialog.focusWidget()
    assert box is dialog.editors["mouse_scheme"].widget
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert settings.mouse_scheme == "ITK-SNAP"
    QTest.keyClick(box, Qt.Key.Key_Tab)
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    assert settings.wheel_reversed


def test_a_search_of_a_pacs_begins_as_the_settings_say(window: MainWindow) -> None:
    window.session.settings.update(pacs_days=7, pacs_modality="CT")
    form = SearchForm(lambda: None)
    form.begin_with(window.session.settings)
    query = form.query
    assert query.modality == "CT"
    assert query.since == datetime.date.today() - datetime.timedelta(7)
