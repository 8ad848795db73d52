"""Out of the window: an image in a file, an image on the clipboard, and places that refuse."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication, QPageLayout
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QApplication, QDialog

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import Cancelled
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.gui.dialogs import printing
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.painting.figure import draw_figure
from tests.gui.conftest import show_answered, show_study
from tests.phantoms import marker_study
from tests.provenance import read_provenance

pytestmark = pytest.mark.window


@pytest.fixture
def window(window: MainWindow, session: Session, study: Study) -> MainWindow:
    show_answered(session, study)
    return window


def text_chunk(path: Path) -> dict[str, object]:
    with Image.open(path) as image:
        image.load()
        (text,) = (v for v in image.text.values() if v.startswith("{"))
    return json.loads(text)


def test_what_the_dialog_asks_for_is_written(
    window: MainWindow, said: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ExportDialog] = []

    def accept(dialog: ExportDialog) -> int:
        asked.append(dialog)
        dialog._folder = tmp_path
        dialog._show_preview()
        assert dialog.export_button.isEnabled()
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ExportDialog, "exec", accept)
    window.actions_by_id["export-tumour"].trigger()
    path = tmp_path / "brainviewer-tumour-slice.png"
    assert said == [("info", f"The image was saved as {path.name} in {tmp_path}.")]
    chunk = text_chunk(path)
    written = json.dumps(chunk)
    assert str(window.session.state.study.content_hash) in written
    assert "toy" in written
    assert "Doe" not in written
    # The next dialog starts in the same folder.
    window.actions_by_id["export"].trigger()
    assert (tmp_path / "brainviewer-current-view.png").is_file()


@pytest.mark.parametrize("layout", Layout)
def test_the_view_is_exported_in_every_layout_and_larger_at_a_larger_scale(
    window: MainWindow, tmp_path: Path, layout: Layout
) -> None:
    window.session.view.set_layout(layout)
    sizes = []
    for scale in (1, 2):
        path = tmp_path / f"{scale}.png"
        window.export_image.save(ExportRequest(ExportSubject.VIEW, path, scale))
        with Image.open(path) as image:
            sizes.append(image.size)
            assert np.asarray(image.convert("L")).std() > 10
    (width, height), (wide, high) = sizes
    assert wide == 2 * width
    assert high == pytest.approx(2 * height, rel=0.1)  # the footer breaks its lines elsewhere


def test_the_3d_view_is_exported(window: MainWindow, said: list, tmp_path: Path) -> None:
    path = tmp_path / "volume.png"
    window.export_image.save(ExportRequest(ExportSubject.VOLUME, path, 1))
    assert said == [("info", f"The image was saved as volume.png in {tmp_path}.")]
    with Image.open(path) as image:
        middle = np.asarray(image.convert("L"))[200:400, 250:550]
    assert middle.mean() > 15


def test_annotations_are_drawn_only_if_they_are_wanted(window: MainWindow, tmp_path: Path) -> None:
    x, y, z = window.session.state.finding.position_mm
    annotation = Annotation(
        Kind.RULER,
        window.session.state.finding.plane,
        ((x - 8, y, z), (x + 8, y, z)),
        Modality.FLAIR,
    )
    window.session.annotations.add(annotation)
    drawn = []
    for wanted in (True, False):
        path = tmp_path / f"{wanted}.png"
        request = ExportRequest(ExportSubject.TUMOUR_SLICE, path, 1, annotations=wanted)
        window.export_image.save(request)
        with Image.open(path) as image:
            drawn.append(np.asarray(image.convert("RGB"), int))
    assert (np.abs(drawn[0] - drawn[1]).max(axis=-1) > 60).sum() > 20


def test_the_view_is_copied(window: MainWindow, said: list) -> None:
    QGuiApplication.clipboard().clear()
    window.actions_by_id["copy"].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() > window.grid.width()
    assert said == [("info", "The view was copied.")]


def test_a_folder_that_is_not_there_is_said(window: MainWindow, said: list, tmp_path: Path) -> None:
    window.export_image.save(ExportRequest(path=tmp_path / "nowhere" / "a.png"))
    ((level, sentence),) = said
    assert level == "error"
    assert sentence.count(".") >= 2  # what is wrong, and what to do
    assert "Traceback" not in sentence
    assert not list(tmp_path.iterdir())


def test_a_file_that_may_not_be_written_stays_as_it_is(
    window: MainWindow, said: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    window.export_image.save(ExportRequest(path=path))
    assert [level for level, _ in said] == ["error"]
    assert path.read_bytes() == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_full_disk_leaves_no_half_file_and_the_study_open(
    window: MainWindow, said: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = window.session.state.study
    window.export_image.save(ExportRequest(path=tmp_path / "a.png"))
    ((level, sentence),) = said
    assert level == "error"
    assert "disk is full" in sentence
    assert not list(tmp_path.iterdir())
    assert window.session.state.study is before


def test_a_device_is_not_taken_for_a_file(window: MainWindow, said: list, tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.png").symlink_to(tmp_path / "pipe")
    window.export_image.save(ExportRequest(path=tmp_path / "a.png"))
    assert said == [("error", "'a.png' is not a file. Choose another file name.")]
    assert (tmp_path / "pipe").is_fifo()


def test_a_3d_export_tells_how_far_it_is_and_can_be_cancelled(
    window: MainWindow, said: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float, str]] = []
    monkeypatch.setattr(
        window.session.jobs,
        "_progress",
        lambda key, fraction, text: told.append((key, fraction, text)),
    )

    def draws(width: int, height: int, waiting, _) -> np.ndarray:
        for fraction in (0.25, 0.5):
            waiting(fraction)
        return np.zeros((height, width, 3), np.uint8)

    monkeypatch.setattr(window.volume, "render_image", draws)
    path = tmp_path / "head.png"
    request = ExportRequest(ExportSubject.VOLUME, path, 1, False, False, True, False)
    window.export_image.save(request)
    assert path.is_file()
    drawing = [fraction for key, fraction, text in told if text == "Drawing the 3D view"]
    assert drawing == [0.0, pytest.approx(0.2), pytest.approx(0.4)]

    def gives_up(width: int, height: int, waiting, _) -> np.ndarray:
        raise Cancelled

    monkeypatch.setattr(window.volume, "render_image", gives_up)
    window.export_image.save(replace(request, path=tmp_path / "none.png"))
    assert [made.name for made in tmp_path.iterdir()] == ["head.png"]
    assert not [text for level, text in said if level == "error"]


@pytest.mark.parametrize("pressed", [True, False])
def test_what_was_chosen_for_one_study_is_not_exported_of_the_next(
    window: MainWindow,
    session: Session,
    study: Study,
    said: list,
    tmp_path: Path,
    pressed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A study that was still opening comes in under the dialog, which shows the one before."""
    closed: list[ExportDialog] = []

    def close(dialog: ExportDialog) -> None:
        closed.append(dialog)

    monkeypatch.setattr(ExportDialog, "reject", close)

    def wait(dialog: ExportDialog) -> int:
        dialog._folder = tmp_path
        show_study(session, replace(study, name="the next", content_hash="9" * 64))
        return QDialog.DialogCode.Accepted if pressed else QDialog.DialogCode.Rejected

    monkeypatch.setattr(ExportDialog, "exec", wait)
    window.actions_by_id["export"].trigger()
    assert len(closed) == 1
    assert not list(tmp_path.glob("*.png"))
    ((level, text),) = said
    assert level == "caution" and "Another study" in text


