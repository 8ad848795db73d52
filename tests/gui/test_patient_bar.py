"""Whose study it is stands above the images, until it is hidden."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.gui.main_window import MainWindow
from tests.dicom_writer import Examination, write_study
from tests.phantoms import marker_study

LINE = "Doe, Jane  ·  ID P-4711  ·  born 1970-03-01 (54 y)  ·  examined 2024-06-14  ·  Brain tumour"


def test_the_patient_is_shown_and_hidden_by_one_key(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    session: Session = window.session
    folder = tmp_path / "doe"
    write_study(folder, marker_study(), examination=Examination())
    session.documents.open([folder])
    qtbot.waitUntil(lambda: session.state.study is not None and session.state.study.name == "doe")
    bar, hide_or_show = window._patient, window.actions_by_id["patient"]
    assert hide_or_show.shortcut().toString() == "Y"
    assert bar.text() == LINE
    assert bar.isVisible()
    assert session.state.age_years == 54
    assert "doe" in window.windowTitle()
    hide_or_show.trigger()
    assert not bar.isVisible()
    assert not bar.text()
    assert "doe" not in window.windowTitle()
    hide_or_show.trigger()
    assert bar.text() == LINE
    session.documents.open_demo()
    qtbot.waitUntil(lambda: not bar.isVisible())
