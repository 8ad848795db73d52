"""Masks of the working grid on the study's own grid."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.imaging.preprocess.working_grid import WorkingGrid


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 1.0, 3.0), (0.6, 2.5, 1.0)])
def test_a_refined_mask_is_that_of_a_gaussian_filter(spacing: tuple[float, float, float]) -> None:
    shape = (60, 52, 44)
    rng = np.random.default_rng(7)
    head = np.zeros(shape, np.float32)
    head[4:-4, 4:-4, 4:-4] = 100
    working = WorkingGrid.around(Grid(shape, np.diag([*spacing, 1.0])), head)
    blurred = ndimage.gaussian_filter(rng.random(working.shape), 2)
    mask = blurred > np.median(blurred)

    fine = mask.astype(np.float32)
    for axis, step in enumerate(working.factors):
        fine = fine.repeat(step, axis=axis)
    smooth = ndimage.gaussian_filter(fine, [0.6 * s if s > 1 else 0 for s in working.factors])

    assert working.factors != (1, 1, 1)
    assert np.array_equal(working.turn(working.refine(mask)), smooth > 0.5)


def test_fields_are_refined_as_masks_are_around_a_lesion_alone() -> None:
    head = np.zeros((60, 52, 44), np.float32)
    head[4:-4, 4:-4, 4:-4] = 100
    working = WorkingGrid.around(Grid(head.shape, np.eye(4)), head)
    rng = np.random.default_rng(7)
    masks = [ndimage.gaussian_filter(rng.random(working.shape), 2) > 0.5 for _ in range(2)]
    lesion = np.zeros(head.shape, bool)
    lesion[21:34, 15:30, 10:21] = True
    inner = ndimage.binary_erosion(
        lesion, iterations=4
    )  # which the border of the box does not reach

    fields = working.fine([mask.astype(np.float32) for mask in masks], lesion)

    for mask, field in zip(masks, fields, strict=True):
        assert np.array_equal((field > 0.5)[inner], working.refine(mask)[inner])
        assert not field[:16].any() and not field[39:].any()


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1)])
def test_kept_probabilities_lie_where_the_working_field_does(flips: tuple[int, int, int]) -> None:
    head = np.zeros((40, 52, 44), np.float32)
    head[6:-4, 4:-8, 5:-4] = 100
    affine = np.diag([*flips, 1.0])[[1, 0, 2, 3]]
    working = WorkingGrid.around(Grid(head.shape, affine), head)
    rng = np.random.default_rng(3)
    field = ndimage.gaussian_filter(rng.random(working.shape), 1).astype(np.float32)
    kept = working.probability(field)
    assert kept.values.nbytes == field.size
    whole = kept.within((slice(0, 40), slice(0, 52), slice(0, 44)))
    assert np.abs(working.thin(whole) - field).max() <= 0.5 / 255 + 1e-6
    box = (slice(10, 20), slice(8, 30), slice(6, 9))
    assert np.array_equal(kept.within(box), whole[box])
    with pytest.raises(ValueError, match="outside"):
        replace(kept, start=(30, 30, 30))
