"""A marker at the patient's left, front and top lies right, up and up on the screen, always.

Checked on the pixels of real panes, for all 48 orders and directions of a file's axes and for a
tilted grid: the image itself, the lesion's contour, the heatmap, and an annotation drawn at the
marker.
"""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, EdgeLetters, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting import palette
from tests.phantoms import (
    AXIS_CASES,
    MARKER_RADIUS_MM,
    MARKER_VALUE,
    case_name,
    grid_of,
    marker_finding,
    marker_mask,
    marker_position,
    marker_study,
    oblique_grid,
)

SIZE = (240, 200)
GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES} | {"oblique": oblique_grid()}
NOTHING = Overlays(
    lesion=False, segmentation=False, heatmap=False, annotations=False, crosshair=False, text=False
)
# Where the marker lies in each plane: in the right half, in the upper half.
HALVES = {
    Plane.AXIAL: (True, True),
    Plane.CORONAL: (True, True),
    Plane.SAGITTAL: (False, True),
}
LETTERS = {
    Plane.AXIAL: EdgeLetters("R", "L", "A", "P"),
    Plane.CORONAL: EdgeLetters("R", "L", "S", "I"),
    Plane.SAGITTAL: EdgeLetters("A", "P", "S", "I"),
}


@pytest.fixture(params=list(GRIDS))
def grid(request: pytest.FixtureRequest) -> Grid:
    return GRIDS[request.param]


@pytest.fixture
def session(grid: Grid) -> Iterator[Session]:
    """A session that shows the phantom, with the cursor on the marker."""
    study = marker_study(grid)
    session = Session(lambda function: function(), Settings())
    state = session.state
    state.study = study
    state.windows = {m: Window.between(0, MARKER_VALUE) for m in study.volumes}
    state.cursor = marker_position(grid)
    state.overlays = NOTHING
    yield session
    session.close()


@pytest.fixture
def pane(qtbot, session: Session) -> SlicePane:
    pane = SlicePane(session, Modality.FLAIR, Plane.AXIAL)
    pane.resize(*SIZE)
    qtbot.addWidget(pane)
    return pane


