"""Windows that were closed, but that Python still holds, hear nothing any more."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.session import Session
from brainviewer.app.signals import Signal
from brainviewer.core.study import Study
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
