"""The same scene on the screen, in an image, in SVG and in PDF: same pixels, texts and lines."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, request_figure
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.study_figures import (
    SliceRequest,
    analysis_spec,
    export_figure,
    slice_figure,
)
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation, Kind
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.gui.dialogs.printing import print_page
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting import palette
from brainviewer.painting.devices import paint_image, paint_pdf, paint_svg, pixels_of
from brainviewer.painting.figure import FigurePage
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.captions import scale_bar_mm
from tests.exporting import export_slice
from tests.gui.conftest import session, show_study, shown, study  # noqa: F401
from tests.phantoms import marker_finding, marker_study, measured
from tests.provenance import read_provenance

pytestmark = pytest.mark.window
SIZE = (420, 380)
TEXT = "Größe <T1> & mehr"


def annotation(head: Study, kind: Kind, at: tuple[int, int], text: str = "") -> Annotation:
    index = marker_finding(head).index
    view = SliceView.of(head.grid, Plane.AXIAL)
    row, column = at
    screen = [(row, column), (row + 8, column + 9)][: 1 if kind is Kind.TEXT else 2]
    points = tuple(tuple(map(float, p)) for p in view.to_world(index, screen))
    return Annotation(kind, Plane.AXIAL, points, Modality.FLAIR, text)


@pytest.fixture
def pane(qtbot: QtBot, shown: Session) -> SlicePane:  # noqa: F811
    """A pane with all that a slice can bear, on the screen."""
    seen = shown.state.study
    for kind, at in ((Kind.RULER, (8, 6)), (Kind.ELLIPSE, (22, 8)), (Kind.ARROW, (20, 24))):
        shown.annotations.add(annotation(seen, kind, at))
    shown.annotations.add(annotation(seen, Kind.TEXT, (32, 12), TEXT))
    shown.annotations.select("")
    shown.state.finding = measured(marker_finding(seen), seen)
    shown.view.set_overlay(segmentation_filled=True, diameters=True)
    pane = SlicePane(shown, Modality.FLAIR, Plane.AXIAL)
    pane.resize(*SIZE)
    qtbot.addWidget(pane)
    pane.show()
    return pane


def painted(scene: SliceScene, scale: float) -> NDArray[np.uint8]:
    area = QRect(0, 0, *SIZE)
    return pixels_of(paint_image(lambda p: paint(p, area, scene, scale), SIZE, scale))


def svg_of(scene: SliceScene) -> bytes:
    return paint_svg(lambda p: paint(p, QRect(0, 0, *SIZE), scene, 2), SIZE)


def pdf_of(scene: SliceScene) -> bytes:
    return paint_pdf(lambda p: paint(p, QRect(0, 0, *SIZE), scene, 2), SIZE)


def on_screen(pane: SlicePane) -> NDArray[np.uint8]:
    return pixels_of(pane.grab().toImage())


def rendered_svg(content: bytes, scale: float = 2) -> NDArray[np.uint8]:
    renderer = QSvgRenderer(QByteArray(content))
    assert renderer.isValid()

    def draw(painter: QPainter) -> None:
        renderer.render(painter, QRectF(0, 0, *SIZE))

    return pixels_of(paint_image(draw, SIZE, scale))


def rendered_pdf(content: bytes, scale: float = 2) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(content)
    image = np.asarray(document[0].render(scale=scale).to_pil().convert("RGB"))
    document.close()
    return image


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean difference of grey levels of two images, brought to the size of a pane in points."""
    small = (
        cv2.resize(image.astype(np.float32), SIZE, interpolation=cv2.INTER_AREA)
        for image in (one, other)
    )
    first, second = small
    return float(np.abs(first - second).mean())


def test_an_image_is_the_screen_to_the_pixel(pane: SlicePane) -> None:
    assert np.array_equal(painted(pane.scene, 1), on_screen(pane))


def test_every_device_shows_the_same(pane: SlicePane) -> None:
    scene = pane.scene
    expected = painted(scene, 2)
    bare = painted(replace(scene, overlays=replace(scene.overlays, annotations=False)), 2)
    for name, image in {
        "screen": on_screen(pane),
        "1x": painted(scene, 1),
        "4x": painted(scene, 4),
        "svg": rendered_svg(svg_of(scene)),
        "pdf": rendered_pdf(pdf_of(scene)),
    }.items():
        assert difference(image, expected) < 1.7, name
        assert difference(image, expected) < difference(image, bare), name


def svg_texts(content: bytes) -> list[str]:
    root = ElementTree.fromstring(content)
    return ["".join(e.itertext()).strip() for e in root.iter("{http://www.w3.org/2000/svg}text")]


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text: str = document[0].get_textpage().get_text_range()
    document.close()
    return re.sub(r"\s+", " ", text)


