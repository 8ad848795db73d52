"""How the open study is looked at: cursor, slices, windows, and what needs no study."""

from collections.abc import Iterator

import numpy as np
import pytest

from brainviewer.app.state import Layout, Tool, ViewState
from brainviewer.app.view import View
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.voi.voi_window import Window, auto_window, presets
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_finding, marker_study


class Heard:
    """Counts the signals of a state."""

    def __init__(self, state: ViewState) -> None:
        self.names: list[str] = []
        for name in ("cursor", "layout", "active", "tool", "display", "overlays"):
            getattr(state, f"{name}_changed").connect(lambda *_, n=name: self.names.append(n))


def looking(**phantom: object) -> View:
    state = ViewState()
    study = marker_study(**phantom)
    state.study, state.cursor = study, study.grid.centre
    state.windows = {m: auto_window(v.data) for m, v in study.volumes.items()}
    return View(state)


@pytest.fixture
def viewing() -> Iterator[View]:
    yield looking()


@pytest.fixture
def heard(viewing: View) -> Heard:
    return Heard(viewing._state)


def test_the_cursor_stays_inside_the_study(viewing: View, heard: Heard) -> None:
    viewing.set_cursor((1e6, -1e6, 1e6))
    grid = viewing._state.study.grid
    voxel = grid.to_voxel(viewing._state.cursor)
    assert (voxel >= -1e-6).all()
    assert (voxel <= np.array(grid.shape) - 1 + 1e-6).all()
    assert heard.names == ["cursor"]


@pytest.mark.parametrize("case", AXIS_CASES[::5], ids=case_name)
def test_a_step_goes_towards_superior_anterior_right_in_every_orientation(case) -> None:
    viewing = looking(grid=grid_of(*case))
    for plane, axis in ((Plane.AXIAL, 2), (Plane.CORONAL, 1), (Plane.SAGITTAL, 0)):
        before = viewing._state.cursor.copy()
        viewing.step(plane, 1)
        moved = viewing._state.cursor - before
        assert moved[axis] > 0
        assert np.abs(np.delete(moved, axis)).max() < 1e-6


def test_slices_end_at_the_ends(viewing: View, heard: Heard) -> None:
    view = viewing._state.view(Plane.AXIAL)
    viewing.go_to_slice(Plane.AXIAL, 10_000)
    assert viewing._state.slice_index(Plane.AXIAL) == view.count - 1
    heard.names.clear()
    viewing.go_to_slice(Plane.AXIAL, view.count)
    assert heard.names == []
    viewing.go_to_slice(Plane.AXIAL, -5)
    assert viewing._state.slice_index(Plane.AXIAL) == 0


def test_going_to_a_slice_leaves_the_other_planes_where_they_are(viewing: View) -> None:
    coronal = viewing._state.slice_index(Plane.CORONAL)
    viewing.go_to_slice(Plane.AXIAL, 3)
    assert viewing._state.slice_index(Plane.CORONAL) == coronal


def test_the_tumour_slice_is_one_key_away(viewing: View, heard: Heard) -> None:
    viewing.go_to_tumour()
    assert heard.names == []
    viewing._state.finding = marker_finding(viewing._state.study)
    viewing.go_to_slice(Plane.AXIAL, 2)
    assert not viewing._state.on_tumour_slice
    viewing.go_to_tumour()
    assert viewing._state.on_tumour_slice


def test_looking_without_a_study_is_no_error() -> None:
    viewing = View(ViewState())
    viewing.set_cursor((0, 0, 0))
    viewing.step(Plane.AXIAL, 1)
    viewing.go_to_slice(Plane.AXIAL, 1)
    viewing.go_to_tumour()
    viewing.set_active(Modality.T2)
    viewing.auto_window(Modality.T1)
    viewing.apply_preset(Modality.T1, "Automatic")
    viewing.invert(Modality.T1)
    viewing.set_layout(Layout.ONE_LARGE)
    viewing.set_plane(Plane.CORONAL)
    viewing.set_convention(Convention.NEUROLOGICAL)
    viewing.set_tool(Tool.RULER)
    state = viewing._state
    assert (state.layout, state.plane, state.tool) == (
        Layout.ONE_LARGE,
        Plane.CORONAL,
        Tool.RULER,
    )
    assert state.active is Modality.FLAIR


def test_only_a_sequence_that_is_there_can_be_active(heard: Heard, viewing: View) -> None:
    viewing.set_active(Modality.FLAIR)
    assert heard.names == []
    viewing.set_active(Modality.T2)
    assert heard.names == ["active"]
    one = looking(modalities=(Modality.FLAIR,))
    one.set_active(Modality.T2)
    assert one._state.active is Modality.FLAIR


def test_windows_are_set_inverted_and_brought_back(viewing: View) -> None:
    state, first = viewing._state, viewing._state.windows[Modality.T1]
    others = {m: w for m, w in state.windows.items() if m is not Modality.T1}
    viewing.set_window(Modality.T1, Window(100, 50))
    viewing.invert(Modality.T1)
    assert state.windows[Modality.T1] == Window(100, 50, inverted=True)
    viewing.auto_window(Modality.T1)
    assert state.windows[Modality.T1] == first
    assert {m: w for m, w in state.windows.items() if m is not Modality.T1} == others


@pytest.mark.parametrize("modality", SEQUENCES)
def test_every_preset_gives_a_usable_window(viewing: View, modality: Modality) -> None:
    for name in presets(modality):
        viewing.apply_preset(modality, name)
        window = viewing._state.windows[modality]
        assert window.width > 0, name
        assert np.isfinite((window.level, window.width)).all()
    viewing.apply_preset(modality, "Automatic")
    assert viewing._state.windows[modality] == auto_window(
        viewing._state.study.volumes[modality].data
    )


def test_a_colour_map_belongs_to_one_sequence(viewing: View, heard: Heard) -> None:
    viewing.set_colour_map(Modality.T2, "magma")
    assert viewing._state.colour_maps == {Modality.T2: "magma"}
    assert heard.names == ["display"]
