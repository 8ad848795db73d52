"""Without FLAIR the lesion is looked for in T2, on which fluid is as bright."""

import numpy as np
import pytest

from brainviewer.core.findings.measurements import Side
from brainviewer.core.study import SEQUENCES, Study
from brainviewer.models.segmentation.detection import MAY_BE_FLUID, find_tumour
from tests.lesion_phantoms import BRAIN, GRID, LESION, ball, painted

FLAIR, T1, T1CE, T2 = SEQUENCES
TUMOUR = {T1: -0.7, T1CE: -0.7, T2: 5.0}
FLUID = {T1: -3.5, T1CE: -3.5, T2: 7.0}
POOL = ball((75, 45, 40), (9, 24, 22))
"""Fluid on the other side, far larger than the lesion."""
ACROSS = ball((58, 60, 40), (26, 36, 22))


def study(*regions, left_out=(FLAIR,)) -> Study:
    return painted(list(regions), left_out)


def millilitres(mask: np.ndarray) -> float:
    return float(mask.sum()) * GRID.voxel_volume / 1000


@pytest.mark.parametrize("left_out", [(FLAIR,), (FLAIR, T1)], ids=str)
def test_fluid_is_no_lesion(left_out):
    finding = find_tumour(
        study((LESION, TUMOUR), (POOL, FLUID), left_out=left_out), "model-free", network=None
    )
    assert finding.measurements.side is Side.LEFT
    assert finding.measurements.volume_ml == pytest.approx(millilitres(LESION), rel=0.25)
    assert not (finding.mask & POOL).any()


def test_fluid_alone_is_nothing():
    finding = find_tumour(study((POOL, FLUID)), "model-free", network=None)
    assert not finding.found
    assert finding.measurements is None


def test_a_large_one_on_both_sides_is_not_measured():
    finding = find_tumour(
        study((ACROSS, TUMOUR), left_out=(FLAIR, T1, T1CE)), "model-free", network=None
    )
    assert not finding.found
    assert finding.measurements is None
    assert MAY_BE_FLUID in finding.notices
    assert finding.brain.sum() == pytest.approx(BRAIN.sum(), rel=0.1)
