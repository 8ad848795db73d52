"""The parts of a lesion in the 3D view: nested, in their colours, where they lie."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.figure import FigureSpec, figure_svg
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.lesion_surfaces import Surface, lesion_surfaces, prior_surfaces
from brainviewer.painting.volume.mask_surface import mask_surface
from brainviewer.painting.volume.rasteriser.shapes import with_fewer_triangles
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.scene import VolumeScene
from tests.phantoms import marker_finding, marker_study, with_parts

SIZE = (420, 340)


@pytest.fixture(scope="module")
def study() -> Study:
    return marker_study()


@pytest.fixture(scope="module")
def finding(study: Study) -> TumourFinding:
    return with_parts(marker_finding(study), study)


def hues(image: np.ndarray) -> dict[str, int]:
    """Pixels that have about the hue of each colour of a lesion, however it is lit."""
    bright = image[image.max(axis=2) > 60].astype(float)
    colours = (*palette.PARTS.values(), palette.TUMOUR)
    wanted = np.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in colours], float)
    pure = [v - v.min(axis=-1, keepdims=True) for v in (bright, wanted)]
    grey = np.ptp(bright, axis=-1) < 30
    unit = [v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1) for v in pure]
    nearest = (unit[0] @ unit[1].T).argmax(axis=1)[~grey]
    return dict(zip(colours, np.bincount(nearest, minlength=4).tolist(), strict=True))


def test_the_core_is_seen_in_the_bowl_of_the_oedema(study: Study, finding: TumourFinding) -> None:
    scene = VolumeScene()
    try:
        scene.set_study(study)
        scene.view = scene.view.shown(opacity=0.0, size=3.0)
        scene.set_lesion(replace(finding, parts=None))
        whole = hues(scene.render_image(SIZE))
        scene.set_lesion(finding)
        parts = hues(scene.render_image(SIZE))
        scene.set_lesion(None)
        assert sum(hues(scene.render_image(SIZE)).values()) < 20
    finally:
        scene.close()
    assert whole[palette.TUMOUR] > 500
    assert parts[palette.TUMOUR] < 0.1 * whole[palette.TUMOUR]
    # Around the enhancing part, which covers the necrosis in its middle.
    assert parts[palette.PARTS[LesionPart.OEDEMA]] > 100
    assert parts[palette.PARTS[LesionPart.ENHANCING]] > 100
    assert sum(parts.values()) == pytest.approx(sum(whole.values()), rel=0.15)


def test_surfaces_are_those_of_the_parts_that_are_there(
    study: Study, finding: TumourFinding
) -> None:
    def said(of: TumourFinding, parts: bool = True) -> list[tuple[str, bool]]:
        return [(s.colour, s.hollow) for s in lesion_surfaces(study, of, parts)]

    oedema, core, necrosis = (palette.PARTS[LesionPart(n)] for n in (2, 4, 1))
    assert said(finding) == [(core, False), (necrosis, False), (oedema, True)]
    whole = [(palette.TUMOUR, False)]
    assert said(finding, parts=False) == said(replace(finding, parts=None)) == whole
    assert finding.parts is not None
    for left, surfaces in (
        ({2: 2, 4: 2, 1: 2}, [(oedema, False)]),  # nothing in it that could be seen
        ({2: 4, 4: 4, 1: 1}, [(core, False), (necrosis, False)]),
    ):
        changed = np.zeros_like(finding.parts)
        for old, new in left.items():
            changed[finding.parts == old] = new
        assert said(replace(finding, parts=changed)) == surfaces
    assert lesion_surfaces(study, TumourFinding("lesion", False)) == ()
    assert lesion_surfaces(None, finding) == ()


def test_the_legend_names_the_parts_of_a_3d_image(study: Study, finding: TumourFinding) -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    shown = RenderRequest(study, study.modalities[0], finding)
    spec = FigureSpec(
        study, (), pane_size=(800, 600), volume_image=image, finding=finding, volume=shown
    )
    assert "necrosis" in figure_svg(spec).decode()
    for other in (
        replace(spec, volume=replace(shown, parts=False)),
        replace(spec, volume_image=None),
        replace(spec, volume=replace(shown, finding=replace(finding, measurements=None))),
    ):
        assert "necrosis" not in figure_svg(replace(other, result=False)).decode()


def test_the_lesion_of_the_prior_is_a_wire(study: Study, finding: TumourFinding) -> None:
    assert finding.mask is not None
    (wire,) = prior_surfaces(study, finding.mask)
    assert wire.wire and not wire.hollow
    volume = finding.mask.sum() * study.grid.voxel_volume / 1000
    assert wire.mesh.volume_ml == pytest.approx(volume, rel=0.001)
    assert prior_surfaces(None, finding.mask) == prior_surfaces(study, None) == ()
    assert prior_surfaces(study, finding.mask[1:]) == ()  # on another grid
    assert prior_surfaces(study, np.zeros_like(finding.mask)) == ()
    counts = []
    scene = VolumeScene()
    try:
        scene.set_study(study)
        scene.view = scene.view.shown(opacity=0.0, size=3.0)
        for surfaces in ((wire,), (replace(wire, wire=False),), ()):
            scene.set_surfaces(surfaces)
            image = scene.render_image(SIZE).astype(int)
            counts.append(int((image[..., 2] - image[..., 0] > 60).sum()))
    finally:
        scene.close()
    lines, solid, nothing = counts
    assert nothing < 20 < lines < 0.7 * solid


def test_what_is_translucent_lets_through_what_lies_in_it(
    study: Study, finding: TumourFinding
) -> None:
    assert finding.mask is not None
    (whole,) = lesion_surfaces(study, finding, parts=False)
    inner = lesion_surfaces(study, finding)[0]
    seen = []
    scene = VolumeScene()
    try:
        scene.set_study(study)
        scene.view = scene.view.shown(opacity=0.0, size=3.0)
        for surface in (whole, replace(whole, opacity=0.3)):
            scene.set_surfaces((inner, surface))
            seen.append(hues(scene.render_image(SIZE))[inner.colour])
    finally:
        scene.close()
    solid, translucent = seen
    assert solid < 100 < translucent


def test_fewer_triangles_show_about_the_same_while_turning() -> None:
    places = (np.indices((70, 60, 50)).T - (35, 30, 25)).T
    mask = (places**2).sum(axis=0) < 22**2
    mask |= (np.abs(places[0]) < 30) & (np.abs(places[1]) < 6) & (np.abs(places[2]) < 6)
    mesh = mask_surface(mask, Grid(mask.shape, np.eye(4)))
    assert mesh is not None
    fewer = with_fewer_triangles(mesh)
    assert len(fewer.triangles) < len(mesh.triangles) / 4
    for end in (np.min, np.max):
        bounds = [end(one.vertices, axis=0) for one in (fewer, mesh)]
        assert bounds[0] == pytest.approx(bounds[1], abs=1.5)
    assert fewer.is_closed and fewer.volume_ml == pytest.approx(mesh.volume_ml, rel=0.08)
    assert with_fewer_triangles(fewer) is fewer  # few enough
    scene = VolumeScene()
    scene.set_head(Block(np.zeros((70, 60, 50), np.uint16, order="F"), np.eye(4)), oriented=False)
    scene.set_surfaces([Surface(mesh)])
    fine, coarse, again = (
        scene.render_image((200, 200), part).astype(int) for part in (True, False, True)
    )
    scene.close()
    assert np.array_equal(fine, again)
    covered = [(image.max(axis=2) > 60) for image in (fine, coarse)]
    assert covered[0].sum() > 4000
    assert (covered[0] != covered[1]).sum() < 0.06 * covered[0].sum()
