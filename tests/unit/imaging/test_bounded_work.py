"""Whatever the size of voxels, what is computed on a study is bounded."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.preprocess.registration.registration import head_motion
from brainviewer.imaging.preprocess.working_grid import WorkingGrid
from brainviewer.painting.volume.block import mask_block
from brainviewer.painting.volume.voxels.head_block import head_block
from tests.searching import find_tumour

MOST = 1 << 24


def ball(shape) -> np.ndarray:
    """Something that looks like a head with a lesion."""
    x, y, z = np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij", sparse=True)
    tissue = 400 + 100 * np.sin(7 * x + 3 * y) + 60 * z
    bright = (x - 0.3) ** 2 + (y - 0.2) ** 2 + z**2 < 0.03
    return np.where(x**2 + y**2 + z**2 < 0.8, tissue + 400 * bright, 0).astype(np.int16)


def study_of(shape, spacing) -> Study:
    grid = Grid(shape, np.diag([*spacing, 1.0]))
    return Study({Modality.FLAIR: Volume(Modality.FLAIR, ball(shape), grid)}, grid)


@pytest.mark.parametrize("method", ["lesion", "model-free"])
@pytest.mark.parametrize(
    ("shape", "spacing"),
    [
        ((48, 48, 32), (20, 20, 20)),
        ((48, 48, 32), (0.001, 0.001, 0.001)),
        ((6, 200, 200), (0.001, 10, 10)),
        ((200, 200, 4), (0.002, 0.002, 500)),
    ],
    ids=str,
)
def test_what_has_not_the_size_of_a_head_is_no_brain(shape, spacing, method):
    finding = find_tumour(study_of(shape, spacing), method)
    assert not finding.found
    assert "No brain was recognised in the images." in finding.notices


def test_working_arrays_stay_small_whatever_the_field_of_view():
    shape = (280, 280, 280)
    grid = Grid(shape, np.diag([1.6, 1.6, 1.6, 1.0]))
    working = WorkingGrid.around(grid, np.ones(shape, np.uint8))
    assert np.prod(working.shape) <= MOST
    assert working.shape == (140, 140, 140)
    usual = Grid((120, 120, 80), np.diag([1.6, 1.6, 1.6, 1.0]))
    assert WorkingGrid.around(usual, np.ones(usual.shape, np.uint8)).factors == (1, 1, 1)


@pytest.mark.parametrize("spacing", [(40, 40, 40), (5, 5, 300), (0.01, 8, 8)], ids=str)
def test_blocks_for_the_3d_view_stay_small(spacing):
    study = study_of((48, 48, 32), spacing)
    data = study.volumes[Modality.FLAIR].data
    assert 0 < head_block(data, study.grid).values.size <= 2 * MOST
    assert 0 < mask_block(data > 600, study.grid).values.size <= 2 * MOST


def test_motion_is_not_looked_for_in_what_is_no_head():
    shape = (200, 200, 120)
    grid = Grid(shape, np.diag([4.0, 4.0, 4.0, 1.0]))
    data = np.ones(shape, np.uint8)
    assert head_motion(data, Grid(shape, grid.affine + 0.1), data, grid) is None
