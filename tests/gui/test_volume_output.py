"""The 3D view out of the window: saved large, copied, turned into a film; equal to commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.exporting.turntable import TurntableRequest
from brainviewer.app.exporting.volume_pictures import (
    VolumeLook,
    volume_drawing,
    volume_figure,
    volume_request,
)
from brainviewer.app.session import Session
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.gui.dialogs import view_export
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.exporting import volume as volume_export
from brainviewer.gui.exporting.turntable_dialog import TurntableDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.cutting import PEEL_STEP_MM
from brainviewer.painting.devices import pixels_of
from brainviewer.painting.figure import figure_image
from brainviewer.painting.report.blocks import Words
from brainviewer.painting.report.pages import DrawnPages
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, with_parts
from tests.provenance import read_provenance

pytestmark = pytest.mark.window


@pytest.fixture
def finding(study: Study) -> TumourFinding:
    return with_parts(marker_finding(study), study)


@pytest.fixture
def window(
    window: MainWindow, session: Session, study: Study, finding: TumourFinding, qtbot: QtBot
) -> Iterator[MainWindow]:
    show_study(session, replace(study, name="Doe^Jane"), finding)
    session.state.overlays = replace(session.state.overlays, crosshair=False)
    qtbot.waitUntil(lambda: window.volume.image.pixels_shown is not None)
    yield window


def test_a_command_draws_what_the_window_shows(
    window: MainWindow, session: Session, finding: TumourFinding
) -> None:
    study, pane = session.state.study, window.volume
    assert study is not None
    pane.set_preset("glass")
    pane.look("R")
    pane.set_view(pane.view.shown(opacity=0.8, contrast=0.3, size=1.7))
    pane.cutting.to_tumour()
    in_window = pane.render_image(240, 180)
    look = VolumeLook(None, "glass", "right", 0.8, 0.3, 1.7, cut="tumour")
    shown = volume_request(study, finding, look)
    with volume_drawing(shown) as draw:
        by_command = draw(shown, (240, 180), lambda _: None)
    assert np.array_equal(in_window, by_command)
    assert in_window.std() > 5


def test_a_command_draws_the_faces_of_cuts_that_the_window_shows(
    window: MainWindow, session: Session, finding: TumourFinding
) -> None:
    state, pane = session.state, window.volume
    study = state.study
    assert study is not None
    pane.look("S")
    number = SliceView.of(study.grid, Plane.AXIAL).index_of(state.cursor)
    for preset, cut, peel, whole in (
        ("brain", "tumour", 0.0, False),
        ("brain", "tumour", 0.0, True),
        ("skin", f"axial:{number}", PEEL_STEP_MM, False),
    ):
        pane.cutting.whole()
        pane.set_preset(preset)
        session.view.set_overlay(parts=not whole)
        if cut == "tumour":
            pane.cutting.to_tumour()
        else:
            state.plane = Plane.AXIAL
            pane.cutting.at_slice()
        if peel:
            pane.cutting.peel()
        in_window = pane.render_image(240, 180)
        look = VolumeLook(None, preset, "superior", parts=not whole, cut=cut, peel_mm=peel)
        shown = volume_request(study, finding, look)
        with volume_drawing(shown) as draw:
            by_command = draw(shown, (240, 180), lambda _: None)
            without = draw(replace(shown, slices=NO_SLICES), (240, 180), lambda _: None)
        assert np.array_equal(in_window, by_command)
        assert (np.abs(in_window.astype(int) - without).max(axis=2) > 20).mean() > 0.02


def test_it_is_saved_up_to_eight_times_as_large(
    window: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_export, "_VOLUME_SIZE", (160, 120))
    path = tmp_path / "head.png"
    request = ExportRequest(ExportSubject.VOLUME, path, 8, result=False)
    window.export_image.save(request)
    with Image.open(path) as image:
        assert image.width == 8 * 160
        page = np.asarray(image.convert("RGB"))
    expected = window.volume.render_image(8 * 160, 8 * 120)
    assert np.array_equal(page[400:960], expected[400:])
    record = read_provenance(path)
    assert (record["scale"], record["volume"]["preset"]) == (8, "brain")
    assert "Doe" not in str(record)


def test_eight_times_is_offered_for_the_3d_view_alone(session: Session, window: MainWindow) -> None:
    dialog = ExportDialog(session.state, lambda _: window.grab().toImage(), window)
    scales = dialog._scales
    assert not scales.choose(8)
    dialog.choose(ExportSubject.VOLUME)
    assert scales.choose(8) and dialog.request.scale == 8
    dialog.choose(ExportSubject.VIEW)
    assert dialog.request.scale == 4
    dialog.close()


def test_it_is_copied_with_its_legend(
    window: MainWindow, session: Session, said: list[tuple[str, str]]
) -> None:
    window.volume.look("A")
    window.actions_by_id["copy-volume"].trigger()
    assert said[-1][1] == "The 3D view was copied."
    copied = pixels_of(QGuiApplication.clipboard().image())
    image, width = window.volume.image, copied.shape[1]
    height = 2 * round(width * image.height() / image.width() / 2)
    assert width >= 600 and copied.shape[0] > height + 30
    expected = window.volume.render_image(width, height)
    assert np.array_equal(copied[60:height], expected[60:])


def test_a_copy_is_recorded_of_the_study_that_it_shows(
    window: MainWindow, session: Session, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, named = session.state.study, []

    def then_another(*asked: object) -> QImage:
        image = figure_image(*asked)
        show_study(session, replace(study, name="another"))
        return image

    @contextmanager
    def audited(_action: Action, of: Study | None, **_: object) -> Iterator[None]:
        named.append(of)
        yield

    monkeypatch.setattr(volume_export, "figure_image", then_another)
    monkeypatch.setattr(volume_export, "audited", audited)
    window.actions_by_id["copy-volume"].trigger()
    assert len(named) == 1 and named[0] is begun is not session.state.study


def test_a_turn_is_saved_by_the_dialog(
    window: MainWindow,
    qtbot: QtBot,
    said: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("brainviewer.gui.exporting.volume.volume_figure",
                        lambda shown, *_: volume_figure(shown, (120, 90)))  # fmt: skip
    before = window.volume.view

    def fill_in() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, TurntableDialog)
        dialog.seconds.setValue(1)
        dialog.speed.setValue(8)
        dialog.target.setText(str(tmp_path / "nowhere" / "turn.gif"))
        dialog.target.textEdited.emit(dialog.target.text())
        assert not dialog.save_button.isEnabled() and "no folder" in dialog._remark.text()
        dialog.target.setText(str(tmp_path / "turn.gif"))
        dialog.target.textEdited.emit(dialog.target.text())
        assert "8 images" in dialog._said.text()
        dialog.save_button.click()

    QTimer.singleShot(0, fill_in)
    window.actions_by_id["export-turntable"].trigger()
    assert said[-1][1].startswith(f"The turn was saved as turn.gif in {tmp_path}.")
    with Image.open(tmp_path / "turn.gif") as film:
        assert film.n_frames == 8
        first = np.asarray(film.convert("RGB")).astype(int)
        film.seek(4)
        other = np.asarray(film.convert("RGB")).astype(int)
    assert np.abs(first - other)[:90].mean() > 1
    assert np.abs(first - other)[95:].mean() < 3  # legend and notice, in other palettes
    assert window.volume.view is before
    qtbot.waitUntil(lambda: window.volume.drawing.worker._shown.view is before)


def test_a_turn_ends_when_another_study_is_opened(
    window: MainWindow,
    session: Session,
    study: Study,
    said: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    real, drawn = window.volume.render_image, []

    def draws(*asked: object) -> np.ndarray:
        drawn.append(asked)
        if len(drawn) == 3:
            show_study(session, replace(study, name="another"))
        return real(*asked)

    monkeypatch.setattr(window.volume, "render_image", draws)
    request = TurntableRequest(tmp_path / "turn.gif", 1.0, 10.0)
    window.export_image.volume.save_turn(request, (120, 90))
    assert "Another study was opened" in said[-1][1]
    assert "so 'turn.gif' was not saved" in said[-1][1]
    assert len(drawn) == 3 and not list(tmp_path.iterdir())


def test_too_many_images_cannot_be_saved(window: MainWindow, tmp_path: Path) -> None:
    dialog = TurntableDialog(window, tmp_path)
    assert dialog.save_button.isEnabled()
    dialog.seconds.setValue(60)
    dialog.speed.setValue(50)
    assert not dialog.save_button.isEnabled()
    assert "3,000 images" in dialog._remark.text()
    dialog.close()


def test_the_report_has_the_view_of_the_window(
    window: MainWindow, session: Session, tmp_path: Path
) -> None:
    window.volume.look("L")
    session.reports.save(tmp_path / "report.html", lambda _: None)
    page = (tmp_path / "report.html").read_text()
    assert "FLAIR 3D, look “Brain” · seen from the left" in page
    assert page.count("data:image/png") == len(session.state.study.modalities) + 1
    assert "Doe" not in page


def test_pages_come_first_and_then_the_view(window: MainWindow, session: Session) -> None:
    sections: list[list[str]] = []

    def ready(drawn: DrawnPages) -> None:
        blocks = [block for one in drawn.pages.document.sections for block in one.blocks]
        sections.append([block.text for block in blocks if isinstance(block, Words)])

    def failed(error: Exception) -> None:
        raise error

    session.reports.draw(300, ready, failed)
    said = [any("being drawn" in one for one in texts) for texts in sections]
    assert said == [True, False]
    session.reports.draw(300, ready, failed)  # it is there by now
    assert len(sections) == 3
    assert any("seen from" in one for one in sections[-1])