def pixels(widget: QWidget) -> NDArray[np.int64]:
    """(height, width, 3) of what a widget paints."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def centre_of(where: NDArray[np.bool_]) -> tuple[float, float]:
    """x and y of the middle of the pixels that are True."""
    assert where.any()
    rows, columns = np.nonzero(where)
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


def marker_on_screen(pane: SlicePane) -> tuple[float, float]:
    """Where the marker is in the image, by its brightness alone."""
    return centre_of(pixels(pane).min(axis=2) > 200)


@pytest.mark.parametrize("plane", list(Plane))
def test_the_marker_is_on_its_side(pane: SlicePane, grid: Grid, plane: Plane) -> None:
    pane.show_place(Modality.FLAIR, plane)
    x, y = marker_on_screen(pane)
    right, upper = HALVES[plane]
    assert (x > SIZE[0] / 2 + 10) if right else (x < SIZE[0] / 2 - 8)
    assert (y < SIZE[1] / 2 - 8) if upper else (y > SIZE[1] / 2 + 8)
    # The letters say the same as the pixels.
    assert pane.view is not None
    assert pane.view.letters == LETTERS[plane]
    # Millimetres lead to the same pixel.
    assert pane.geometry_mm is not None
    at = pane.geometry_mm.to_pixels([marker_position(grid)])[0]
    reach = 1.0 * pane.geometry_mm.pixels_per_mm
    assert abs(at.x() - x) < reach
    assert abs(at.y() - y) < reach


def test_neurological_display_mirrors_the_sides(pane: SlicePane, session: Session) -> None:
    session.view.set_convention(Convention.NEUROLOGICAL)
    for plane in (Plane.AXIAL, Plane.CORONAL):
        pane.show_place(Modality.FLAIR, plane)
        pane.refresh()
        x, y = marker_on_screen(pane)
        assert x < SIZE[0] / 2 - 10
        assert y < SIZE[1] / 2 - 8
        assert pane.view is not None
        assert (pane.view.letters.left, pane.view.letters.right) == ("L", "R")


@pytest.mark.parametrize("plane", list(Plane))
def test_the_outline_surrounds_the_marker(
    pane: SlicePane, session: Session, grid: Grid, plane: Plane
) -> None:
    pane.show_place(Modality.FLAIR, plane)
    x, y = marker_on_screen(pane)
    session.state.finding = marker_finding(session.state.study)
    pane.shared.clear()
    before = pixels(pane)
    session.view.set_overlay(lesion=True)
    changed = (np.abs(pixels(pane) - before) > 40).any(axis=2)
    ring_x, ring_y = centre_of(changed)
    assert pane.geometry_mm is not None
    radius = MARKER_RADIUS_MM * pane.geometry_mm.pixels_per_mm
    assert abs(ring_x - x) < 0.25 * radius
    assert abs(ring_y - y) < 0.25 * radius
    assert not changed[round(y), round(x)], "a contour does not cover the lesion"


def test_the_segmentation_covers_the_marker(pane: SlicePane, session: Session) -> None:
    x, y = marker_on_screen(pane)
    before = pixels(pane)
    session.view.set_overlay(segmentation=True, segmentation_filled=True, segmentation_opacity=1.0)
    covered_x, covered_y = centre_of((np.abs(pixels(pane) - before) > 60).any(axis=2))
    assert abs(covered_x - x) < 3
    assert abs(covered_y - y) < 3


def test_the_heatmap_lies_on_the_marker(pane: SlicePane, session: Session, grid: Grid) -> None:
    """The map is computed in the radiological arrangement, whatever is shown."""
    radiological = SliceView.of(grid, Plane.AXIAL)
    index = radiological.index_of(marker_position(grid))
    values = radiological.cut(marker_mask(grid), index).astype(np.float32)
    session.state.classification = Classification(
        "m", "1", "m", "0", {"G": 1.0}, {"G": "glioblastoma"}, "G", index, "onnx", "cpu", 0, 0,
        heatmap=Heatmap(Plane.AXIAL, index, values),
    )  # fmt: skip
    session.state.classification_status = Status.DONE
    for convention in Convention:
        session.view.set_convention(convention)
        session.view.set_overlay(heatmap=False)
        pane.shared.clear()
        pane.refresh()
        x, y = marker_on_screen(pane)
        before = pixels(pane)
        session.view.set_overlay(heatmap=True)
        heat_x, heat_y = centre_of((np.abs(pixels(pane) - before) > 40).any(axis=2))
        assert abs(heat_x - x) < 3
        assert abs(heat_y - y) < 3


def test_an_annotation_drawn_at_the_marker_lies_on_it(
    pane: SlicePane, session: Session, grid: Grid
) -> None:
    x, y = marker_on_screen(pane)
    assert pane.geometry_mm is not None
    reach = 12.0
    ends = [
        tuple(pane.geometry_mm.to_world(QPointF(x + dx, y + dy), pane.index).tolist())
        for dx, dy in ((-reach, -reach), (reach, reach))
    ]
    annotation = Annotation(Kind.RECTANGLE, Plane.AXIAL, tuple(ends), Modality.T1)
    session.state.annotations = (annotation,)
    session.view.set_overlay(annotations=True)
    colour = QColor(palette.ANNOTATION)
    image = pixels(pane)
    hue = image[..., 2] - image[..., 0]
    drawn_x, drawn_y = centre_of(hue > (colour.blue() - colour.red()) / 4)
    assert abs(drawn_x - x) < 1.5
    assert abs(drawn_y - y) < 1.5


def test_the_crosshair_crosses_at_the_marker(pane: SlicePane, session: Session) -> None:
    x, y = marker_on_screen(pane)
    session.view.set_overlay(crosshair=True)
    image = pixels(pane)
    hue = image[..., 2] - image[..., 0] > 40
    columns, rows = hue.sum(axis=0), hue.sum(axis=1)
    assert abs(int(columns.argmax()) + 0.5 - x) < 4
    assert abs(int(rows.argmax()) + 0.5 - y) < 4


def test_unknown_orientation_shows_no_letters(qtbot) -> None:
    session = Session(lambda function: function(), Settings())
    session.state.study = marker_study(grid_of(oriented=False))
    pane = SlicePane(session, Modality.FLAIR, Plane.AXIAL)
    qtbot.addWidget(pane)
    assert pane.view is not None
    assert pane.view.letters == EdgeLetters()
    session.close()
