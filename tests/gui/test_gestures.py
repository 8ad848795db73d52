"""What a radiologist has in his fingers: menus, keys, wheel, touchpad, drag and drop, help."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton, QWidget

from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.gui.actions.places import CONTEXT_MENUS, MENUS
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.help.key_sheet import KeySheet
from brainviewer.gui.keys.mnemonics import with_mnemonics
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.welcome import DropHighlight, Invitation
from tests.gui.conftest import show_study
from tests.gui.hands import LEFT, RIGHT, click, drag, press, release, wheel
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window
SHIFT = Qt.KeyboardModifier.ShiftModifier
HERE = QPointF(110, 150)


@pytest.fixture
def reading(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study, marker_finding(study))
    QApplication.processEvents()
    return window


def _popup() -> QMenu:
    QApplication.processEvents()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def _said(menu: QMenu) -> list[str]:
    return [a.text().split("\t")[0].replace("&", "") for a in menu.actions() if a.text()]


# -- menus and keys -----------------------------------------------------------------------------


def test_every_menu_and_every_entry_has_a_letter_of_its_own(window: MainWindow) -> None:
    bar = window.menuBar().actions()
    assert [a.text().replace("&", "") for a in bar] == [title for title, _ in MENUS]
    for level in (bar, *(a.menu().actions() for a in bar)):
        keys = [QKeySequence.mnemonic(a.text()).toString() for a in level if not a.isSeparator()]
        assert all(keys)
        # More entries than letters share one; then it goes from one to the next.
        assert [key for key, count in Counter(keys).items() if count > 2] == []
        assert len(set(keys)) >= min(len(keys), 18)


def test_letters_are_given_once_and_keys_are_left_alone() -> None:
    assert with_mnemonics(["Find", "Fit", "fit", "Hide\tSpace"]) == [
        "&Find", "F&it", "fi&t", "&Hide\tSpace",
    ]  # fmt: skip
    assert with_mnemonics(["&Given", "Go", ""]) == ["&Given", "G&o", ""]


def test_redo_has_both_of_its_keys(window: MainWindow) -> None:
    keys = [key.toString() for key in window.actions_by_id["redo"].shortcuts()]
    assert keys == ["Ctrl+Shift+Z", "Ctrl+Y"]


def test_every_entry_of_every_menu_is_in_the_table() -> None:
    known = {action.id for action in ACTIONS} | {"-"}
    for names in (*(names for _, names in MENUS), *CONTEXT_MENUS.values()):
        assert {name for name in names if not name.endswith(">")} <= known


# -- the right button ---------------------------------------------------------------------------


def test_the_right_button_opens_a_menu_where_it_does_not_drag(reading: MainWindow) -> None:
    pane = reading.grid.shown[0]
    before = pane.camera
    click(pane, HERE, RIGHT)
    menu = _popup()
    assert {"Tumour slice", "Automatic window", "Export image…"} <= set(_said(menu))
    menu.close()
    assert pane.camera == before
    drag(pane, HERE, HERE + QPointF(0, -40), RIGHT)
    assert QApplication.activePopupWidget() is None
    assert pane.camera != before


def test_the_menu_acts_on_the_annotation_under_the_pointer(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.view.set_tool(Tool.RULER)
    drag(pane, QPointF(80, 120), QPointF(140, 120))
    session.annotations.select("")
    click(pane, QPointF(110, 120), RIGHT)
    menu = _popup()
    next(a for a in menu.actions() if "Delete annotation" in a.text()).trigger()
    menu.close()
    assert session.state.annotations == ()


def test_3d_and_lists_have_menus(reading: MainWindow) -> None:
    annotation = Annotation(Kind.RULER, Plane.AXIAL, ((0, 0, 0), (3, 0, 0)), Modality.T1)
    reading.session.annotations.add(annotation)
    reading.session.annotations.select("")
    image = reading.volume.image
    press(image, HERE, RIGHT)
    release(image, HERE, RIGHT)
    menu = _popup()
    assert "Reset the 3D view" in _said(menu)
    menu.close()
    for kind, word in ((SequenceList, "Automatic window"), (AnnotationList, "Delete annotation")):
        rows = reading.findChild(kind)
        rows.customContextMenuRequested.emit(rows.visualRect(rows.model().index(0, 0)).center())
        menu = _popup()
        assert word in _said(menu)
        menu.close()
    assert reading.session.state.selection == annotation.id


# -- Shift and Space ----------------------------------------------------------------------------


@pytest.mark.parametrize("tool", [t for t in Tool if t is not Tool.BRUSH and not t.corrects])
def test_a_click_with_shift_places_the_cursor_with_any_tool(
    reading: MainWindow, tool: Tool
) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.view.set_tool(tool)
    windows = dict(session.state.windows)
    press(pane, HERE, LEFT, SHIFT)
    release(pane, HERE, LEFT, SHIFT)
    at = pane.geometry_mm.to_pixels([session.state.cursor])[0]
    assert (at - HERE).manhattanLength() < 3
    assert session.state.annotations == ()
    assert dict(session.state.windows) == windows


def test_space_hides_and_shows_all_overlays(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.view.set_overlay(diameters=True)
    before = session.state.overlays
    QTest.keyClick(pane, Qt.Key.Key_Space)
    hidden = session.state.overlays
    covering = (
        "lesion", "parts", "diameters", "segmentation", "difference", "heatmap", "annotations",
        "crosshair",
    )  # fmt: skip
    assert not any(getattr(hidden, name) for name in covering)
    assert hidden.text
    QTest.keyClick(pane, Qt.Key.Key_Space)
    assert session.state.overlays == before
    # All hidden one by one: something comes back all the same.
    session.view.set_overlay(**dict.fromkeys(covering, False))
    session.view._before_bare = Overlays()
    reading.actions_by_id["overlays"].trigger()
    assert session.state.overlays.lesion
    assert reading.actions_by_id["overlays"].text().endswith("\tSpace")


def test_what_is_drawn_while_all_is_hidden_is_seen(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.view.toggle_overlays()
    session.view.set_tool(Tool.RULER)
    press(pane, HERE)
    assert session.state.overlays.annotations
    assert not session.state.overlays.lesion
    release(pane, HERE)


def test_space_with_a_drag_pans_and_hides_nothing(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    before, camera = session.state.overlays, pane.camera
    QTest.keyPress(pane, Qt.Key.Key_Space)
    drag(pane, HERE, HERE + QPointF(20, 10))
    QTest.keyRelease(pane, Qt.Key.Key_Space)
    assert session.state.overlays == before
    assert pane.camera != camera


def test_space_acts_on_the_images_from_the_3d_view_too(reading: MainWindow) -> None:
    image = reading.volume.image
    image.setFocus()
    QTest.keyClick(image, Qt.Key.Key_Space)
    assert not reading.session.state.overlays.lesion
    QTest.keyClick(image, Qt.Key.Key_Space)
    assert reading.session.state.overlays.lesion


# -- wheel and touchpad -------------------------------------------------------------------------


def _pixels(widget: QWidget, dx: int, dy: int, angle: int = 0) -> None:
    """A touchpad that tells pixels, and perhaps parts of a notch."""
    at = QPointF(100, 20)
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(dx, dy), QPoint(0, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_fine_wheels_scroll_slices_and_strip_alike(reading: MainWindow) -> None:
    state = reading.session.state
    for widget in (reading.grid.shown[0], reading._strip):
        for part, parts in ((15, 8), (40, 3), (-30, 4)):
            before = state.slice_index()
            for _ in range(parts):
                wheel(widget, QPointF(100, 20), part)
            assert state.slice_index() == before + (1 if part > 0 else -1), widget
        before = state.slice_index()
        for _ in range(8):
            _pixels(widget, 0, 20)
        assert state.slice_index() == before + 4, widget
        for _ in range(8):
            _pixels(widget, -20, 3)
        assert state.slice_index() == before, widget


def test_a_touchpad_sets_the_size_in_3d(reading: MainWindow) -> None:
    before = reading.volume.view.size
    _pixels(reading.volume.image, 0, 60)
    assert reading.volume.view.size > before


# -- opening ------------------------------------------------------------------------------------


def test_dialogs_begin_in_the_last_folder(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def chosen(_parent: QWidget, _title: str, folder: str = "", *_: str) -> str:
        begun.append(folder)
        return str(tmp_path / "new" / "study")

    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    gone, old = str(tmp_path / "gone" / "study"), str(tmp_path / "old" / "study")
    window.session.settings.recent = ((gone,), (old,))
    window.session.documents.open = lambda _paths: None  # it cannot be opened; the folder was right
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", chosen)
    window.actions_by_id["open-folder"].trigger()
    window.actions_by_id["open-folder"].trigger()
    assert begun == [str(tmp_path / "old"), str(tmp_path / "new")]


def test_recent_studies_stand_on_the_welcome_page(
    window: MainWindow, tmp_path: Path, study: Study
) -> None:
    opened: list[object] = []
    window.session.documents.open = opened.append
    window.session.settings.recent = (
        (str(tmp_path / "R&D one"),),
        (str(tmp_path / "two" / "a.nii"), str(tmp_path / "two" / "b.nii")),
    )
    page = window.findChild(Invitation)
    page.hide()
    page.show()
    QApplication.processEvents()
    rows = [b for b in page.findChildren(QPushButton) if b.property("role") == "recent"]
    assert [b.text().replace("&&", "&") for b in rows] == ["R&D one", "two"]
    rows[1].click()
    assert opened == [[tmp_path / "two" / "a.nii", tmp_path / "two" / "b.nii"]]
    window.actions_by_id["patient"].trigger()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    rows = [b for b in page.findChildren(QPushButton) if b.property("role") == "recent"]
    assert [b.text() for b in rows] == ["Study 1", "Study 2"]
    named = [b.accessibleName() + b.toolTip() for b in page.findChildren(QPushButton)]
    assert not any("R&" in text or "two" in text for text in named)


def test_what_is_dragged_over_the_window_is_seen_to_be_welcome(
    window: MainWindow, tmp_path: Path
) -> None:
    over = window.findChild(DropHighlight)
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    enter = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier
    )
    assert not over.isVisible()
    QApplication.sendEvent(window, enter)
    assert over.isVisible()
    assert over.geometry() == window.rect()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not over.isVisible()


# -- help ---------------------------------------------------------------------------------------


def test_the_sheet_of_keys_is_grouped_and_can_be_searched(window: MainWindow) -> None:
    window.actions_by_id["shortcuts"].trigger()
    sheet = window.findChild(KeySheet)
    rows = sheet.shown
    groups = list(dict.fromkeys(group for group, _, _ in rows))
    assert groups == ["Mouse: PACS", *(title for title, _ in MENUS if title in groups)]
    assert {("View", "Space", "Hide or show all overlays"),
            ("Edit", "Ctrl+Shift+Z or Ctrl+Y", "Redo")} <= set(rows)  # fmt: skip
    keys = [action.keys for action in ACTIONS if action.keys]
    assert len([row for row in rows if row[0] != "Mouse: PACS"]) == len(keys)
    QTest.keyClicks(sheet.search, "tumour slice")
    assert ("Tumour", "T", "Tumour slice") in sheet.shown
    assert all("tumour" in " ".join(row).casefold() for row in sheet.shown)
    sheet.search.clear()
    assert sheet.shown == rows
    assert sheet.rows.columnWidth(1) >= sheet.rows.sizeHintForColumn(1)  # no row is cut off
    sheet.close()
