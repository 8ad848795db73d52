"""Exported images are never wrong-sided, and say what they show, however the file is stored."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.report.study_figures import AUTO, SliceRequest, analysis_spec, slice_figure
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, EdgeLetters, Plane, SliceView
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.figure import FigureSpec, draw_figure
from tests.exporting import export_slice
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_study,
    oblique_grid,
)
from tests.provenance import read_provenance

GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES}
GRIDS["oblique"] = oblique_grid()
GRIDS["oblique, mirrored"] = grid_of((1, 0, 2), (1, 1, 1), tilt_degrees=(15, -10, 12))
ALL_GRIDS = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
PANE = 720
# Where the marker at the patient's Left, Anterior and Superior is seen: +1 is right, +1 is down.
EXPECTED = {Plane.AXIAL: (+1, -1), Plane.CORONAL: (+1, -1), Plane.SAGITTAL: (-1, -1)}
LETTERS = {
    Plane.AXIAL: EdgeLetters("R", "L", "A", "P"),
    Plane.CORONAL: EdgeLetters("R", "L", "S", "I"),
    Plane.SAGITTAL: EdgeLetters("A", "P", "S", "I"),
}
NOTHING = Overlays(lesion=False, segmentation=False, crosshair=False, text=False)


def result(study: Study) -> Classification:
    """A classification whose heatmap is hot at the marker."""
    finding = marker_finding(study)
    view = SliceView.of(study.grid, Plane.AXIAL)
    row, column = view.to_screen(finding.position_mm)[0]
    rows, columns = np.ogrid[: view.shape[0], : view.shape[1]]
    values = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8).astype(np.float32)
    return Classification(
        "resnet50-glioma",
        "1.0",
        "ResNet50 glioma",
        "ab" * 32,
        {"A": 0.2, "O": 0.1, "G": 0.7},
        {"G": "Glioblastoma, IDH-wildtype"},
        "G",
        finding.index,
        "onnx",
        "CPU",
        0.3,
        0.04,
        study.content_hash,
        heatmap=Heatmap(Plane.AXIAL, finding.index, values),
    )


def drawn(figure: FigureSpec, scale: float = 1) -> Image.Image:
    return Image.fromarray(draw_figure(figure, scale))


def middle_of(seen: np.ndarray) -> tuple[float, float]:
    """Mean place of what is seen from the middle of the pane: right, down."""
    rows, columns = np.nonzero(seen[:PANE, :PANE])
    assert len(rows) > 100, "nothing can be seen"
    return columns.mean() - PANE / 2, rows.mean() - PANE / 2


@ALL_GRIDS
@pytest.mark.parametrize("plane", Plane)
def test_the_patients_left_is_on_the_right(grid: Grid, plane: Plane) -> None:
    study = marker_study(grid, (Modality.FLAIR,))
    figure = slice_figure(
        study,
        SliceRequest(
            plane=plane,
            finding=marker_finding(study),
            overlays=NOTHING,
            windows={Modality.FLAIR: Window.between(500, 900)},
        ),
    )
    image = np.asarray(drawn(figure).convert("L"))
    right, down = middle_of(image > 200)
    expected = EXPECTED[plane]
    assert right * expected[0] > 30
    assert down * expected[1] > 30
    assert figure.panes[0].view.letters == LETTERS[plane]


@ALL_GRIDS
def test_outline_heatmap_and_annotations_lie_on_the_marker(grid: Grid) -> None:
    study = marker_study(grid, (Modality.FLAIR,))
    finding = marker_finding(study)
    black = {Modality.FLAIR: Window.between(50000, 60000)}
    x, y, z = finding.position_mm
    view = SliceView.of(grid, Plane.AXIAL)
    corners = np.add(view.to_screen((x, y, z)), [[-3, -3], [3, 3]])
    left, right = view.to_world(finding.index, corners).tolist()
    annotation = Annotation(Kind.ELLIPSE, Plane.AXIAL, (tuple(left), tuple(right)), Modality.FLAIR)
    common = {"finding": finding, "windows": black, "result": False}
    images = {
        "outline": slice_figure(
            study, SliceRequest(overlays=Overlays(text=False, segmentation=False), **common)
        ),
        "heatmap": slice_figure(
            study,
            SliceRequest(overlays=NOTHING, heatmap=True, classification=result(study), **common),
        ),
        "mark": slice_figure(
            study, SliceRequest(overlays=NOTHING, annotations=(annotation,), **common)
        ),
    }
    for name, figure in images.items():
        image = np.asarray(drawn(figure).convert("L")) > 60
        right_of_middle, below_middle = middle_of(image)
        assert right_of_middle > 30, name
        assert below_middle < -30, name


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.CORONAL])
def test_neurological_images_are_mirrored_and_say_so(tmp_path: Path, plane: Plane) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    path = tmp_path / "n.png"
    figure = export_slice(
        study,
        path,
        plane=plane,
        scale=1,
        finding=marker_finding(study),
        convention=Convention.NEUROLOGICAL,
        windows={Modality.FLAIR: Window.between(500, 900)},
    )
    right, _ = middle_of(np.asarray(drawn(figure).convert("L")) > 240)
    assert right < -30
    assert figure.panes[0].view.letters.left == "L"
    provenance = read_provenance(path)
    assert provenance["orientation_convention"] == "neurological"
    assert re.search("right on the right", provenance["orientation_text"])


def test_unknown_orientation_shows_no_letters_and_says_so(tmp_path: Path) -> None:
    study = marker_study(grid_of(oriented=False), (Modality.FLAIR,))
    figure = export_slice(study, tmp_path / "u.png", index=5, scale=1)
    assert figure.panes[0].view.letters == EdgeLetters()
    provenance = read_provenance(tmp_path / "u.png")
    assert "unknown" in provenance["orientation_text"].lower()
    assert provenance["panes"][0]["position_mm"] is None


def text_detail(image: np.ndarray) -> float:
    """Fraction of the upper half of the spatial frequencies in the energy of an image."""
    spectrum = np.abs(np.fft.fft2(image - image.mean())) ** 2
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, image.shape), indexing="ij"))
    return float(spectrum[frequency > 0.125].sum() / spectrum.sum())


def test_four_times_is_drawn_anew_and_not_enlarged() -> None:
    study = marker_study(synthetic=True)
    figure = slice_figure(study, SliceRequest(index=AUTO, finding=marker_finding(study)))
    small, large = drawn(figure, 1), drawn(figure, 4)
    assert large.size == (4 * small.width, 4 * small.height)
    enlarged = np.asarray(small.resize(large.size).convert("L"), dtype=float)
    sharp = np.asarray(large.convert("L"), dtype=float)
    corner = slice(0, 4 * 50), slice(0, 4 * 150)
    footer = slice(4 * (PANE + 8), None), slice(0, 4 * 400)
    for region in (corner, footer):
        assert text_detail(sharp[region]) > 3 * text_detail(enlarged[region])


@pytest.mark.parametrize("scale", [1, 2])
def test_the_analysis_figure_holds_every_sequence_and_the_result(scale: int) -> None:
    study = marker_study()
    whole = drawn(analysis_spec(study, marker_finding(study), result(study)), scale)
    alone = Image.fromarray(draw_figure(analysis_spec(study, None, None), scale))
    assert whole.width > alone.width
    image = np.asarray(whole.convert("L"), dtype=int)
    for row in (0, 1):
        for column in (0, 1):
            top, left = row * 422 * scale, column * 422 * scale
            pane = image[top : top + 420 * scale, left : left + 420 * scale]
            middle = pane[100 * scale : 320 * scale, 100 * scale : 320 * scale]
            assert (middle > 30).mean() > 0.5, "each pane shows the head"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_studies_with_fewer_sequences_make_a_figure_too(count: int) -> None:
    study = marker_study(modalities=SEQUENCES[:count])
    image = Image.fromarray(draw_figure(analysis_spec(study, marker_finding(study), None), 1))
    assert image.width > 400
    assert image.height > 400
