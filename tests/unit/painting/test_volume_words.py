"""What is said of a picture of the 3D view."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.app.report.volume_record import volume_record
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.painting.footer import legend
from brainviewer.painting.text.volume_words import direction_text, volume_text, volume_title
from brainviewer.painting.volume.planes.shown_slices import ShownSlices
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import LOOKS, VolumeView, look_rotation, three_quarter, turned
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane
from tests.phantoms import marker_finding, marker_study, with_parts

STUDY = marker_study()
SHOWN = RenderRequest(STUDY, STUDY.modalities[0], marker_finding(STUDY))


def test_directions_are_the_sides_that_face_the_viewer() -> None:
    said = {letter: direction_text(look_rotation(letter)) for letter in LOOKS}
    assert said == {
        "A": "anterior",
        "P": "posterior",
        "L": "the left",
        "R": "the right",
        "S": "superior",
        "I": "inferior",
    }
    assert direction_text(three_quarter("L")) == "the left, anterior and superior"
    assert direction_text(three_quarter("R")) == "the right, anterior and superior"
    assert direction_text(turned(look_rotation("L"), 0.0, 5.0)) == "the left"


def test_look_and_cuts_are_told() -> None:
    plane = ClipPlane((-12.0, 0, 0), (-2.0, 0, 0))
    view = VolumeView(look_rotation("R"), 0.25, 0.75, preset="glass", perspective=False)
    said = volume_text(replace(SHOWN, view=replace(view, clip=Clip(plane=plane, peel_mm=8))))
    assert said == (
        "FLAIR 3D, look “Glass brain” · seen from the right · without perspective · "
        "opacity 25\u00a0% · contrast 75\u00a0% · cut by a plane at L 12\u00a0mm · "
        "8\u00a0mm taken off the surface"
    )
    slanting = Clip(plane=ClipPlane((0, 0, 0), (1, 1, 0)))
    assert volume_text(replace(SHOWN, view=VolumeView(clip=slanting))).endswith("cut by a plane")
    assert "turned once" in volume_text(SHOWN, turning=True)
    slices = ShownSlices(cuts=((Plane.AXIAL, 7), (Plane.CORONAL, 0)))
    said = volume_text(replace(SHOWN, slices=slices))
    assert said.endswith("with axial slice 8 · with coronal slice 1")
    assert volume_record(replace(SHOWN, slices=slices))["slices"] == [
        {"plane": "axial", "slice": 7},
        {"plane": "coronal", "slice": 0},
    ]


def test_a_cut_along_a_slice_of_an_oblique_grid_names_the_slice() -> None:
    cos, sin = np.cos(0.3), np.sin(0.3)
    tilt = np.array([[1, 0, 0, 0], [0, cos, -sin, 0], [0, sin, cos, 0], [0, 0, 0, 1]])
    grid = Grid(STUDY.grid.shape, tilt @ STUDY.grid.affine)
    shown = replace(SHOWN, study=replace(STUDY, grid=grid))
    view = SliceView.of(grid, Plane.AXIAL)

    def said(slice_number: float, normal: np.ndarray) -> str:
        voxel = grid.to_voxel(grid.centre).copy()
        voxel[view.axis] = slice_number
        cut = ClipPlane(tuple(grid.to_world(voxel)), tuple(normal))
        return volume_text(replace(shown, view=VolumeView(clip=Clip(plane=cut))))

    assert said(10, -view.normal).endswith("cut by a plane at axial slice 11")
    # Between two slices, and across none, no slice is told.
    assert said(10.4, view.normal).endswith("cut by a plane")
    assert said(10, np.array([1.0, 1.0, 0.0])).endswith("cut by a plane")


def test_no_side_is_told_where_none_is_known() -> None:
    grid = Grid(STUDY.grid.shape, STUDY.grid.affine, oriented=False)
    assert "seen from" not in volume_text(replace(SHOWN, study=replace(STUDY, grid=grid)))
    assert volume_title(RenderRequest()) == "3D"


@pytest.mark.parametrize("parts", [True, False])
def test_the_legend_has_the_volumes_of_what_is_shown(parts: bool) -> None:
    finding = with_parts(SHOWN.finding, STUDY)
    shown = replace(SHOWN, finding=finding, parts=parts)
    words = [entry.words for entry in legend((), shown)]
    assert all("mL" in one for one in words)
    if parts:
        assert len(words) == 3 and words[0].startswith("found: ")
    else:
        assert words[0].startswith("tumour ")
    prior = legend((), replace(shown, prior=finding.mask))
    assert [one.words for one in prior] == [*words, "lesion of the prior study"]
    assert legend((), replace(SHOWN, finding=TumourFinding("lesion", False))) == []
    assert legend((), replace(SHOWN, finding=None)) == []
