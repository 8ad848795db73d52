"""Descriptors of the parts, the border and the place of made-up lesions."""

import math
from dataclasses import replace

import numpy as np
import pytest
from lesion_phantoms import BRAIN, GRID, LESION, USUAL, ball, finding, finer, painted, turned
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.descriptors import describe
from brainviewer.imaging.measure.lesion_parts import PARTS, separate, thickness_mm

EDGE_MM = 1.5 * BRAIN.sum() ** (1 / 3)
RING = ball((32, 80, 48), 10) & ~ball((32, 80, 48), 6)
DEAD = ball((32, 80, 48), 6)
BRIGHT = {Modality.T1CE: 8.0}


def labelled(enhancing: NDArray, necrosis: NDArray, lesion: NDArray = LESION) -> NDArray:
    parts = np.where(lesion, LesionPart.OEDEMA, 0).astype(np.uint8)
    parts[necrosis] = LesionPart.NECROSIS
    parts[enhancing] = LesionPart.ENHANCING
    return parts


def ring() -> tuple[Study, TumourFinding]:
    """A lesion with a ring, 6 mm thick, around a dead core."""
    found = finding(enhancing=RING, parts=labelled(RING, DEAD))
    return painted([(LESION, USUAL), (RING, BRIGHT)]), found


def test_the_parts_of_a_ring_are_those_that_were_made() -> None:
    found = describe(*ring())
    core = RING.sum() + DEAD.sum()
    assert_allclose(found["core_size"], (core / BRAIN.sum()) ** (1 / 3), rtol=0.03)
    assert_allclose(found["core_fraction"], core / LESION.sum(), rtol=0.03)
    assert_allclose(found["necrosis_of_core"], DEAD.sum() / core, rtol=0.03)
    assert_allclose(found["enhancing_fraction"], RING.sum() / LESION.sum(), rtol=0.03)
    # The staircase of voxels has more surface than the ball.
    assert_allclose(found["rim_thickness"] * EDGE_MM, 6.0, rtol=0.3)
    assert_allclose(math.expm1(found["rim_enhancement"]), 6.5, atol=0.8)
    assert (found["enhancing_foci"], found["enhancing_beside_largest"]) == (1, 0)


def test_a_layer_is_as_thick_as_it_was_made() -> None:
    spacing = (2.0, 1.0, 3.0)
    layer = np.zeros((20, 20, 20), np.float32)
    layer[5:8, 2:18, 2:18] = 1
    assert_allclose(thickness_mm(layer, spacing), 6.0, rtol=0.35)
    layer[:] = 0
    layer[9:12] = 1
    # Its edges at the end of the array count, too.
    assert 4.0 < thickness_mm(layer, spacing) < 6.0
    thinner = layer.copy()
    thinner[9:11] = 0.5
    assert thickness_mm(thinner, spacing) < 0.8 * thickness_mm(layer, spacing)
    assert thickness_mm(np.zeros_like(layer), spacing) == 0


@pytest.mark.parametrize(("apart", "foci"), [(3, 1), (9, 2)])
def test_enhancing_foci_are_apart_by_a_gap(apart: int, foci: int) -> None:
    first = ball((26, 80, 48), 3)
    spots = first | np.roll(first, 6 + apart, 0)
    found = describe(painted([(LESION, USUAL)]), finding(ball((32, 80, 48), 16), enhancing=spots))
    assert found["enhancing_foci"] == foci
    assert_allclose(found["enhancing_beside_largest"], 0 if foci == 1 else 0.5, atol=0.02)


def test_parts_of_a_mask_are_counted_at_any_spacing() -> None:
    mask = np.zeros((12, 4, 4), bool)
    mask[[1, 5]] = True
    assert separate(mask, (2.0, 2.0, 2.0), 6.0).max() == 2
    assert separate(mask, (1.0, 2.0, 2.0), 6.0).max() == 1
    assert separate(mask & False, (2.0, 2.0, 6.0), 6.0).max() == 0