@pytest.mark.parametrize(
    ("layout", "sequences"),
    [(Layout.FOUR_SEQUENCES, 3), (Layout.FOUR_SEQUENCES, 2), (Layout.THREE_PLANES, 4)],
)
def test_panes_lie_in_the_export_as_on_the_screen(
    window: MainWindow, session: Session, layout: Layout, sequences: int
) -> None:
    """Three were written two by two with an empty place, whatever the screen showed."""
    show_study(session, marker_study(modalities=SEQUENCES[:sequences]))
    session.view.set_layout(layout)
    QApplication.processEvents()
    figure = window.export_image._figure(ExportRequest(result=False), np.zeros((9, 9, 3), np.uint8))
    assert figure.places == tuple(pane.geometry().getRect() for pane in window.grid.shown)
    drawn = draw_figure(replace(figure, footer=False), 1)
    assert drawn.shape[:2] == (window.grid.height(), window.grid.width())


@pytest.mark.parametrize("suffix", [".svg", ".pdf"])
def test_the_view_is_exported_as_lines_and_text(
    window: MainWindow, said: list, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"view{suffix}"
    window.export_image.save(ExportRequest(ExportSubject.VIEW, path, 1))
    assert [level for level, _ in said] == ["info"]
    inside = read_provenance(path)
    assert [pane["sequence"] for pane in inside["panes"]] == list(SEQUENCES)
    assert "Doe" not in json.dumps(inside)


@pytest.mark.parametrize("accepted", [True, False])
def test_the_view_is_printed_if_a_printer_is_chosen(
    window: MainWindow, said: list, monkeypatch: pytest.MonkeyPatch, accepted: bool
) -> None:
    asked, printed = [], []

    def choose(dialog: QPrintDialog) -> QDialog.DialogCode:
        asked.append(dialog.printer().pageLayout().orientation())
        return QDialog.DialogCode.Accepted if accepted else QDialog.DialogCode.Rejected

    monkeypatch.setattr(QPrintDialog, "exec", choose)
    monkeypatch.setattr(printing, "print_page", lambda page, printer: printed.append(page.spec))
    window.actions_by_id["print"].trigger()
    assert asked == [QPageLayout.Orientation.Landscape]
    if not accepted:
        assert (printed, said) == ([], [])
        return
    (spec,) = printed
    assert [pane.modality for pane in spec.panes] == list(SEQUENCES)
    assert said == [("info", "The view was sent to the printer.")]
