"""Surfaces of the lesion out of the window."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from brainviewer.app.session import Session
from brainviewer.core.study import Study
from brainviewer.gui.exporting import surfaces
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, with_parts

pytestmark = pytest.mark.window


@pytest.fixture
def window(window: MainWindow, session: Session, study: Study) -> MainWindow:
    show_study(session, study, with_parts(marker_finding(study), study))
    return window


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


def test_surfaces_are_saved_and_it_is_said_where(
    window: MainWindow, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose(monkeypatch, tmp_path / "lesion.glb")
    window.actions_by_id["export-surfaces"].trigger()
    assert (tmp_path / "lesion.glb").read_bytes()[:4] == b"glTF"
    assert said[-1][1] == f"5 surfaces saved as lesion.glb in {tmp_path}."


def test_files_that_would_be_replaced_are_asked_about(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(surfaces, "ask", lambda _, what, *__: bool(asked.append(what)))
    (tmp_path / "lesion-core.stl").write_text("before")
    choose(monkeypatch, tmp_path / "lesion.stl")
    window.actions_by_id["export-surfaces"].trigger()
    assert asked == ["Replace lesion-core.stl?"]
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [
        ("lesion-core.stl", "before")
    ]
    monkeypatch.setattr(surfaces, "ask", lambda *_: True)
    window.actions_by_id["export-surfaces"].trigger()
    assert len(list(tmp_path.iterdir())) == 5
    assert (tmp_path / "lesion-core.stl").stat().st_size > 84


def test_what_cannot_be_saved_is_a_notice(
    window: MainWindow, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose(monkeypatch, tmp_path / "nowhere" / "lesion.glb")
    window.actions_by_id["export-surfaces"].trigger()
    assert "does not exist" in said[-1][1]
    choose(monkeypatch, Path())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    before = len(said)
    window.actions_by_id["export-surfaces"].trigger()
    assert len(said) == before


def test_the_menus_offer_it_where_there_is_a_lesion(
    window: MainWindow, session: Session, study: Study
) -> None:
    action = window.actions_by_id["export-surfaces"]
    assert action.isEnabled()
    show_study(session, study, None)
    assert not action.isEnabled()
