"""The switch between the original grids and the common one: what is seen, and what stays."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.exporting.exports import ExportRequest, request_figure
from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.facts import Fact
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.state import Tool, ViewState
from brainviewer.app.view import View
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FusionMode
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.painting.figure import draw_figure
from brainviewer.painting.text.captions import plane_text
from tests.phantoms import marker_finding, marker_position, marker_study
from tests.several_grids import SeveralGrids, several_grids

FLAIR, T1, T2 = Modality.FLAIR, Modality.T1, Modality.T2


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralGrids]:
    yield several_grids(Path(tmp_path_factory.mktemp("scan")))


@pytest.fixture
def state(scanned: SeveralGrids) -> ViewState:
    state, study = ViewState(), scanned.study
    state.study, state.cursor = study, marker_position(study.grid)
    state.finding = marker_finding(study)
    state.windows = {m: auto_window(v.data) for m, v in study.volumes.items()}
    return state


@pytest.fixture
def view(state: ViewState) -> View:
    view = View(state)
    view.toggle_original_grids()
    return view


def test_the_common_grid_comes_first(state: ViewState) -> None:
    assert Fact.GRIDS_DIFFER in state.facts and Fact.COMMON_GRID in state.facts
    for modality in (FLAIR, T1, T2):
        assert state.seen(modality).study is state.study
        assert not scene_of(state, state.study, modality, Plane.AXIAL).original


def test_each_sequence_is_seen_on_its_own(state: ViewState, view: View) -> None:
    for modality in (T1, T2):
        scene = scene_of(state, state.study, modality, Plane.AXIAL)
        volume = state.study.volumes[modality]
        assert scene.study.volumes[modality].data is volume.scan.data
        assert scene.study.grid.shape == volume.file_grid.shape
        assert scene.shows_lesion  # the marker lies at the cursor on every grid
        assert scene.labels_shown == (2,)
        assert plane_text(scene) == "axial, original grid"
    flair = scene_of(state, state.study, FLAIR, Plane.AXIAL)  # it gave the study its grid
    assert flair.study is state.study and flair.finding is state.finding
    assert plane_text(flair) == "axial, original grid"


def test_nothing_moves_when_it_is_switched(state: ViewState, view: View) -> None:
    before = state.cursor.copy()
    heard = []
    state.layout_changed.connect(lambda: heard.append("layout"))
    view.toggle_original_grids()
    view.toggle_original_grids()
    np.testing.assert_array_equal(state.cursor, before)
    assert heard == ["layout"] * 2


@pytest.mark.parametrize("plane", list(Plane))
def test_the_slice_is_the_nearest_one_in_millimetres(
    state: ViewState, view: View, plane: Plane
) -> None:
    for modality in (FLAIR, T1, T2):
        scene = scene_of(state, state.study, modality, plane)
        voxel = scene.view.grid.to_voxel(state.cursor)[scene.view.axis]
        assert abs(voxel - scene.index) <= 0.5


def test_a_step_goes_by_the_slices_that_are_seen(state: ViewState, view: View) -> None:
    own = state.seen(T1).view(Plane.AXIAL, state.convention)
    here = own.index_of(state.cursor)
    view.step(Plane.AXIAL, 1, own)
    assert abs(own.index_of(state.cursor) - here) == 1
    common = state.view(Plane.AXIAL)
    here = common.index_of(state.cursor)
    view.step(Plane.AXIAL, 1)
    assert abs(common.index_of(state.cursor) - here) == 1


def test_what_is_made_is_kept_until_the_study_or_the_finding_changes(
    state: ViewState, view: View
) -> None:
    first = state.seen(T2)
    assert state.seen(T2) is first
    state.finding = None
    second = state.seen(T2)
    assert second.study is first.study and second.finding is None
    view.toggle_original_grids()
    assert state.seen(T2).study is state.study


def test_nothing_is_kept_of_a_study_that_was_closed(state: ViewState, view: View) -> None:
    """Also where the next one has fewer sequences, or no grids of their own."""
    gone = weakref.ref(state.seen(T2).study)
    whole = state.study
    flair_and_t1 = {m: whole.volumes[m] for m in (FLAIR, T1)}
    state.study = replace(whole, volumes=flair_and_t1)
    state.seen(T1)
    assert gone() is None
    gone, state.study = weakref.ref(state.seen(T1).study), marker_study()
    state.seen(T1)
    assert gone() is None


def test_annotations_are_drawn_on_the_common_grid(state: ViewState, view: View) -> None:
    assert Fact.COMMON_GRID not in state.facts and not state.annotatable
    view.set_tool(Tool.CURSOR)
    assert not state.draws_elsewhere
    view.set_tool(Tool.RULER)
    assert state.draws_elsewhere
    view.toggle_original_grids()
    assert state.annotatable and not state.draws_elsewhere
    assert state.tool is Tool.RULER


def test_what_is_exported_is_what_is_seen(state: ViewState, view: View) -> None:
    view.set_fusion(mode=FusionMode.CHECKERBOARD)  # stays off where nothing is on one grid
    figure = request_figure(state, ExportRequest())
    assert [pane.original for pane in figure.panes] == [True] * 3
    assert all(pane.fused is None for pane in figure.panes)
    t1 = figure.panes[1]
    assert t1.study.volumes[T1].data is state.study.volumes[T1].scan.data
    own = provenance_record(figure, 1)["panes"][1]
    assert (own["original_grid"], own["slices"]) == (True, t1.view.count)
    assert own["position_mm"] == pytest.approx(t1.view.position_mm(t1.index), abs=1e-3)
    assert draw_figure(figure, 1).any()


def test_regions_are_shown_and_tell_their_values_on_the_common_grid(
    state: ViewState, view: View
) -> None:
    x, y, z = marker_position(state.study.grid).tolist()
    region = Annotation(Kind.ELLIPSE, Plane.AXIAL, ((x - 6, y - 6, z), (x + 6, y + 6, z)), T1)
    state.annotations, state.cursor = (region,), np.array(region.points[0])
    for on_original in (True, False):
        (told,) = provenance_record(request_figure(state, ExportRequest()), 1)["panes"][1][
            "annotations"
        ]
        assert ("statistics" in told) is not on_original
        view.toggle_original_grids()


def test_a_study_on_one_grid_knows_no_switch(view: View, state: ViewState) -> None:
    state.study = marker_study()
    assert Fact.GRIDS_DIFFER not in state.facts and Fact.COMMON_GRID in state.facts
    assert not scene_of(state, state.study, T1, Plane.AXIAL).original
