"""Which lesion is which over the studies of a patient: new, gone, grown, fallen into parts."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.follow_up.matched_lesions import PlacedMask
from brainviewer.imaging.measure.follow_up.matched_lesions import match_lesions as match
from brainviewer.imaging.measure.follow_up.separate_lesions import separate_lesions
from tests.follow_up_phantom import (
    BEFORE,
    GONE,
    KEPT_LARGE,
    KEPT_SMALL,
    NEW,
    NOW,
    SHRUNK_BEFORE,
    VOXEL_ML,
    straightened,
    turned_mask,
)
from tests.lesion_phantoms import GRID, ball


def match_lesions(*arguments):
    return match(*arguments).lesions


def placed(mask, there=GRID, grid=GRID):
    return PlacedMask(mask, grid, there)


def millilitres(mask):
    return pytest.approx(np.count_nonzero(mask) * VOXEL_ML, rel=0.06)


def near(position, centre):
    return np.linalg.norm(GRID.to_voxel(position) - centre) < 2


def test_each_lesion_is_measured_alone():
    found = separate_lesions(GRID, NOW).lesions
    assert sorted(round(one.volume_ml, 1) for one in found) == pytest.approx([3.1, 3.1, 14.1], 0.05)
    largest = max(found, key=lambda one: one.volume_ml)
    assert largest.product_mm2 == pytest.approx(31.5**2, rel=0.05)
    assert near(largest.middle_mm, (32, 80, 48))


def test_what_is_turned_over_is_matched_and_what_is_new_or_gone_is_named():
    now, before = placed(NOW), placed(turned_mask(BEFORE), straightened())
    lesions = match_lesions([now, before], 1)
    assert len(lesions) == 4
    by_place = {
        name: next(one for one in lesions if near(one.position_mm, centre))
        for name, centre in {
            "kept": (32, 80, 48), "shrunk": (70, 84, 50), "gone": (33, 38, 44), "new": (68, 34, 50)
        }.items()
    }  # fmt: skip
    kept, shrunk, gone, new = by_place.values()
    assert kept.sizes[0].volume_ml == millilitres(KEPT_LARGE)
    assert kept.sizes[1].volume_ml == millilitres(KEPT_SMALL)
    assert shrunk.sizes[1].volume_ml == millilitres(SHRUNK_BEFORE)
    assert (gone.sizes[0].volume_ml, gone.sizes[1].volume_ml) == (0, millilitres(GONE))
    assert (new.sizes[0].volume_ml, new.sizes[1].volume_ml) == (millilitres(NEW), 0)
    assert [one.is_new([1]) for one in by_place.values()] == [False, False, False, True]
    assert [one.is_gone([1]) for one in by_place.values()] == [False, False, True, False]
    # The three largest of the first study are the targets; the new one is none of them.
    assert [one.target for one in by_place.values()] == [True, True, True, False]


def test_a_lesion_that_falls_into_parts_stays_one_and_its_parts_are_added_up():
    whole = ball((32, 80, 48), (6, 18, 6))
    ends = ball((32, 92, 48), 5) | ball((32, 68, 48), 5)
    (lesion,) = match_lesions([placed(ends), placed(whole)], 1)
    one_end = separate_lesions(GRID, ball((32, 92, 48), 5)).lesions[0]
    assert lesion.sizes[0].product_mm2 == pytest.approx(2 * one_end.product_mm2)
    assert [size.parts for size in lesion.sizes] == [2, 1]
    assert not lesion.is_new([1]) and not lesion.is_gone([1])


def test_another_grid_and_spacing_makes_no_difference():
    coarse = Grid((50, 60, 40), np.diag([3.0, 3.0, 3.0, 1.0]))
    before = PlacedMask(KEPT_SMALL[::2, ::2, ::2], coarse, coarse)
    (lesion,) = match_lesions([placed(KEPT_LARGE), before], 1)
    assert lesion.sizes[1].volume_ml == millilitres(KEPT_SMALL)
    assert lesion.target and not lesion.is_new([1])


def test_a_place_that_a_study_does_not_show_is_unknown_and_not_gone():
    low = Grid((*GRID.shape[:2], 30), GRID.affine)
    (lesion,) = match_lesions([placed(KEPT_LARGE), PlacedMask(np.zeros(low.shape, bool), low, low)])
    assert lesion.sizes[1] is None
    assert not lesion.is_new([1])
    (away,) = match_lesions([PlacedMask(np.zeros(low.shape, bool), low, low), placed(KEPT_LARGE)])
    assert away.sizes[0] is None
    assert not away.is_gone([1])


def test_a_mask_that_is_not_known_or_not_placed_shows_nothing():
    for unknown in (PlacedMask(None, GRID, GRID), PlacedMask(KEPT_SMALL, GRID, None)):
        (lesion,) = match_lesions([placed(KEPT_LARGE), unknown])
        assert lesion.sizes[1] is None


def test_a_speck_is_not_measured_but_what_grows_from_it_is_not_new():
    speck = np.zeros(GRID.shape, bool)
    speck[32, 80, 48] = True
    assert match_lesions([placed(speck)]) == ()
    (lesion,) = match_lesions([placed(KEPT_LARGE), placed(speck)], 1)
    assert lesion.sizes[1].product_mm2 == 0
    assert not lesion.is_new([1])


def test_thick_slices_and_a_single_slice_are_not_measurable():
    disc = ball((32, 80, 48), (5, 5, 3))
    assert separate_lesions(GRID, disc).lesions[0].measurable
    thick = Grid(GRID.shape, np.diag([1.5, 1.5, 9.0, 1.0]))
    assert not separate_lesions(thick, disc).lesions[0].measurable
    one_slice = np.zeros(GRID.shape, bool)
    one_slice[..., 48] = disc[..., 48]
    assert not separate_lesions(GRID, one_slice).lesions[0].measurable


def test_nothing_has_no_lesions():
    empty = np.zeros(GRID.shape, bool)
    assert separate_lesions(GRID, empty).lesions == ()
    assert match_lesions([placed(empty), placed(empty)]) == ()