def test_texts_are_texts_in_svg_and_pdf_and_there_once(pane: SlicePane) -> None:
    scene = pane.scene
    words = ["FLAIR", "axial", "RADIOLOGICAL", TEXT, f"{scene.index + 1} / 32"]
    words.append(f"{scale_bar_mm(pane.geometry_mm.mm_per_pixel, SIZE[0]):g} mm")
    words.append(f"{scene.annotations[0].length:.1f} mm")
    texts = svg_texts(svg_of(scene))
    printed = pdf_text(pdf_of(scene))
    for word in words:
        assert texts.count(word) == 1, word
        assert printed.count(word) == 1, word
    assert any(text.startswith("mean ") for text in texts)
    assert "mean " in printed


def test_contours_and_annotations_are_lines_in_svg(pane: SlicePane) -> None:
    def lines(scene: SliceScene, colour: str) -> int:
        """Strokes of a colour that are no image and no text."""
        content = svg_of(scene).decode().lower()
        groups = re.findall(rf'<g [^>]*stroke="{colour.lower()}"[^>]*>(.*?)</g>', content, re.S)
        return sum(len(re.findall(r"<(?:path|polyline|ellipse|rect|polygon)\b", g)) for g in groups)

    scene = pane.scene
    assert lines(scene, palette.ANNOTATION) >= 3
    assert lines(scene, palette.TUMOUR) >= 1
    off = replace(scene.overlays, annotations=False, lesion=False, diameters=False)
    bare = replace(scene, overlays=off)
    assert lines(bare, palette.ANNOTATION) == lines(bare, palette.TUMOUR) == 0
    assert svg_of(scene).count(b"<image") == 1, "only the slice is an image"


def test_slices_are_kept_without_loss_in_a_pdf(pane: SlicePane) -> None:
    content = pdf_of(replace(pane.scene, overlays=replace(pane.scene.overlays, text=False)))
    assert b"DCTDecode" not in content, "JPEG would change grey levels"


@pytest.fixture
def head() -> Study:
    return marker_study(synthetic=True)


@pytest.mark.parametrize("suffix", [".svg", ".pdf"])
def test_the_file_says_where_it_came_from_and_names_nobody(
    head: Study, tmp_path: Path, suffix: str
) -> None:
    volumes = {m: replace(v, file_name="Doe_Jane.nii.gz") for m, v in head.volumes.items()}
    secret = replace(head, volumes=volumes, name="Doe_Jane")
    path = tmp_path / f"a{suffix}"
    one_annotation = annotation(head, Kind.TEXT, (30, 12), TEXT)
    figure = export_slice(
        secret, path, annotations=(one_annotation,), finding=marker_finding(head), scale=2
    )
    inside = read_provenance(path)
    assert inside["scale"] == 2
    assert inside["panes"] == json.loads(json.dumps(provenance_record(figure, 2)))["panes"]
    assert inside["panes"][0]["annotations"][0]["text"] == TEXT
    assert inside["study"]["synthetic"] is True
    assert b"Doe_Jane" not in path.read_bytes()
    content = path.read_bytes()
    said = " ".join(svg_texts(content)) if suffix == ".svg" else pdf_text(content)
    for words in ("SYNTHETIC DATA", "not for diagnosis", "TUMOUR", "tumour contour"):
        assert words in said


def test_an_analysis_fits_on_one_page_of_its_own_size(head: Study, tmp_path: Path) -> None:
    figure = analysis_spec(head, marker_finding(head), None)
    export_figure(figure, tmp_path / "a.pdf", 1)
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx(FigurePage(figure).size, abs=1)
    document.close()


def test_another_ending_is_refused_before_anything_is_painted(head: Study, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.png, \.tif, \.svg or \.pdf"):
        export_slice(head, tmp_path / "a.eps", index=3)
    assert not list(tmp_path.iterdir())


def test_the_view_is_printed_whole_and_in_the_middle(shown: Session, tmp_path: Path) -> None:  # noqa: F811
    figure = request_figure(shown.state, ExportRequest())
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    print_page(FigurePage(figure), printer)
    content = (tmp_path / "paper.pdf").read_bytes()
    assert "not for diagnosis" in pdf_text(content)
    # Letters of a head stand as close as on the screen: not "T U M O U R".
    assert "TUMOUR" in pdf_text(content)
    paper = rendered_pdf(content).astype(int).min(axis=2) < 200
    rows, columns = np.nonzero(paper)
    height, width = paper.shape
    assert abs(rows.min() - (height - 1 - rows.max())) < 12
    assert abs(columns.min() - (width - 1 - columns.max())) < 12
    wide, tall = FigurePage(figure).size
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(wide / tall, rel=0.02)


def test_a_figure_of_one_slice_is_the_pane_and_what_stands_beside_it(head: Study) -> None:
    figure = slice_figure(head, SliceRequest(finding=marker_finding(head)))
    page = FigurePage(figure)
    whole = pixels_of(paint_image(lambda p: page.paint(p, 1), page.size))
    wide, tall = figure.pane_size
    area = QRect(0, 0, wide, tall)
    alone = pixels_of(paint_image(lambda p: paint(p, area, figure.panes[0]), (wide, tall)))
    assert np.array_equal(whole[:tall, :wide], alone)
