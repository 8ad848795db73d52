"""A sequence on the grid of its file: its values as stored, masks by the nearest voxel."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Scan
from brainviewer.imaging.preprocess.original_grid import finding_on, labels_on, on_original_grid
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_mask,
    oblique_grid,
)
from tests.several_grids import SeveralGrids, about, several_grids

T1, T2 = Modality.T1, Modality.T2


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralGrids]:
    yield several_grids(Path(tmp_path_factory.mktemp("scan")))


@pytest.mark.parametrize("modality", [T1, T2])
def test_every_voxel_has_the_value_of_the_file_at_its_place(
    scanned: SeveralGrids, modality: Modality
) -> None:
    values, grid = scanned.stored[modality]
    own = on_original_grid(scanned.study, modality)
    volume = own.volumes[modality]
    assert list(own.volumes) == [modality] and volume.grid is own.grid
    assert sorted(own.grid.shape) == sorted(grid.shape)
    voxels = np.argwhere(np.ones(own.grid.shape, bool))
    there = grid.to_voxel(own.grid.to_world(voxels))
    assert np.abs(there - np.rint(there)).max() * max(grid.spacing) < 1e-3
    np.testing.assert_array_equal(
        volume.data[tuple(voxels.T)], values[tuple(np.rint(there).astype(int).T)]
    )


def test_a_sequence_that_was_not_resampled_has_no_other_grid(scanned: SeveralGrids) -> None:
    with pytest.raises(LookupError):
        on_original_grid(scanned.study, Modality.FLAIR)


def test_the_motion_of_the_head_moves_the_grid_and_no_value(scanned: SeveralGrids) -> None:
    t1 = scanned.study.volumes[T1]
    assert t1.scan is not None
    affine = t1.scan.grid.affine.copy()
    affine[:3, 3] += (3, -2, 5)
    moved = replace(t1, scan=Scan(t1.scan.data, Grid(t1.scan.grid.shape, affine)))
    own = on_original_grid(replace(scanned.study, volumes={**scanned.study.volumes, T1: moved}), T1)
    np.testing.assert_array_equal(own.volumes[T1].data, t1.scan.data)
    np.testing.assert_allclose(own.grid.affine, affine)


def test_sides_that_the_study_does_not_know_are_not_told(scanned: SeveralGrids) -> None:
    unknown = Grid(scanned.study.grid.shape, scanned.study.grid.affine, oriented=False)
    assert not on_original_grid(replace(scanned.study, grid=unknown), T1).grid.oriented


def nearest(labels: np.ndarray, grid: Grid, onto: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Labels at the voxels of another grid, one by one, and where no tie is near."""
    places = onto.to_world(np.indices(onto.shape).reshape(3, -1).T)
    index = grid.to_voxel(places)
    near = np.rint(index).astype(int)
    inside = ((near >= 0) & (near < grid.shape)).all(axis=1)
    found = np.zeros(len(index), labels.dtype)
    found[inside] = labels[tuple(near[inside].T)]
    plain = (np.abs(np.abs(index - near) - 0.5) > 1e-3).all(axis=1)
    return found.reshape(onto.shape), plain.reshape(onto.shape)


@pytest.mark.parametrize("case", AXIS_CASES[::7], ids=case_name)
def test_labels_are_those_of_the_nearest_voxel(
    case: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    grid, onto = about(grid_of(*case)), about(oblique_grid())
    labels = marker_mask(grid).astype(np.uint8) * 4
    moved = labels_on(labels, grid, onto)
    expected, plain = nearest(labels, grid, onto)
    np.testing.assert_array_equal(moved[plain], expected[plain])
    assert (moved.dtype, moved.any()) == (np.uint8, True)


def test_labels_at_the_edge_go_no_further() -> None:
    grid = Grid((6, 5, 4), np.diag([2.0, 2.0, 2.0, 1.0]))
    larger = np.eye(4)
    larger[:3, 3] = -5
    onto = Grid((24, 22, 20), larger)
    full = np.ones(grid.shape, bool)
    moved = labels_on(full, grid, onto)
    expected, plain = nearest(full, grid, onto)
    np.testing.assert_array_equal(moved[plain], expected[plain])
    assert moved.dtype == np.bool_
    assert not labels_on(np.zeros(grid.shape, bool), grid, onto).any()
    away = np.eye(4)
    away[:3, 3] = 500
    assert not labels_on(full, grid, Grid((4, 4, 4), away)).any()


def test_a_finding_keeps_its_masks_and_nothing_of_other_slices(scanned: SeveralGrids) -> None:
    study = scanned.study
    found = marker_finding(study)
    own = on_original_grid(study, T2)
    there = finding_on(found, study.grid, own.grid)
    assert there.mask is not None and found.mask is not None
    before = found.mask.sum() * study.grid.voxel_volume
    assert there.mask.sum() * own.grid.voxel_volume == pytest.approx(before, rel=0.15)
    assert own.segmentation is not None
    np.testing.assert_array_equal(own.segmentation.data > 0, there.mask)
    assert own.segment_names == study.segment_names
    everything = {f.name: np.ones(study.grid.shape, np.uint8) for f in fields(found)
                  if "NDArray" in str(f.type) and f.name != "area_mm2"}  # fmt: skip
    moved = finding_on(replace(found, **everything), study.grid, own.grid)
    shapes = {getattr(getattr(moved, name), "shape", None) for name in everything}
    assert shapes <= {own.grid.shape, None}  # nothing is left on the grid before
    assert there.position_mm == found.position_mm
    assert (there.index, there.measurements, there.slices) == (None, None, {})
