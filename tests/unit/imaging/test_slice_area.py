"""The middle of a slice is one place of the patient, not of the file."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.slice_area import middle_of


@pytest.mark.parametrize("flips", [(), (0,), (1,), (0, 1), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("width", [6, 7])
def test_several_deepest_points_have_one_midst(flips: tuple[int, ...], width: int) -> None:
    mask = np.zeros((20, 30, 5), bool)
    mask[4 : 4 + width, 8:25, 2] = True
    affine = np.diag([2.0, 1.0, 3.0, 1.0])
    as_stored = affine.copy()
    for axis in flips:
        as_stored[axis, 3] = affine[axis, axis] * (mask.shape[axis] - 1)
        as_stored[axis, axis] *= -1
    index = mask.shape[2] - 1 - 2 if 2 in flips else 2
    found = middle_of(Grid(mask.shape, as_stored), np.flip(mask, flips), 2, index)
    # Six voxels of 2 mm have two rows in their midst; the one further left is taken.
    assert found == pytest.approx((12.0 if width == 6 else 14.0, 16.0, 6.0))
