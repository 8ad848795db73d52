"""Distances of a mask's surface to the mid-sagittal plane and to the brain's surface."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid, voxel_to_world
from brainviewer.imaging.measure.surface_distances import (
    distance_to_brain_surface,
    distance_to_midline,
)
from tests.phantoms import oblique_grid

MIDDLE = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))


def grid(spacing: tuple[float, float, float] = (1, 1, 1)) -> Grid:
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = [-30 * spacing[0], -20, -10]
    return Grid((61, 41, 21), affine)


def box(on: Grid, low: tuple[int, ...], high: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(on.shape, bool)
    mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return mask


@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.5, 1, 5)])
def test_the_midline(spacing: tuple[float, float, float]) -> None:
    on = grid(spacing)
    for low, high, voxels in ((40, 45, 9.5), (10, 20, 10.5), (25, 36, 0), (31, 40, 0.5)):
        mask = box(on, (low, 5, 5), (high, 9, 9))
        assert distance_to_midline(mask, on, MIDDLE) == pytest.approx(voxels * spacing[0])
    assert distance_to_midline(mask, on, None) is None
    assert distance_to_midline(np.zeros(on.shape, bool), on, MIDDLE) is None


def test_the_midline_of_an_oblique_grid() -> None:
    on = oblique_grid()
    mask = box(on, (3, 8, 20), (6, 12, 24))
    corners = np.argwhere(mask)[:, None] + np.array(list(np.ndindex(2, 2, 2))) - 0.5
    away = np.abs(voxel_to_world(on.affine, corners.reshape(-1, 3))[:, 0] - 3.0)
    plane = ((3.0, 50.0, -4.0), (1.0, 0.0, 0.0))
    assert distance_to_midline(mask, on, plane) == pytest.approx(away.min())


@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.5, 1, 5)])
def test_the_surface_of_the_brain(spacing: tuple[float, float, float]) -> None:
    on = grid(spacing)
    brain = box(on, (5, 5, 0), (56, 36, 21))
    for low, voxels in ((5, 0), (6, 1), (9, 4)):
        mask = box(on, (low, 18, 8), (low + 3, 20, 12))
        found = distance_to_brain_surface(mask, on, brain)
        assert found == pytest.approx(voxels * spacing[0])
    deep = box(on, (29, 20, 10), (30, 21, 11))
    nearest = min(24 * spacing[0], 15 * spacing[1])
    assert distance_to_brain_surface(deep, on, brain) == pytest.approx(nearest)
    outside = box(on, (0, 18, 8), (8, 20, 12))
    assert distance_to_brain_surface(outside, on, brain) == 0


def test_the_end_of_the_images_is_no_surface() -> None:
    on = grid()
    mask = box(on, (0, 0, 0), (3, 3, 3))
    assert distance_to_brain_surface(mask, on, np.ones(on.shape, bool)) is None
    assert distance_to_brain_surface(mask, on, None) is None
    assert distance_to_brain_surface(~np.ones(on.shape, bool), on, mask) is None
