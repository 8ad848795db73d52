"""The export dialog: what is chosen is what is asked for, and the preview shows it."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPalette
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject, request_figure
from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.dialogs.dicom_export import DicomExportDialog
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.dialogs.export_preview import PreviewPane
from brainviewer.gui.exporting.slices_dialog import SlicesExportDialog
from brainviewer.painting.devices import pixels_of, rgb_image
from brainviewer.painting.figure import figure_image


class Previews:
    """Draws previews and remembers what was asked for."""

    def __init__(self, state: ViewState) -> None:
        self.state, self.asked = state, list[ExportRequest]()

    def __call__(self, request: ExportRequest) -> QImage:
        self.asked.append(request)
        return figure_image(request_figure(self.state, request), request.scale)


@pytest.fixture
def previews(shown: Session) -> Previews:
    return Previews(shown.state)


@pytest.fixture
def dialog(qtbot: QtBot, previews: Previews, tmp_path: Path) -> ExportDialog:
    dialog = ExportDialog(previews.state, previews, folder=tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(previews.asked))
    return dialog


def press(dialog: ExportDialog, text: str) -> None:
    (chosen,) = (b for b in dialog.findChildren(type(dialog.export_button)) if b.text() == text)
    chosen.click()


def test_an_image_keeps_its_colours_on_the_way_to_qt() -> None:
    pixels = np.full((3, 5, 3), (0x0A, 0x14, 0x1E), np.uint8)
    pixels[2, 4] = 200, 100, 50
    converted = rgb_image(pixels)
    assert (converted.width(), converted.height()) == (5, 3)
    assert converted.pixelColor(4, 2).getRgb()[:3] == (200, 100, 50)
    assert converted.pixelColor(0, 0).name() == "#0a141e"
    assert (pixels_of(converted) == pixels).all()


def test_it_opens_with_the_current_view_as_png_without_names(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    request = dialog.request
    assert request.subject is ExportSubject.VIEW
    assert request.path == tmp_path / "brainviewer-current-view.png"
    assert request.scale == 2
    assert not request.identify


def test_what_is_found_while_a_dialog_is_open_is_offered(
    qtbot: QtBot, shown: Session, tmp_path: Path
) -> None:
    state = shown.state
    found = state.finding
    assert found is not None
    state.show_finding(None, Status.RUNNING)
    state.show_classification(None, Status.NOT_RUN)
    previews = Previews(state)
    export = ExportDialog(state, previews, folder=tmp_path)
    dicom = DicomExportDialog(state, folder=tmp_path)
    slices = SlicesExportDialog(state, lambda request: (QImage(), 1), above=tmp_path)
    boxes = export.prediction, dicom.segmentation, dicom.report
    for dialog in (export, dicom, slices):
        qtbot.addWidget(dialog)
        state.facts_changed.connect(dialog.offer)
    qtbot.waitUntil(lambda: bool(previews.asked))
    assert not any(box.isEnabled() for box in boxes)
    assert boxes[1].toolTip() == "The lesion is looked for now."

    previews.asked.clear()
    state.show_finding(found, Status.DONE)
    assert all(box.isEnabled() and box.isChecked() for box in boxes)
    qtbot.waitUntil(lambda: bool(previews.asked))
    press(export, "Tumour slice")
    assert export.request.subject is ExportSubject.TUMOUR_SLICE


def test_every_choice_reaches_the_request_and_the_preview(
    qtbot: QtBot, dialog: ExportDialog, previews: Previews, tmp_path: Path
) -> None:
    press(dialog, "Tumour slice")
    press(dialog, "4×")
    press(dialog, "TIFF")
    dialog.identify.click()
    dialog.prediction.click()
    request = dialog.request
    assert request.subject is ExportSubject.TUMOUR_SLICE
    assert request.scale == 4
    assert request.path == tmp_path / "brainviewer-tumour-slice.tif"
    assert request.identify
    assert not request.result
    qtbot.waitUntil(lambda: previews.asked[-1].subject is ExportSubject.TUMOUR_SLICE)
    assert previews.asked[-1].scale == 1
    assert previews.asked[-1].identify


@pytest.mark.parametrize(("name", "suffix"), [("SVG", ".svg"), ("PDF", ".pdf")])
def test_a_page_of_lines_has_a_size_in_points(
    qtbot: QtBot, dialog: ExportDialog, previews: Previews, tmp_path: Path, name: str, suffix: str
) -> None:
    press(dialog, name)
    press(dialog, "3×")
    assert dialog.request.path == tmp_path / f"brainviewer-current-view{suffix}"
    qtbot.waitUntil(lambda: "points" in dialog._size.text())
    assert dialog._size.text().endswith("slices with 3 pixels a point")
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, "a.png")
    qtbot.waitUntil(lambda: dialog._size.text().endswith("pixels"))


def test_several_changes_make_one_preview(
    qtbot: QtBot, dialog: ExportDialog, previews: Previews
) -> None:
    before = len(previews.asked)
    for _ in range(6):
        dialog.identify.click()
    qtbot.waitUntil(lambda: len(previews.asked) > before)
    assert len(previews.asked) == before + 1


def test_what_there_is_not_cannot_be_chosen(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    def preview(request: ExportRequest) -> QImage:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")

    dialog = ExportDialog(session.state, preview, folder=tmp_path, volume=False)
    qtbot.addWidget(dialog)
    dialog.choose(ExportSubject.TUMOUR_SLICE)
    dialog.choose(ExportSubject.VOLUME)
    assert dialog.request.subject is ExportSubject.VIEW
    assert not dialog.heatmap.isEnabled()
    assert not dialog.annotations.isEnabled()
    dialog.show()
    qtbot.waitUntil(lambda: not dialog.export_button.isEnabled())


def test_the_ending_that_is_typed_chooses_the_format(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, "size 1.tif")
    assert dialog.request.path == tmp_path / "size 1.tif"
    press(dialog, "PNG")
    assert dialog.request.path == tmp_path / "size 1.png"
    press(dialog, "Tumour slice")
    assert dialog.request.path == tmp_path / "size 1.png", "a name of one's own stays"
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, "scan.2026")
    assert dialog.request.path == tmp_path / "scan.2026.png"


def test_a_path_that_is_typed_is_where_the_file_goes(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub" / "below").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "sub"))
    own = "brainviewer-current-view.png"
    for typed, path in (
        (f"{tmp_path}/sub/a.png", tmp_path / "sub" / "a.png"),
        ("sub/a", tmp_path / "sub" / "a.png"),
        ("sub/below/a.tif", tmp_path / "sub" / "below" / "a.tif"),
        ("~/a.png", tmp_path / "sub" / "a.png"),
        ("~nobody-at-all.png", tmp_path / "~nobody-at-all.png"),
        ("sub", tmp_path / "sub" / own),
        ("sub/", tmp_path / "sub" / own),
        ("..", tmp_path / ".." / own),
    ):
        dialog.file_name.clear()
        qtbot.keyClicks(dialog.file_name, typed)
        assert dialog.request.path.with_suffix("") == path.with_suffix(""), typed
        assert dialog.export_button.isEnabled(), typed
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, "nowhere/a.png")
    assert not dialog.export_button.isEnabled()
    assert "There is no folder" in dialog._remark.text()


@pytest.mark.parametrize("typed", ["/", "a" * 5000, "a\0b.png", "/dev/null/a.png"])
def test_a_path_that_is_none_is_no_bug(dialog: ExportDialog, typed: str) -> None:
    dialog.file_name.setText(typed)
    dialog._name_edited(typed)
    assert dialog.request.path.suffix


def test_no_name_cannot_be_exported(qtbot: QtBot, dialog: ExportDialog) -> None:
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, " ")
    assert not dialog.export_button.isEnabled()
    qtbot.keyClicks(dialog.file_name, "a")
    assert dialog.export_button.isEnabled()


def test_a_file_that_exists_is_said_before_it_is_replaced(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    (tmp_path / "old.png").write_bytes(b"old")
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, "old.png")
    assert "will be replaced" in dialog._remark.text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("scan.jpg", "Is saved as 'scan.jpg.png'."), ("a", "Is saved as 'a.png'."), ("a.png", "")],
)
def test_a_name_that_gets_another_ending_is_said(
    qtbot: QtBot, dialog: ExportDialog, typed: str, said: str
) -> None:
    dialog.file_name.clear()
    qtbot.keyClicks(dialog.file_name, typed)
    assert dialog._remark.text() == said


def test_export_accepts_and_cancel_rejects(qtbot: QtBot, dialog: ExportDialog) -> None:
    with qtbot.waitSignal(dialog.accepted):
        dialog.export_button.click()
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        press(dialog, "Cancel")


def test_the_preview_of_3d_says_that_it_is_being_drawn(
    qtbot: QtBot, previews: Previews, tmp_path: Path
) -> None:
    waiting: list[tuple] = []
    dialog = ExportDialog(
        previews.state, previews, folder=tmp_path, draw_later=lambda *given: waiting.append(given)
    )
    qtbot.addWidget(dialog)
    dialog.choose(ExportSubject.VOLUME)
    dialog.show()
    qtbot.waitUntil(lambda: bool(waiting))
    pane = dialog.findChild(PreviewPane)
    assert pane.words == "The 3D view is being drawn…"
    assert dialog.export_button.isEnabled()
    request, ready, failed = waiting[0]
    assert (request.subject, request.scale) == (ExportSubject.VOLUME, 1)
    ready(rgb_image(np.full((20, 80, 3), (255, 0, 0), np.uint8)))
    assert pane.words == ""
    # Beside a wide image there is the dialog, and no black band.
    shown = pane.grab().toImage()
    ground = shown.pixelColor(pane.width() // 2, 2)
    assert ground == dialog.palette().color(QPalette.ColorRole.Window)
    assert shown.pixelColor(pane.width() // 2, pane.height() // 2).red() > 200
    # An answer to what was asked before is not shown.
    press(dialog, "Current view")
    qtbot.waitUntil(lambda: bool(previews.asked))
    failed(BrainViewerError("Too late.", "Try again."))
    assert pane.words == ""
    assert dialog.export_button.isEnabled()
    dialog.reject()
