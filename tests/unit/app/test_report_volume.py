"""The 3D view in a report: as it is seen, with its colours, and why it is not there."""

import gc
from dataclasses import replace
from weakref import ref

import numpy as np
from PySide6.QtGui import QGuiApplication

from brainviewer.app.reporting.document import report_document
from brainviewer.app.reporting.options import ReportOptions, ReportPart, ReportSources
from brainviewer.app.reporting.volume import ReportVolume, volume_blocks
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Plane
from brainviewer.painting.devices import pixels_of
from brainviewer.painting.report.blocks import Legend, Pictures, VolumePicture, Words
from brainviewer.painting.report.html import report_html
from brainviewer.painting.report.pages import ReportPages
from brainviewer.painting.volume.render_request import RenderRequest
from tests.phantoms import marker_finding, marker_study, with_parts

GREEN = (20, 200, 40)


class Drawing:
    """Draws a green image, and counts."""

    def __init__(self, error: BrainViewerError | None = None) -> None:
        self.count, self.error = 0, error

    def draw(self, shown: RenderRequest, size: tuple[int, int], waiting: object) -> np.ndarray:
        self.count += 1
        assert shown.cursor is None
        if self.error is not None:
            raise self.error
        return np.full((size[1], size[0], 3), GREEN, np.uint8)


def made() -> tuple[ReportSources, RenderRequest]:
    study = marker_study()
    finding = with_parts(marker_finding(study), study)
    shown = RenderRequest(study, study.modalities[0], finding, cursor=(1.0, 2.0, 3.0))
    return ReportSources(study, finding), shown


OPTIONS = ReportOptions()


def test_it_stands_on_the_page_with_its_legend(qapp: QGuiApplication) -> None:
    sources, shown = made()
    document = report_document(ReportVolume(Drawing().draw).drawn(sources, OPTIONS, shown), OPTIONS)
    (findings,) = (one for one in document.sections if one.title == "Findings")
    blocks = findings.blocks
    (place,) = (
        n
        for n, one in enumerate(blocks)
        if isinstance(one, Pictures) and isinstance(one.items[0].scene, VolumePicture)
    )
    legend, words = blocks[place + 1], blocks[place + 2]
    assert isinstance(legend, Legend) and all("mL" in one.words for one in legend.entries)
    assert isinstance(words, Words) and words.text.startswith("FLAIR 3D, look “Brain” · seen from")
    pages = ReportPages(document).drawn(800).images
    seen = sum((pixels_of(page) == GREEN).all(axis=2).sum() for page in pages)
    assert seen > 200 * 200
    assert "FLAIR 3D, look" in report_html(document)


def test_it_can_be_left_out_and_is_not_drawn_then() -> None:
    sources, shown = made()
    drawing = Drawing()
    volume = ReportVolume(drawing.draw)
    without = ReportOptions(parts=frozenset(ReportPart) - {ReportPart.VOLUME})
    assert volume.drawn(sources, without, shown) is sources
    assert volume.drawn(sources, OPTIONS, None) is sources
    other = replace(shown, study=marker_study())
    if other.study is not sources.study:
        assert volume.drawn(sources, OPTIONS, other) is sources
    assert drawing.count == 0


def test_one_view_is_drawn_once() -> None:
    sources, shown = made()
    drawing = Drawing()
    volume = ReportVolume(drawing.draw)
    volume.drawn(sources, OPTIONS, shown)
    volume.drawn(sources, OPTIONS, replace(shown, cursor=(9.0, 9.0, 9.0)))
    assert drawing.count == 1
    for changed in (
        replace(shown, view=shown.view.looking("A")),
        replace(shown, parts=False),
        replace(shown, finding=replace(shown.finding)),
    ):
        before = drawing.count
        volume.drawn(sources, OPTIONS, changed)
        assert drawing.count == before + 1


def test_what_was_measured_in_3d_is_drawn_anew() -> None:
    sources, shown = made()
    drawing = Drawing()
    volume = ReportVolume(drawing.draw)
    ends = ((0.0, 0.0, 0.0), (9.0, 0.0, 0.0))
    flair = sources.study.modalities[0]
    for kind, count in ((Kind.DISTANCE, 2), (Kind.ARROW, 2)):
        volume.drawn(sources, OPTIONS, shown)
        measured = Annotation(kind, Plane.AXIAL, ends, flair, id="1")
        measured = replace(sources, annotations=(*sources.annotations, measured))
        volume.drawn(measured, OPTIONS, shown)
        assert drawing.count == count
        sources = measured


def test_a_study_that_was_left_is_not_kept() -> None:
    sources, shown = made()
    sources = replace(sources, study=replace(sources.study))
    shown = replace(shown, study=sources.study)
    volume = ReportVolume(Drawing().draw)
    volume.drawn(sources, OPTIONS, shown)
    kept = ref(sources.study)
    del sources, shown
    gc.collect()
    assert kept() is None


def test_why_it_is_not_there_is_said() -> None:
    sources, shown = made()
    error = BrainViewerError("The 3D view is switched off.", "Switch it on.")
    volume = ReportVolume(Drawing(error).draw)
    document = report_document(volume.drawn(sources, OPTIONS, shown), OPTIONS)
    said = [b.text for s in document.sections for b in s.blocks if isinstance(b, Words)]
    assert "Without the 3D view: The 3D view is switched off. Switch it on." in said


def test_without_a_lesion_it_has_no_legend() -> None:
    sources, shown = made()
    image = np.zeros((40, 40, 3), np.uint8)
    kinds = [
        [type(block) for block in volume_blocks(sources.study, one, image)]
        for one in (shown, replace(shown, finding=None))
    ]
    assert kinds == [[Pictures, Legend, Words], [Pictures, Words]]
