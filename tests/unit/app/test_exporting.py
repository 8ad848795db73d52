"""What is exported: the right slice, nothing private, nothing stale, whole files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer import __version__
from brainviewer.app.exporting.exports import (
    ExportRequest,
    ExportSubject,
    PaneArrangement,
    SeenPane,
    panes_of,
    request_figure,
)
from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.study_figures import (
    SliceRequest,
    analysis_spec,
    export_figure,
    slice_figure,
)
from brainviewer.app.state import Layout, ViewState
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.provenance import Correction
from brainviewer.core.errors import BrainViewerError, Cancelled, FileError
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.painting.figure import FigurePage, FigureSpec, draw_figure, figure_svg
from brainviewer.painting.footer import provenance_lines
from brainviewer.painting.result_card import WIDTH as CARD_WIDTH
from brainviewer.painting.slice_scene import Viewport
from brainviewer.painting.volume.render_request import RenderRequest
from tests.exporting import export_slice
from tests.phantoms import grid_of, marker_finding, marker_study
from tests.provenance import read_provenance

SECRET = "Doe_Jane_1970"


def drawn(figure: FigureSpec, scale: float = 1) -> Image.Image:
    return Image.fromarray(draw_figure(figure, scale))


def secret_study() -> Study:
    """A study whose name and files name the patient."""
    study = marker_study()
    volumes = {
        m: replace(v, file_name=f"{SECRET}_{m.lower()}.nii.gz") for m, v in study.volumes.items()
    }
    labels = replace(study.segmentation, file_name=f"{SECRET}_seg.nii.gz")
    return replace(study, volumes=volumes, name=SECRET, segmentation=labels)


def result_of(study: Study, index: int) -> Classification:
    view = SliceView.of(study.grid, Plane.AXIAL)
    values = np.full(view.shape, 0.9, np.float32)
    return Classification(
        "resnet50-glioma",
        "1.0",
        "ResNet50 glioma",
        "ab" * 32,
        {"A": 0.2, "O": 0.1, "G": 0.7},
        {"G": "Glioblastoma, IDH-wildtype"},
        "G",
        index,
        "onnx",
        "CPU",
        0.3,
        0.04,
        study.content_hash,
        heatmap=Heatmap(Plane.AXIAL, index, values),
    )


def state_of(study: Study) -> ViewState:
    finding = marker_finding(study)
    return ViewState(
        study=study,
        cursor=np.array(finding.position_mm),
        windows={m: auto_window(v.data) for m, v in study.volumes.items()},
        finding=finding,
        finding_status=Status.DONE,
        classification=result_of(study, finding.index),
        classification_status=Status.DONE,
    )


def ruler(study: Study, index: int) -> Annotation:
    view = SliceView.of(study.grid, Plane.AXIAL)
    start, end = view.to_world(index, [(10, 10), (20, 14)]).tolist()
    return Annotation(Kind.RULER, Plane.AXIAL, (tuple(start), tuple(end)), Modality.FLAIR)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_the_file_tells_where_it_came_from(tmp_path: Path, suffix: str) -> None:
    study = marker_study(synthetic=True)
    finding = marker_finding(study)
    annotation = ruler(study, finding.index)
    path = tmp_path / f"a{suffix}"
    figure = export_slice(
        study,
        path,
        modality=Modality.T1CE,
        scale=3,
        heatmap=True,
        annotations=(annotation,),
        finding=finding,
        classification=result_of(study, finding.index),
    )
    got = read_provenance(path)
    assert got == json.loads(json.dumps(provenance_record(figure, 3)))
    assert got["version"] == __version__
    assert got["study"]["synthetic"] is True
    assert "not for diagnosis" in got["notice"]
    (pane,) = got["panes"]
    assert (pane["sequence"], pane["plane"], pane["slice"]) == ("T1ce", "axial", finding.index)
    view = SliceView.of(study.grid, Plane.AXIAL)
    assert pane["position_mm"] == pytest.approx(view.position_mm(finding.index))
    assert pane["heatmap"] is True
    assert pane["annotations"][0]["length_mm"] == pytest.approx(annotation.length, abs=0.001)
    window = auto_window(study.volumes[Modality.T1CE].data)
    assert (pane["window"]["level"], pane["window"]["width"]) == (window.level, window.width)
    assert got["classification"]["model"] == "resnet50-glioma"
    assert got["classification"]["weights_sha256"] == "ab" * 32
    with Image.open(path) as image:
        assert image.size == tuple(3 * side for side in drawn(figure).size)


def test_the_footer_says_the_same_in_words() -> None:
    study = marker_study()
    finding = marker_finding(study)
    figure = slice_figure(
        study, SliceRequest(finding=finding, classification=result_of(study, finding.index))
    )
    text = "\n".join(provenance_lines(study, figure.panes, figure.finding, figure.classification))
    for words in (
        "FLAIR",
        f"axial slice {finding.index + 1} of 32",
        " mm",
        "right on the left",
        "W ",
        " L ",
        f"BrainViewer {__version__}",
        "resnet50-glioma 1.0",
        "abababab",
    ):
        assert words in text


def test_names_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    study = secret_study()
    finding = marker_finding(study)
    common = {"finding": finding, "classification": result_of(study, finding.index), "scale": 1}
    export_slice(study, tmp_path / "a.png", **common)
    export_slice(study, tmp_path / "b.tif", **common)
    export_figure(analysis_spec(study, finding, None), tmp_path / "c.png", 1)
    for path in tmp_path.iterdir():
        assert SECRET.encode() not in path.read_bytes()
        assert SECRET not in json.dumps(read_provenance(path))
    figure = slice_figure(study, SliceRequest(finding=finding))
    assert SECRET not in "".join(provenance_lines(study, figure.panes, finding, None))
    named = slice_figure(study, SliceRequest(finding=finding, identify=True))
    assert provenance_record(named, 2)["study"]["name"] == SECRET
    assert provenance_record(named, 2)["study"]["sequences"]["T2"]["file"] == f"{SECRET}_t2.nii.gz"
    lines = provenance_lines(study, named.panes, finding, None, identify=True)
    assert SECRET in lines[0]
    plain, told = drawn(figure), drawn(named)
    assert plain.size != told.size, "the names take a line of their own"


@pytest.mark.parametrize("plane", Plane)
def test_the_tumour_slice_is_found_in_every_plane(plane: Plane) -> None:
    study = marker_study()
    finding = marker_finding(study)
    figure = slice_figure(study, SliceRequest(plane=plane, finding=finding))
    view = SliceView.of(study.grid, plane)
    assert figure.panes[0].index == view.index_of(finding.position_mm)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"modality": Modality.T2}, "has no T2"),
        ({"index": 32}, "no axial slice 32"),
        ({"index": -1}, "no axial slice -1"),
        ({"index": "middle"}, "no axial slice middle"),
        ({"index": "auto"}, "No lesion was found"),
        ({"index": "auto", "finding": TumourFinding("lesion", False)}, "No lesion was found"),
        ({"index": 3, "heatmap": True}, "no heatmap"),
        ({"index": 3, "scale": 5}, "at 5×"),
        ({"index": 3, "scale": 0}, "at 0×"),
    ],
)
def test_impossible_options_are_refused_with_advice(
    tmp_path: Path, arguments: dict[str, object], words: str
) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    with pytest.raises(BrainViewerError, match=words) as caught:
        export_slice(study, tmp_path / "a.png", **arguments)
    assert caught.value.advice
    assert not list(tmp_path.iterdir())


def test_the_heatmap_is_refused_on_another_slice() -> None:
    study = marker_study()
    finding = marker_finding(study)
    with pytest.raises(BrainViewerError, match="belongs to axial slice"):
        slice_figure(
            study,
            SliceRequest(
                index=finding.index + 1,
                heatmap=True,
                classification=result_of(study, finding.index),
            ),
        )


def test_a_result_of_another_study_is_not_shown() -> None:
    study = marker_study()
    other = replace(result_of(study, 5), study_hash="00" * 32)
    figure = slice_figure(study, SliceRequest(index=5, classification=other))
    assert figure.classification is None
    assert "classification" not in provenance_record(figure, 2)


def test_the_kind_of_file_is_checked_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("brainviewer.app.report.study_figures.draw_figure", refused)
    with pytest.raises(FileError, match=r"\.png, \.tif, \.svg or \.pdf"):
        export_slice(marker_study(), tmp_path / "a.jpg", index=3)


def test_a_cancelled_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def report(fraction: float, text: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_slice(marker_study(), path, index=3, scale=1, report=report)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Layout.FOUR_SEQUENCES, [(m, Plane.AXIAL) for m in SEQUENCES]),
        (Layout.THREE_PLANES, [(Modality.T2, p) for p in Plane]),
        (Layout.ONE_LARGE, [(Modality.T2, Plane.AXIAL)]),
    ],
)
def test_the_view_holds_the_panes_of_the_layout(
    layout: Layout, expected: list[tuple[Modality, Plane]]
) -> None:
    state = state_of(marker_study())
    state.hanging, state.active = BUILT_IN[layout], Modality.T2
    assert list(panes_of(state)) == expected
    figure = request_figure(state, ExportRequest())
    assert [(p.modality, p.plane) for p in figure.panes] == expected
    for pane in figure.panes:
        assert pane.index == state.slice_index(pane.plane)
        assert pane.window == state.windows[pane.modality]


def test_the_view_is_shown_as_it_is_and_keeps_what_was_captured() -> None:
    state = state_of(marker_study())
    state.annotations = (ruler(state.study, state.slice_index()),)
    seen = Viewport(state.finding.position_mm, 0.3)
    viewports = [None, seen, None, None]
    panes = tuple(
        SeenPane(scene_of(state, state.study, m, Plane.AXIAL, part), (202 * n, 0, 200, 150))
        for n, (m, part) in enumerate(zip(SEQUENCES, viewports, strict=True))
    )
    figure = request_figure(state, ExportRequest(heatmap=True), PaneArrangement(panes))
    before = draw_figure(figure)
    assert [p.viewport for p in figure.panes] == viewports
    assert figure.panes[0].annotations_shown == state.annotations
    assert figure.panes[0].shows_heatmap
    # The figure may be drawn in a thread while the user goes on.
    state.cursor = state.cursor + 10
    state.annotations = ()
    state.overlays = replace(state.overlays, lesion=False)
    assert np.array_equal(draw_figure(figure), before)


def test_what_is_switched_off_stays_off() -> None:
    state = state_of(marker_study())
    state.annotations = (ruler(state.study, state.slice_index()),)
    figure = request_figure(state, ExportRequest(heatmap=False, annotations=False, result=False))
    assert not any(p.shows_heatmap or p.annotations_shown for p in figure.panes)
    assert drawn(figure).width < drawn(replace(figure, result=True)).width


def test_the_heatmap_is_drawn_only_where_it_was_asked_for() -> None:
    state = state_of(marker_study())
    for subject in (ExportSubject.VIEW, ExportSubject.TUMOUR_SLICE):
        assert not any(p.shows_heatmap for p in request_figure(state, ExportRequest(subject)).panes)
        asked = ExportRequest(subject, heatmap=True)
        assert any(p.shows_heatmap for p in request_figure(state, asked).panes)
    result = state.classification
    for wanted in (False, True):
        figure = analysis_spec(state.study, state.finding, result, heatmap=wanted)
        assert sum(p.shows_heatmap for p in figure.panes) == wanted


def test_a_stale_result_says_so_and_its_heatmap_is_in_the_view_alone() -> None:
    state = state_of(marker_study())
    state.classification_status = Status.STALE
    state.classification_message = "The age was changed."
    for subject in (ExportSubject.VIEW, ExportSubject.TUMOUR_SLICE):
        figure = request_figure(state, ExportRequest(subject, heatmap=True))
        assert "Stale: The age was changed." in figure.result_note
        assert provenance_record(figure, 2)["classification"]["note"] == figure.result_note
        on_screen = subject is ExportSubject.VIEW
        assert any(p.shows_heatmap for p in figure.panes) is on_screen


def test_a_stale_heatmap_never_stands_without_the_words() -> None:
    state = state_of(marker_study())
    state.classification_status = Status.STALE
    state.classification_message = "The age was changed."
    for card in (True, False):
        page = figure_svg(request_figure(state, ExportRequest(heatmap=True, result=card))).decode()
        assert page.count("Stale: The age was changed.") == 1
    page = figure_svg(request_figure(state, ExportRequest(result=False))).decode()
    assert "Stale" not in page


def test_an_edited_segmentation_has_its_origin_and_no_confidence() -> None:
    state = state_of(marker_study())
    page = figure_svg(request_figure(state, ExportRequest())).decode()
    assert "Confidence" in page
    edited = Correction("lesion-outline 2.0.0", "reader", "2026-11-30T12:00:00", ("brush",), 1)
    state.finding = replace(state.finding, correction=edited, confidence=1.0)
    page = figure_svg(request_figure(state, ExportRequest())).decode()
    assert "Confidence" not in page
    assert "edited" in page
    assert page.count("edited by reader") == 2  # on the card and at the foot


def test_the_tumour_slice_is_exported_wherever_the_cursor_is() -> None:
    state = state_of(marker_study())
    state.cursor = np.array(state.study.grid.to_world((1, 1, 1)))
    state.active = Modality.T1CE
    figure = request_figure(state, ExportRequest(ExportSubject.TUMOUR_SLICE, heatmap=True))
    (pane,) = figure.panes
    assert (pane.modality, pane.index) == (Modality.T1CE, state.finding.index)
    assert pane.shows_heatmap


def test_the_3d_view_is_exported_with_its_footer() -> None:
    state = state_of(marker_study())
    volume = np.full((400, 600, 3), (0x20, 0x40, 0x60), np.uint8)
    request = ExportRequest(ExportSubject.VOLUME, scale=2, result=False)
    image = drawn(request_figure(state, request, volume_image=volume), 2)
    assert image.width == 600
    assert image.height > 400
    assert image.getpixel((300, 300)) == (0x20, 0x40, 0x60)
    with pytest.raises(BrainViewerError, match="no 3D view"):
        request_figure(state, request)


def test_the_3d_view_says_which_sequence_it_shows() -> None:
    state = state_of(marker_study())
    image = np.zeros((400, 600, 3), np.uint8)
    request = ExportRequest(ExportSubject.VOLUME, scale=2, result=False)
    shown = RenderRequest(state.study, Modality.T1CE, state.finding)
    figure = request_figure(state, request, volume_image=image, volume=shown)
    assert "T1ce 3D" in figure_svg(figure).decode()


@pytest.mark.parametrize("side", [300, 1200])
def test_beside_low_images_the_card_stands_in_two_columns(side: int) -> None:
    """No page is taller than its images for want of a second column."""
    state = state_of(marker_study())
    figure = request_figure(state, ExportRequest(), PaneArrangement(pane_size=(side, side)))
    page, bare = FigurePage(figure), FigurePage(replace(figure, result=False))
    tumour = FigurePage(replace(figure, classification=None))
    columns = (page.size[0] - bare.size[0]) // CARD_WIDTH
    assert columns == (2 if side == 300 else 1)
    assert (tumour.size[0] - bare.size[0]) // CARD_WIDTH == 1
    assert page.size[1] - bare.size[1] <= 0 or columns == 2
    # Both columns are written in.
    drawn_card = drawn(figure).crop((bare.size[0], 0, page.size[0], 2 * side))
    for column in range(columns):
        part = drawn_card.crop((column * CARD_WIDTH, 0, (column + 1) * CARD_WIDTH, 60))
        assert max(part.convert("L").tobytes()) > 100


def test_without_a_study_there_is_nothing_to_export() -> None:
    for subject in ExportSubject:
        with pytest.raises(BrainViewerError, match="Open a study"):
            request_figure(
                ViewState(), ExportRequest(subject), volume_image=np.zeros((9, 9, 3), np.uint8)
            )


def test_the_view_is_painted_at_its_scale() -> None:
    state = state_of(marker_study(grid_of((2, 0, 1))))
    figure = request_figure(state, ExportRequest(), PaneArrangement(pane_size=(160, 120)))
    small, large = draw_figure(figure, 1), draw_figure(figure, 2)
    assert large.shape == (2 * small.shape[0], 2 * small.shape[1], 3)
