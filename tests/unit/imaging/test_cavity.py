"""Fluid inside a lesion is told; narrow and half-dark places are not."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.measure.cavity import cavity_ml, cavity_notice
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain

SHAPE = (70, 80, 60)
GRID = Grid(SHAPE, np.diag([-1.5, 1.5, 1.5, 1.0]))
FLAIR, T1 = Modality.FLAIR, Modality.T1


def ball(centre, radius):
    voxels = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1) * 1.5
    return np.linalg.norm(voxels - centre, axis=-1) <= radius


BRAIN = ball((52, 60, 45), 50)
LESION = ball((40, 50, 45), 22)
CAVITY = ball((40, 50, 45), 12)
SULCUS = LESION & (np.abs(np.arange(SHAPE[0]) * 1.5 - 40)[:, None, None] < 1)


def study(fluid, flair=100.0, t1=200.0):
    rng = np.random.default_rng(3)
    texture = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 2) > 0
    images = {FLAIR: 500.0 + 60 * texture, T1: 900.0 - 120 * texture}
    images[FLAIR][LESION] = 900
    images[T1][LESION] = 650
    images[FLAIR][fluid] = flair
    images[T1][fluid] = t1
    noise = 15 * rng.standard_normal(SHAPE)
    volumes = {
        m: Volume(m, np.where(BRAIN, data + noise, 0).astype(np.float32), GRID)
        for m, data in images.items()
    }
    return Study(volumes, GRID)


@pytest.fixture(scope="module")
def normal_brain():
    return NormalAppearingBrain.around(GRID, LESION, BRAIN)


@pytest.mark.parametrize("modalities", [(FLAIR, T1), (FLAIR,)], ids=str)
def test_cavity_is_told_with_its_volume(normal_brain, modalities):
    made = study(CAVITY)
    made = replace(made, volumes={m: made.volumes[m] for m in modalities})
    volume = CAVITY.sum() * GRID.voxel_volume / 1000
    assert cavity_ml(made, normal_brain) == pytest.approx(volume, rel=0.05)
    (sentence,) = cavity_notice(made, normal_brain)
    assert f"holds {volume:.0f} mL of fluid" in sentence


@pytest.mark.parametrize(
    "made",
    [
        study(np.zeros(SHAPE, bool)),
        study(SULCUS),
        study(CAVITY, flair=480),
        study(CAVITY, t1=700),
        study(ball((40, 50, 45), 4)),
        study(ball((75, 80, 45), 12)),
    ],
    ids=["solid", "sulcus", "grey on FLAIR", "grey on T1", "small", "elsewhere"],
)
def test_nothing_is_told_without_one(made, normal_brain):
    assert cavity_notice(made, normal_brain) == ()


def test_nothing_is_told_without_flair(normal_brain):
    made = study(CAVITY)
    assert cavity_ml(replace(made, volumes={T1: made.volumes[T1]}), normal_brain) == 0
