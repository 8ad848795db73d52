"""Sequences on different grids are brought together by their positions in the scanner."""

import numpy as np
import pytest
from phantoms import AXIS_CASES, case_name, grid_of, oblique_grid

from brainviewer.core.errors import GeometryError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES
from brainviewer.imaging.preprocess.alignment import coincide, common_grid, reference_of, resample

FLAIR, T1, T1CE, T2 = SEQUENCES


def ramp(grid: Grid) -> np.ndarray:
    """Values that depend linearly on the place: linear resampling must be exact."""
    points = grid.to_world(np.indices(grid.shape).reshape(3, -1).T)
    return (points @ (2.0, -3.0, 5.0) + 700).reshape(grid.shape).astype(np.float32)


def centred(grid: Grid) -> Grid:
    affine = grid.affine.copy()
    affine[:3, 3] -= grid.centre
    return Grid(grid.shape, affine)


def inner(onto: Grid, grid: Grid) -> np.ndarray:
    """Where voxels of ``onto`` lie well inside ``grid``."""
    points = grid.to_voxel(onto.to_world(np.indices(onto.shape).reshape(3, -1).T))
    inside = ((points > 0) & (points < np.array(grid.shape) - 1)).all(axis=1)
    return inside.reshape(onto.shape)


@pytest.mark.parametrize("case", AXIS_CASES[::5], ids=case_name)
def test_values_stay_at_their_place(case):
    grid, onto = centred(grid_of(*case)), centred(oblique_grid())
    moved = resample(ramp(grid), grid, onto)
    inside = inner(onto, grid)
    assert moved.shape == onto.shape
    assert moved.dtype == np.float32
    assert moved.flags.f_contiguous
    assert inside.mean() > 0.3
    np.testing.assert_allclose(moved[inside], ramp(onto)[inside], atol=0.05)


def test_sheared_grids_too():
    grid, onto = centred(grid_of()), centred(grid_of())
    onto.affine[0, 1] = 0.4
    inside = inner(onto, grid)
    moved = resample(ramp(grid), grid, onto)
    np.testing.assert_allclose(moved[inside], ramp(onto)[inside], atol=0.05)


def test_many_slices_come_out_as_few_do():
    """Slabs of slices are resampled one after the other: no seam between them."""
    grid = Grid((9, 8, 40), np.diag((1.0, 1.0, 1.0, 1.0)))
    turned = oblique_grid().affine.copy()
    turned[:3, :3] /= np.linalg.norm(turned[:3, :3], axis=0)
    turned[:3, 3] = (2, 2, 3)
    data = np.random.default_rng(1).integers(0, 900, grid.shape).astype(np.int16)
    whole = resample(data, grid, Grid((7, 6, 21), turned))
    for k in range(21):
        one = turned.copy()
        one[:3, 3] += k * turned[:3, 2]
        alone = resample(data, grid, Grid((7, 6, 1), one))
        assert np.abs(alone[:, :, 0] - whole[:, :, k]).max() <= 1  # rounded another way


def test_integers_are_rounded_and_stay_integers():
    grid = Grid((4, 4, 4), np.eye(4))
    half = np.eye(4)
    half[0, 3] = 0.75
    data = np.zeros((4, 4, 4), np.int16)
    data[1] = -10
    moved = resample(data, grid, Grid((3, 4, 4), half))
    assert moved.dtype == np.int16
    np.testing.assert_array_equal(moved[:, 0, 0], [-8, -2, 0])


def test_outside_is_the_smallest_value():
    grid = Grid((4, 4, 4), np.eye(4))
    away = np.eye(4)
    away[2, 3] = 100
    assert (
        resample(np.arange(64, dtype=np.int16).reshape(4, 4, 4) + 5, grid, Grid((2, 2, 2), away))
        == 5
    ).all()


def test_labels_are_never_mixed():
    grid, onto = centred(grid_of()), centred(oblique_grid())
    labels = np.zeros(grid.shape, np.uint8)
    labels[10:20, 10:20, 10:20] = 4
    moved = resample(labels, grid, onto, labels=True)
    assert moved.dtype == np.uint8
    assert set(np.unique(moved)) == {0, 4}
    assert moved.astype(bool).sum() == pytest.approx(
        1000 * grid.voxel_volume / onto.voxel_volume, rel=0.1
    )


def test_the_grid_of_the_flair_comes_first():
    a, b = grid_of(), oblique_grid()
    assert common_grid({T2: a, FLAIR: b}) is b
    assert common_grid({T2: a, T1: b}) is b


def test_one_file_without_orientation_takes_the_sides_from_all():
    known, unknown = grid_of(), grid_of(oriented=False)
    grid = common_grid({FLAIR: known, T1: unknown})
    assert not grid.oriented
    assert grid.shape == known.shape
    assert grid.spacing == known.spacing
    assert coincide(known, grid)
    assert coincide(unknown, grid)


def test_who_gives_the_grid_where_the_first_knows_nothing():
    known, other = grid_of(), oblique_grid()
    unknown = Grid(other.shape, np.diag([*other.spacing, 1.0]), oriented=False)
    assert reference_of({FLAIR: unknown, T1: known, T2: other}) is T2  # that it fits
    assert reference_of({FLAIR: unknown, T1: known}) is T1
    assert reference_of({T1: unknown, T2: unknown}) is T1
    grid = common_grid({FLAIR: unknown, T1: known, T2: other})
    assert not grid.oriented
    np.testing.assert_array_equal(grid.affine, other.affine)


def test_what_coincides():
    assert coincide(grid_of(), grid_of())
    assert not coincide(grid_of(), oblique_grid())
    with pytest.raises(GeometryError, match="different grids"):
        coincide(grid_of(oriented=False), Grid((5, 5, 5), np.eye(4)))
