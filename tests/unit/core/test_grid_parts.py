"""The grids of boxes and of every so many voxels lie where their voxels do in the whole one."""

import numpy as np
import pytest

from brainviewer.core.errors import within
from brainviewer.core.geometry import Grid

AFFINE = np.array([[0, -2.0, 0.3, 5], [1.5, 0, 0, -7], [0, 0.2, 3, 11], [0, 0, 0, 1]])
GRID = Grid((7, 6, 5), AFFINE, oriented=False)


@pytest.mark.parametrize("first", [(0, 0, 0), (2, 1, 3), (-1, -2, 4)])
def test_a_box_begins_at_its_first_voxel(first: tuple[int, int, int]) -> None:
    part = GRID.part(first, np.array((2, 3, 1)))
    assert part.shape == (2, 3, 1) and not part.oriented
    np.testing.assert_allclose(part.to_world((1, 2, 0)), GRID.to_world(np.add(first, (1, 2, 0))))
    np.testing.assert_allclose(part.spacing, GRID.spacing)


def test_every_so_many_voxels() -> None:
    thin, data = GRID.every((2, 3, 1)), np.zeros(GRID.shape)
    assert thin.shape == data[::2, ::3].shape == (4, 2, 5) and not thin.oriented
    np.testing.assert_allclose(thin.to_world((3, 1, 4)), GRID.to_world((6, 3, 4)))


def test_the_report_of_a_part_tells_of_the_whole() -> None:
    told: list[tuple[float, str]] = []
    part = within(lambda *said: told.append(said), 0.5, 0.25, "{} in the prior")
    part(0.0, "Looking")
    part(1.0, "Done {}")
    assert told == [(0.5, "Looking in the prior"), (0.75, "Done {} in the prior")]
