"""Corner texts on bright tissue, in the window and in exports; what segments and themes show."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QCursor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.segments import segment_names
from brainviewer.core.study import Study
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.dialogs.pages import CardPage
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.display import DisplayPanel
from brainviewer.gui.panels.legend import Legend
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.theme import apply_theme
from brainviewer.gui.volume.image import VolumeImage
from brainviewer.painting import palette
from brainviewer.painting.canvas import image_font, write
from brainviewer.painting.devices import paint_image, pixels_of
from tests.gui.conftest import show_study
from tests.gui.eyes import texts
from tests.phantoms import marker_finding, marker_study, measured
from tests.unit.app.desk import a_result

pytestmark = pytest.mark.window
WORDS, SIZE = "W 1240  L 610  75 / 155", (240, 40)


def _drawn(ground: str, scale: float = 1) -> NDArray[np.uint8]:
    def draw(painter: QPainter) -> None:
        painter.fillRect(0, 0, *SIZE, QColor(ground))
        write(painter, QPointF(12, 25), WORDS, image_font(), palette.CORNER)

    return pixels_of(paint_image(draw, SIZE, scale)).max(axis=-1)


@pytest.mark.parametrize("ground", ["#FFFFFF", "#C8C8C8", "#808080"])
def test_corner_texts_are_legible_on_bright_tissue_without_a_box(ground: str) -> None:
    letters = (_drawn("#000000") > 110).astype(np.uint8)
    drawn = _drawn(ground)
    near = cv2.dilate(letters, np.ones((3, 3), np.uint8)) - letters
    assert np.median(drawn[letters > 0]) > 150
    assert np.median(drawn[near > 0]) < 90
    # No box: what is a few pixels off is tissue.
    off = cv2.dilate(letters, np.ones((11, 11), np.uint8)) == 0
    assert (drawn[off] == int(ground[1:3], 16)).all()


def test_the_caption_of_the_3d_view_is_legible_on_a_bright_head(qtbot) -> None:
    image = VolumeImage()
    qtbot.addWidget(image)
    image.resize(200, 150)
    image.show_words("T1ce 3D", "SYNTHETIC")
    looks = []
    for grey in (0, 255):
        image.show_image(np.full((150, 200, 3), grey, np.uint8))
        looks.append(_looks(image).max(axis=-1)[:60, :120])
    letters = (looks[0] > 110).astype(np.uint8)
    near = cv2.dilate(letters, np.ones((3, 3), np.uint8)) - letters
    assert np.median(looks[1][near > 0]) < 90


# -- segments -----------------------------------------------------------------------------------


def _labels(*values: int) -> NDArray[np.uint8]:
    made = np.zeros((8, 8, 8), np.uint8)
    for place, value in enumerate(values):
        made[place] = value
    return made


@pytest.mark.parametrize(
    ("values", "t1ce_of_4", "names"),
    [
        ((1, 2, 4), 900, {1: "Necrosis", 2: "Oedema", 4: "Enhancing"}),
        ((1, 2, 4), None, {1: "Necrosis", 2: "Oedema", 4: "Enhancing"}),
        ((1, 2, 3), None, {1: "Necrosis", 2: "Oedema", 3: "Enhancing"}),
        ((1, 2, 3, 4), 900, {1: "Necrosis", 2: "Oedema", 3: "Enhancing", 4: "Resection cavity"}),
        ((2, 4), 20, {2: "Oedema", 4: "Resection cavity"}),
        ((1, 2), None, {1: "Necrosis", 2: "Oedema"}),
        ((1,), None, {1: "Segmentation"}),
        ((2, 7), None, {2: "Value 2", 7: "Value 7"}),
        ((), None, {}),
    ],
)
def test_values_of_a_segmentation_are_named_by_their_convention(
    values: tuple[int, ...], t1ce_of_4: int | None, names: dict[int, str]
) -> None:
    labels = _labels(*values)
    t1ce = None
    if t1ce_of_4 is not None:
        t1ce = np.where(labels == 4, t1ce_of_4, 300)
    assert segment_names(labels, t1ce) == names


def test_the_legend_stands_under_the_switch_and_goes_with_it(window: MainWindow) -> None:
    study = marker_study()
    study.segmentation.data[:] = 0
    study.segmentation.data[3:6, 3:6, 3:6] = _labels(1, 2, 4)[:3, :3, :3]
    show_study(window.session, study)
    parts, legend, difference = window.findChildren(Legend)
    assert not parts.isVisible()
    assert not difference.isVisible()
    assert legend.isVisible()
    said = [word for word in texts(legend).split("\n") if word]
    assert said == ["Necrosis", "1", "Oedema", "2", "Enhancing", "4"]
    window.session.view.set_overlay(segmentation=False)
    assert not legend.isVisible()


# -- themes -------------------------------------------------------------------------------------


def _looks(widget: QWidget) -> NDArray[np.uint8]:
    import pyqtgraph as pg  # takes half a second, in every process that collects this

    QApplication.processEvents()
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return pg.functions.ndarray_from_qimage(image)[..., :3].copy()


@pytest.mark.parametrize("kind", [ResultPanel, StudyPanel, DisplayPanel])
@pytest.mark.parametrize(("before", "after"), [("dark", "light"), ("light", "dark")])
def test_another_theme_leaves_nothing_of_the_one_before(
    qapp: QApplication, qtbot, session: Session, study: Study, kind: type, before: str, after: str
) -> None:
    # What lies under the pointer, wherever a test left it, looks different.
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
    show_study(session, study, measured(marker_finding(study), study))
    session.state.show_classification(a_result(study), Status.DONE)
    try:
        apply_theme(qapp, before)
        worn = kind(session)
        qtbot.addWidget(worn)
        worn.resize(380, 700)
        worn.show()
        QApplication.processEvents()
        apply_theme(qapp, after)
        fresh = kind(session)
        qtbot.addWidget(fresh)
        fresh.resize(380, 700)
        fresh.show()
        assert (_looks(worn) == _looks(fresh)).all()
    finally:
        apply_theme(qapp, "dark")


def test_open_pages_wear_the_new_theme(qapp: QApplication, window: MainWindow) -> None:
    try:
        apply_theme(qapp, "dark")
        window.parts.pages.show_card("")
        window.parts.pages.show_about("llvmpipe")
        pages = window.findChildren(Page)
        assert any(isinstance(page, CardPage) for page in pages)
        dark = [page.text.toHtml() for page in pages]
        apply_theme(qapp, "light")
        for page, before in zip(pages, dark, strict=True):
            changed = page.text.toHtml()
            assert page.text.toPlainText()
            if isinstance(page, CardPage):
                assert "#d7dee5" in before.lower()
                assert "#d7dee5" not in changed.lower()
            page.close()
    finally:
        apply_theme(qapp, "dark")


def test_texts_are_as_large_as_the_system_wants_them(
    qapp: QApplication, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large letters of the system: rows and panels grow with them, and no button is cut off."""
    try:
        monkeypatch.setattr(theme, "system_text_scale", lambda: 1.5)
        apply_theme(qapp, "light")
        assert theme.px(theme.TEXT_PX) == 20
        assert qapp.font().pixelSize() == 20
        assert "font-size: 20px" in qapp.styleSheet()
        assert theme.scaled("a { font-size: 12px; }") == "a { font-size: 18px; }"
        page = Page("A page", parent=window)
        page.text.setHtml('<p style="font-size: 10px">small</p>')
        assert "font-size:15px" in page.text.toHtml()
        page.close()
    finally:
        monkeypatch.undo()
        apply_theme(qapp, "dark")
    assert theme.px(theme.TEXT_PX) == 13


def test_the_left_panel_is_as_wide_as_what_is_in_it(
    qapp: QApplication, window: MainWindow, study: Study
) -> None:
    """A row that was too wide pushed the numbers of all others under the scroll bar."""
    apply_theme(qapp, "dark")
    show_study(window.session, study, marker_finding(study))
    qapp.processEvents()
    for kind in (StudyPanel, DisplayPanel):
        panel = window.findChild(kind)
        room = panel.parentWidget().parentWidget().width()
        assert panel.minimumSizeHint().width() <= room, kind
