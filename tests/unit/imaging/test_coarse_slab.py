"""Coarse slabs on tilted planes: what is seen while a hand turns the planes."""

from itertools import product

import numpy as np
import pytest

from brainviewer.core.reformation.slab import Slab, SlabMode
from brainviewer.core.slices import Convention, Plane
from brainviewer.imaging.reslicing import mask_slice, slice_values
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_position, oblique_grid
from tests.unit.core.test_reformation import TURNS, tilted

GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES[::7]} | {"tilted": oblique_grid()}


@pytest.mark.parametrize("name", list(GRIDS))
@pytest.mark.parametrize("mode", list(SlabMode))
def test_a_coarse_slab_is_the_same_image_in_the_same_place(name, mode):
    """Every other value in each direction: what is seen while planes are being turned."""
    grid = GRIDS[name]
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    away = np.linalg.norm(grid.to_world(voxels.reshape(-1, 3)) - marker_position(grid), axis=1)
    data = (1000 * np.exp(-((away / 9) ** 2))).reshape(grid.shape).astype(np.float32)
    for plane, turn in product(Plane, TURNS[1:7:3]):
        view = tilted(grid, ((1, 0.3, 0), 25), ((0, 1, 0), -15)).with_turn(plane, turn)
        view = view.view(grid, plane, Convention.RADIOLOGICAL)
        index = view.index_of(marker_position(grid))
        fine, coarse = (
            slice_values(data, view, index, Slab(11.0, mode, coarse)) for coarse in (False, True)
        )
        assert coarse.shape == fine.shape == view.shape
        inside = mask_slice(np.ones(grid.shape, bool), view, index)
        inside[:3], inside[-3:], inside[:, :3], inside[:, -3:] = (False,) * 4
        # Where the slab leaves the data stands the least value, which a coarse one meets earlier.
        least = slice_values(np.ones_like(data), view, index, Slab(11.0, SlabMode.MINIMUM)) > 0.99
        for by in np.argwhere(least & inside)[::97]:
            assert abs(float(coarse[tuple(by)]) - float(fine[tuple(by)])) < 110
        if mode is SlabMode.MINIMUM:
            continue
        weights = [np.where(least, one, 0).astype(float) for one in (fine, coarse)]
        middles = [
            [float((w * axis).sum() / w.sum()) for axis in np.indices(w.shape)] for w in weights
        ]
        assert np.allclose(*middles, atol=0.25), "no half pixel is lost"
