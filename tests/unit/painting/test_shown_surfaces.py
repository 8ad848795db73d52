"""Which surfaces of lesions the 3D view draws, how, and how large they are."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_regions import Region, regions_of, supplied_regions
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import LabelMap, Study
from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting import palette
from brainviewer.painting.volume import mask_surface as made_by
from brainviewer.painting.volume.lesion_masks import LesionMasks
from brainviewer.painting.volume.lesion_surfaces import Surface, lesion_surfaces, prior_surfaces
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.shown_surfaces import (
    USUAL,
    SurfaceKey,
    SurfaceMaker,
    SurfaceSource,
    masks_of,
)
from brainviewer.painting.volume.view import VolumeView, look_rotation
from tests.phantoms import marker_finding, marker_mask, marker_position, marker_study, with_parts

FOUND, SUPPLIED, PRIOR = SurfaceSource.FOUND, SurfaceSource.SUPPLIED, SurfaceSource.PRIOR
SIZE = (200, 180)


@pytest.fixture(scope="module")
def study() -> Study:
    """With its parts as the supplied segmentation, too."""
    study = marker_study()
    parts = with_parts(marker_finding(study), study).parts
    assert parts is not None
    return replace(study, segmentation=LabelMap(parts, study.grid))


@pytest.fixture(scope="module")
def finding(study: Study) -> TumourFinding:
    return with_parts(marker_finding(study), study)


def told(surfaces: tuple[Surface, ...]) -> dict[tuple[str, bool, float, bool], float]:
    """Volumes in mL by how surfaces are drawn."""
    return {
        (one.colour, one.hollow, one.opacity, one.wire): round(one.mesh.volume_ml, 4)
        for one in surfaces
    }


@pytest.mark.parametrize("parts", [True, False])
def test_as_usual_it_is_what_was_drawn_before(
    study: Study, finding: TumourFinding, parts: bool
) -> None:
    prior = marker_mask(study.grid)
    before = (*lesion_surfaces(study, finding, parts), *prior_surfaces(study, prior))
    now = SurfaceMaker().surfaces(study, finding, prior, USUAL, parts)
    assert told(now) == told(before)
    assert len(now) == (4 if parts else 2)


def test_every_region_is_as_large_as_its_voxels(study: Study, finding: TumourFinding) -> None:
    shown = USUAL
    for source in (FOUND, SUPPLIED):
        for region in Region:
            key = SurfaceKey(source, region)
            shown = shown.changed(key, visible=True, opacity=0.6)
    made = SurfaceMaker().surfaces(study, finding, None, shown)
    assert len(made) == 10
    voxel = study.grid.voxel_volume / 1000
    masks = regions_of(finding)
    wanted = sorted(masks[region].sum() * voxel for region in Region for _ in range(2))
    assert sorted(one.mesh.volume_ml for one in made) == pytest.approx(wanted, rel=0.01)
    assert all(one.opacity == 0.6 and not one.hollow and not one.wire for one in made)
    # What lies inside is drawn first.
    volumes = [one.mesh.volume_ml for one in made[:5]]
    assert volumes[0] < volumes[2] < volumes[4]


def test_a_supplied_segmentation_has_its_colours_and_is_drawn_when_asked_for(study: Study) -> None:
    maker = SurfaceMaker()
    assert maker.surfaces(study, None, None) == ()
    shown = USUAL.changed(SurfaceKey(SUPPLIED, Region.WHOLE), visible=True)
    shown = shown.changed(SurfaceKey(SUPPLIED, Region.ENHANCING), visible=True)
    colours = [one.colour for one in maker.surfaces(study, None, None, shown)]
    assert colours == [palette.PARTS[LesionPart.ENHANCING], palette.SUPPLIED]


def test_regions_are_those_that_are_saved(study: Study, finding: TumourFinding) -> None:
    plain = replace(finding, parts=None, enhancing=finding.parts == 4)
    odd = study.segmentation
    assert odd is not None
    cavity = replace(study, segmentation=LabelMap(np.where(odd.data == 4, 3, odd.data), study.grid))
    data = cavity.segmentation.data.copy() if cavity.segmentation else odd.data
    data[:2, :2, :2] = 4  # beside a 3 it is the resection cavity
    treated = replace(study, segmentation=LabelMap(data, study.grid))
    for masks, wanted in (
        (LesionMasks.found(study, finding), regions_of(finding)),
        (LesionMasks.found(study, plain), regions_of(plain)),
        (LesionMasks.supplied(study), supplied_regions(study)),
        (LesionMasks.supplied(treated), supplied_regions(treated)),
    ):
        assert masks.counts() == {region: mask.sum() for region, mask in wanted.items()}
        for region, mask in wanted.items():
            assert np.array_equal(masks.mask(region), mask)


def test_nothing_on_another_grid_is_drawn(study: Study, finding: TumourFinding) -> None:
    assert finding.mask is not None
    other = np.ones(tuple(n + 1 for n in study.grid.shape), bool)
    odd = replace(study, segmentation=LabelMap(other.astype(np.uint8), study.grid))
    found = masks_of(odd, replace(finding, mask=other), other)
    assert not any(masks.counts() for masks in found.values())


def test_the_prior_has_a_switch_of_its_own(study: Study) -> None:
    prior = marker_mask(study.grid)
    maker = SurfaceMaker()
    (wire,) = maker.surfaces(study, None, prior)
    assert wire.wire and wire.opacity == 1
    key = SurfaceKey(PRIOR, Region.WHOLE)
    (wire,) = maker.surfaces(study, None, prior, USUAL.changed(key, opacity=0.4))
    assert wire.opacity == 0.4
    assert maker.surfaces(study, None, prior, USUAL.changed(key, visible=False)) == ()


def test_surfaces_are_made_once(
    study: Study, finding: TumourFinding, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = made_by.mask_surface

    def counted(mask: NDArray[np.bool_], *others: object) -> SurfaceMesh | None:
        made.append(int(mask.sum()))
        return real(mask, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(made_by, "mask_surface", counted)
    maker = SurfaceMaker()
    maker.surfaces(study, finding, None)
    assert len(made) == 3
    key = SurfaceKey(FOUND, Region.ENHANCING)
    maker.surfaces(study, finding, None, USUAL.changed(key, opacity=0.5))
    maker.surfaces(study, replace(finding, confidence=0.1), None)  # the same masks
    assert len(made) == 3
    assert finding.mask is not None
    smaller = finding.mask & (np.indices(finding.mask.shape)[0] % 2 == 0)
    maker.surfaces(study, replace(finding, mask=smaller), None, parts=False)
    assert len(made) == 4
    assert maker.surfaces(None, None, None) == ()
    maker.surfaces(study, finding, None)
    assert len(made) == 7  # of a study that was closed nothing is kept


@pytest.mark.parametrize("opengl", [True, False])
def test_what_is_seen_through_shows_what_lies_in_it(
    study: Study, finding: TumourFinding, opengl: bool
) -> None:
    scene = VolumeScene(GraphicsChoice(DrawnBy.PROCESSOR, "", opengl=opengl))
    inner, outer = SurfaceKey(FOUND, Region.NECROSIS), SurfaceKey(FOUND, Region.WHOLE)
    none = USUAL
    for region in Region:
        none = none.changed(SurfaceKey(FOUND, region), visible=False)
    images = {}
    try:
        scene.set_study(study)
        scene.view = VolumeView(look_rotation("L"), preset="brain", opacity=0.5)
        for name, shown in {
            "both": none.changed(inner, visible=True).changed(outer, visible=True, opacity=0.4),
            "outer": none.changed(outer, visible=True, opacity=0.4),
            "solid": none.changed(outer, visible=True, opacity=1.0),
            "none": none,
        }.items():
            scene.set_surfaces(SurfaceMaker().surfaces(study, finding, None, shown))
            images[name] = scene.render_image(SIZE).astype(int)
            if name == "outer":
                seen = scene.seen
    finally:
        scene.close()

    def apart(one: str, other: str) -> float:
        return float(np.abs(images[one] - images[other]).max(axis=2).mean())

    assert apart("both", "outer") > 0.05 and apart("outer", "none") > 0.2
    # The brain veils what is seen through as it does what is solid.
    assert apart("solid", "none") > apart("outer", "none")
    assert seen is not None and seen.near is not None and np.isfinite(seen.near).any()
    nearest = seen.near[np.isfinite(seen.near)].max()
    # From the left, the surface of the marker, which has a radius of some millimetres.
    middle = seen.camera.focus[0] - marker_position(study.grid)[0]
    assert 0 < nearest - middle < 12
