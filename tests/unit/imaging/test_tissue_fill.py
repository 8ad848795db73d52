"""What is hidden is filled with normal-appearing tissue; everything else stays as it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainviewer.core.errors import Cancelled
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.occlusion.hidden_part import without_region, without_sequence
from brainviewer.imaging.occlusion.tissue_fill import HiddenRegion, carry_on, make_flat, mirror
from tests.phantoms import (
    MARKER_VALUE,
    grid_of,
    marker_finding,
    marker_mask,
    marker_study,
    oblique_grid,
    with_parts,
)
from tests.phantoms import measured as with_measurements

FILLS = (carry_on, make_flat, mirror)
GRIDS = {"upright": grid_of(), "tilted": oblique_grid()}


def nothing() -> None:
    pass


def found(study: Study) -> TumourFinding:
    """The marker, in a brain that is the whole head, with the plane x = 0 in its middle."""
    flair = study.volumes[Modality.FLAIR].data
    centre = tuple(float(v) for v in study.grid.centre)
    normal = study.grid.affine[:3, 0] / np.linalg.norm(study.grid.affine[:3, 0])
    plane = (centre, tuple(float(v) for v in normal))
    return replace(marker_finding(study), brain=flair > 0, mid_sagittal=plane)


def half(mask: np.ndarray) -> np.ndarray:
    """The half of a mask with the smaller first index."""
    part = mask.copy()
    part[int(np.argwhere(mask)[:, 0].mean()) + 1 :] = False
    return part


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.uint16])
@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
@pytest.mark.parametrize("fill", FILLS)
def test_a_hidden_part_of_a_lesion_looks_like_the_brain_around_it(
    fill: Callable[..., Any], grid: Any, kind: type
) -> None:
    study = marker_study(grid)
    finding = found(study)
    region = half(finding.mask)
    data = study.volumes[Modality.FLAIR].data.astype(kind)
    kept = data.copy()
    done = fill(data, HiddenRegion.of(study.grid, finding, region), nothing)
    assert done.dtype == kind
    np.testing.assert_array_equal(data, kept)
    np.testing.assert_array_equal(done[~region], data[~region])
    normal = data[finding.brain & ~finding.mask]
    # The other half of the lesion lies beside it and is as bright as ever.
    assert 1.5 * normal.max() < MARKER_VALUE
    assert (done[finding.mask & ~region] == MARKER_VALUE).all()
    assert done[region].min() >= normal.min() - 1
    assert done[region].max() <= normal.max() + 1


@pytest.mark.parametrize("fill", FILLS)
def test_air_stays_air_and_darkens_no_brain(fill: Callable[..., Any]) -> None:
    study = marker_study()
    finding = found(study)
    brain, region = finding.brain, np.zeros(study.grid.shape, bool)
    middle = [n // 2 for n in study.grid.shape]
    front = int(np.flatnonzero(brain[middle[0], :, middle[2]])[-1])
    box = (slice(middle[0] - 3, middle[0] + 4), slice(front - 6, front + 5),
           slice(middle[2] - 2, middle[2] + 3))  # fmt: skip
    region[box] = True
    assert (region & brain).any()
    assert (region & ~brain).any()
    data = study.volumes[Modality.T1].data
    done = fill(data, HiddenRegion.of(study.grid, finding, region), nothing)
    assert (done[region & ~brain] == 0).all()
    assert done[region & brain].min() >= data[brain].min()


def test_the_other_side_brings_what_is_there_as_bright_as_here() -> None:
    study = marker_study()
    finding = found(study)
    data = study.volumes[Modality.FLAIR].data.astype(np.float32)
    region = finding.mask
    there = region[::-1].copy()  # the grid is cut in half by x = its centre
    assert not (there & region).any()
    data[there] = 170 + np.arange(np.count_nonzero(there)) % 5
    other = np.zeros(data.shape, bool)
    other[data.shape[0] // 2 + (data.shape[0] % 2) :] = True
    if other[region].all():
        other = ~other
    data[other & finding.brain & ~region] *= 0.5  # the coil is nearer to the other half
    data[~other & finding.brain & ~region] *= 1.0
    done = mirror(data, HiddenRegion.of(study.grid, finding, region), nothing)
    bright = np.median(done[region]) / np.median(data[there])
    near = np.median(data[~other & finding.brain & ~region])
    far = np.median(data[other & finding.brain & ~region])
    assert bright == pytest.approx(near / far, rel=0.35)
    pattern = done[region][::1]
    assert np.corrcoef(pattern, data[::-1][region])[0, 1] > 0.99


def test_without_a_mid_plane_or_tissue_there_the_surroundings_are_carried_on() -> None:
    study = marker_study()
    finding = found(study)
    data = study.volumes[Modality.FLAIR].data
    expected = carry_on(data, HiddenRegion.of(study.grid, finding, finding.mask), nothing)
    lost = replace(finding, mid_sagittal=None)
    both = replace(finding, others=np.where(finding.mask[::-1], np.uint8(1), np.uint8(0)))
    for one in (lost, both):
        done = mirror(data, HiddenRegion.of(study.grid, one, finding.mask), nothing)
        np.testing.assert_array_equal(done[finding.mask], expected[finding.mask])


@pytest.mark.parametrize("fill", FILLS)
def test_where_no_brain_is_known_all_that_is_no_lesion_is_around_it(
    fill: Callable[..., Any],
) -> None:
    study = marker_study()
    finding = replace(found(study), brain=None)
    data = study.volumes[Modality.FLAIR].data
    done = fill(data, HiddenRegion.of(study.grid, finding, half(finding.mask)), nothing)
    assert done[half(finding.mask)].max() < 0.7 * MARKER_VALUE


@pytest.mark.parametrize("fill", FILLS)
def test_it_can_be_stopped_at_every_slice(fill: Callable[..., Any]) -> None:
    study = marker_study()
    finding = found(study)
    told: list[int] = []

    def stop() -> None:
        told.append(1)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fill(
            study.volumes[Modality.FLAIR].data,
            HiddenRegion.of(study.grid, finding, finding.mask),
            stop,
        )
    assert len(told) == 3


# -- what is left of the finding ------------------------------------------------------------


def test_the_lesion_loses_what_is_hidden_and_is_measured_anew() -> None:
    study = marker_study()
    finding = with_parts(with_measurements(found(study), study), study)
    others = np.zeros(study.grid.shape, np.uint8)
    others[2, 2, 2] = others[-3, -3, -3] = 1
    finding = replace(
        finding, others=others, others_enhancing=others > 0, notices=("A doubt.",), confidence=0.4
    )
    view = SliceView.of(study.grid, Plane.AXIAL)
    region = np.zeros(study.grid.shape, bool)
    region[:, :, finding.index - 1 :] = True
    left = without_region(study, finding, region)
    np.testing.assert_array_equal(left.mask, finding.mask & ~region)
    assert left.found
    assert left.index == finding.index - 2 or not view.ascending
    assert left.measurements.volume_ml == pytest.approx(
        np.count_nonzero(left.mask) * study.grid.voxel_volume / 1000
    )
    assert (left.parts[region] == 0).all()
    np.testing.assert_array_equal(left.parts[~region], finding.parts[~region])
    assert (left.others[region] == 0).all()
    assert left.others[2, 2, 2] == 1
    assert not left.others_enhancing[region].any()
    # The search was not repeated: what it doubted stands, once.
    assert (left.notices, left.confidence) == (("A doubt.",), 0.4)
    assert finding.mask[region].any()


def test_hiding_it_all_leaves_nothing_and_hiding_elsewhere_leaves_it_as_it_is() -> None:
    study = marker_study()
    finding = found(study)
    gone = without_region(study, finding, marker_mask(study.grid))
    assert (gone.found, gone.index, gone.measurements) == (False, None, None)
    assert not gone.area_mm2.any()
    elsewhere = np.zeros(study.grid.shape, bool)
    elsewhere[0, 0, 0] = True
    assert without_region(study, finding, elsewhere) is finding


def test_without_t1ce_nothing_says_what_enhances() -> None:
    study = marker_study()
    finding = with_parts(with_measurements(found(study), study), study)
    finding = replace(finding, enhancing=finding.mask, others_enhancing=finding.mask)
    left = without_sequence(finding, Modality.T1CE)
    assert (left.enhancing, left.parts, left.others_enhancing) == (None, None, None)
    assert left.mask is finding.mask
    assert without_sequence(finding, Modality.FLAIR) is finding