def test_what_was_not_told_apart_is_not_a_number() -> None:
    study, found = ring()
    of_core = {"core_size", "core_fraction", "necrosis_of_core"}
    values = describe(study, replace(found, parts=None))
    assert {name for name in PARTS if math.isnan(values[name])} == of_core
    values = describe(study, replace(found, parts=None, enhancing=None))
    assert all(math.isnan(values[name]) for name in PARTS)
    # The enhancing part says what enhances where nothing else does.
    values = describe(study, replace(found, enhancing=None))
    assert values == describe(study, found)


def test_a_lesion_that_does_not_enhance_has_no_rim() -> None:
    none = np.zeros(LESION.shape, bool)
    found = describe(
        painted([(LESION, USUAL)]), finding(enhancing=none, parts=labelled(none, none))
    )
    zeros = {"core_size", "core_fraction", "enhancing_fraction", "rim_thickness", "enhancing_foci"}
    assert all(found[name] == 0 for name in zeros)
    assert math.isnan(found["necrosis_of_core"])
    assert math.isnan(found["rim_enhancement"])


def test_mismatch_is_what_is_bright_on_t2_alone() -> None:
    inner = ball((32, 80, 48), 9)
    study = painted([(LESION, USUAL), (inner, {Modality.FLAIR: -5.5})])
    found = describe(study, finding())
    assert_allclose(found["t2_flair_mismatch_share"], inner.sum() / LESION.sum(), atol=0.08)
    assert describe(painted([(LESION, USUAL)]), finding())["t2_flair_mismatch_share"] < 0.01
    study = painted([(LESION, USUAL)], left_out=(Modality.T2,))
    assert math.isnan(describe(study, finding())["t2_flair_mismatch_share"])


def test_the_t1_extent_is_what_is_dark_of_the_lesion() -> None:
    inner = ball((32, 80, 48), 9)
    flair = {Modality.FLAIR: 4.0}
    found = describe(painted([(LESION, flair), (inner, {Modality.T1: -5.0})]), finding())
    # A sixth of noise is darker than one spread.
    share = inner.sum() / LESION.sum()
    assert_allclose(found["t1_flair_extent"], share + 0.16 * (1 - share), atol=0.05)


def test_a_sharp_border_is_told_from_a_slope() -> None:
    sharp = describe(painted([(LESION, USUAL)]), finding())
    assert_allclose(sharp["flair_sharpness"], 1, atol=0.1)
    study = painted([])
    slope = ndimage.gaussian_filter(LESION.astype(np.float32), 3)
    for modality, height in USUAL.items():
        study.volumes[modality].data[:] += np.where(BRAIN, 10 * height * slope, 0)
    soft = describe(study, finding())
    assert soft["flair_sharpness"] < 0.6
    assert soft["t1_sharpness"] < sharp["t1_sharpness"] - 0.2
    assert math.isnan(describe(painted([]), finding())["flair_sharpness"])


@pytest.mark.parametrize(
    ("name", "centre"),
    [
        ("occipital", (40, 16, 42)),
        ("parietal", (35, 48, 58)),
        ("infratentorial", (40, 38, 18)),
        ("frontal", (35, 90, 45)),
    ],
)
def test_a_place_has_the_name_of_its_lobe(name: str, centre: tuple[float, float, float]) -> None:
    mask = ball(centre, 5)
    study, found = painted([(mask, USUAL)]), finding(mask)
    values = describe(study, found)
    assert values[name] > 0.9
    others = {"occipital", "parietal", "infratentorial", "frontal"} - {name}
    assert all(values[other] < 0.1 for other in others)
    grid = replace(GRID, oriented=False)
    unknown = describe(replace(study, grid=grid), found)
    assert all(math.isnan(unknown[n]) for n in ("occipital", "parietal", "infratentorial"))


def test_order_of_axes_and_size_of_voxels_do_not_matter() -> None:
    study, found = ring()
    here = describe(study, found)
    again = describe(*turned(study, found))
    assert_allclose(list(again.values()), list(here.values()), rtol=1e-3, atol=1e-3)
    fine = describe(*finer(study, found))
    names = [name for name in PARTS if name != "rim_enhancement"]  # has a noise of its own
    names += ["parietal", "occipital", "infratentorial", "mass_size", "mass_base", "mass_solid"]
    assert_allclose([fine[n] for n in names], [here[n] for n in names], rtol=0.15, atol=0.02)
