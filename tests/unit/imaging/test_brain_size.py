"""A brain that is larger or smaller than brains are is told."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.brain_size import implausible_size
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.models.segmentation.detection import find_tumour
from tests.follow_up_phantom import current

BRAIN = np.zeros((80, 100, 80), bool)
BRAIN[5:73, 8:92, 4:70] = True  # 136 × 168 × 132 mm at 2 mm, and 1,500 mL where it is an ellipsoid
X, Y, Z = np.ogrid[:80, :100, :80]
BRAIN &= ((X - 38.5) / 34) ** 2 + ((Y - 49.5) / 42) ** 2 + ((Z - 36.5) / 33) ** 2 <= 1


@pytest.mark.parametrize("size_mm", [1.2, 1.6, 2.0, 2.2])
def test_brains_of_children_and_adults_are_not_doubted(size_mm):
    assert implausible_size(BRAIN, (size_mm,) * 3) == ""
    slab = BRAIN.copy()
    slab[:, :, 40:] = slab[:, :, :30] = False
    assert implausible_size(slab, (size_mm,) * 3) == ""
    assert implausible_size(np.zeros_like(BRAIN), (1.0,) * 3) == ""


@pytest.mark.parametrize("size_mm", [0.2, 1.0, 2.6, 4.0])
def test_a_wrong_voxel_size_is_told(size_mm):
    assert "which is implausible: lengths and volumes" in implausible_size(BRAIN, (size_mm,) * 3)


def scaled(study: Study, factor: float) -> Study:
    """The same files with another voxel size in their headers."""
    grid = Grid(study.grid.shape, study.grid.affine @ np.diag([factor, factor, factor, 1.0]))
    volumes = {m: replace(v, grid=grid) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes, grid=grid)


def test_what_is_measured_then_is_doubted():
    assert not find_tumour(current(), "model-free", network=None).notices
    found = find_tumour(scaled(current(), 1.5), "model-free", network=None)
    assert found.found
    assert found.notices[0].startswith("By the voxel size in its header the brain is ")


def test_a_brain_that_is_all_of_the_head_is_not_cut_again():
    large = scaled(current(), 1.5)
    flair = large.volumes[Modality.FLAIR].data
    inner = ndimage.binary_erosion(flair > flair.min(), iterations=12)
    whole = prepare(large, Modality.FLAIR, extract=lambda *_: flair > flair.min())
    cut = prepare(large, Modality.FLAIR, extract=lambda *_: inner)
    assert whole is not None and cut is not None
    assert (whole.stripped, whole.extracted) == (True, False)
    assert (cut.stripped, cut.extracted) == (False, True)
