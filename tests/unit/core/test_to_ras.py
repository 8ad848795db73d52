"""Volumes are brought into the order R, A, S in one way, which is nibabel's."""

import nibabel
import numpy as np
import pytest

from brainviewer.core.geometry import ToRas
from tests.phantoms import AXIS_CASES, case_name, grid_of


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
@pytest.mark.parametrize("tilt", [(0, 0, 0), (9, 5, -7)])
def test_it_is_what_nibabel_makes_of_it(case, tilt) -> None:
    grid = grid_of(*case, tilt_degrees=tilt)
    data = np.arange(np.prod(grid.shape), dtype=np.int32).reshape(grid.shape)
    image = nibabel.as_closest_canonical(nibabel.Nifti1Image(data, grid.affine))
    turned = grid.to_ras.turn(data)
    assert np.shares_memory(turned, data)
    assert np.array_equal(turned, np.asarray(image.dataobj))


def test_sides_can_be_taken_for_the_other_axis() -> None:
    ras = ToRas((2, 0, 1), (True, False, False))
    data = np.arange(24).reshape(2, 3, 4)
    swapped = ras.sides_swapped().turn(data)
    assert np.array_equal(swapped, ras.turn(data).transpose(1, 0, 2))
