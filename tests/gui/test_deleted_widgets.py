"""Windows that were closed, but that Python still holds, hear nothing any more."""

import ast
import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.session import Session
from brainviewer.app.signals import Signal
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.closing import ClosingDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panes.swipe_line import SwipeLine
from brainviewer.gui.panes.torn_windows import TornWindow
from brainviewer.gui.settings.dialog import SettingsDialog
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window


class Speaker:
    said = Signal()

    def crashed(self, error: BaseException) -> None:
        raise AssertionError from error


class Ear(QLabel):
    def hear(self, text: str) -> None:
        self.setText(text)


def deleted(widget: QWidget) -> None:
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_deleted_widget_is_not_called(qtbot) -> None:
    speaker, gone, here = Speaker(), Ear(), Ear()
    qtbot.addWidget(here)
    for ear in (gone, here):
        speaker.said.connect(ear.hear)
    deleted(gone)
    speaker.said.emit("a")
    assert here.text() == "a"


def test_settings_change_after_their_dialog_was_closed(window: MainWindow) -> None:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    window.session.settings.update(theme="light")
    window.session.settings.update(theme="dark")


def test_overlays_change_after_a_pane_came_back(
    window: MainWindow, session: Session, study: Study
) -> None:
    show_study(session, study, marker_finding(study))
    window.actions_by_id["tear-off"].trigger()
    (torn,) = window.findChildren(TornWindow)
    lines = torn.findChildren(SwipeLine)
    assert lines
    torn.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    session.view.set_overlay(lesion=False)


def test_what_waited_for_saving_goes_with_its_window(qtbot, session: Session) -> None:
    """It knows the session, and with that all studies that are open."""
    session.engine.start = lambda: None
    window = MainWindow(session)
    waiting = ClosingDialog(session, window)
    waiting.show()
    session.jobs.ended.emit()  # it will look soon whether that was all
    kept = weakref.ref(waiting)
    deleted(waiting)
    deleted(window)
    del waiting
    gc.collect()
    assert kept() is None


def test_no_single_shot_holds_what_is_deleted_before_it() -> None:
    """See ``widgets.timer``: PySide never lets a bound method go whose receiver was deleted."""
    package = Path(__file__).parents[2] / "brainviewer"
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "singleShot":
                *_, slot = node.args
                assert len(node.args) < 3 or not isinstance(slot, ast.Attribute), path
