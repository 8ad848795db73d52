"""The enhancing part on made-up heads whose contrast agent is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.measure.enhancement import WITHOUT_T1, find_enhancement
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain

SHAPE, SPACING = (64, 72, 40), (2.0, 2.0, 3.0)
GRID = Grid(SHAPE, np.diag([*SPACING, 1.0]))
CENTRE = np.array([40.0, 60.0, 60.0])


def ball(centre, radius, offset=(0, 0, 0)):
    voxels = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1) * SPACING
    return np.linalg.norm(voxels - centre - offset, axis=-1) <= radius


BRAIN = ball((63, 71, 58), 54)
LESION = ball(CENTRE, 24)
RIM = ball(CENTRE, 16) & ~ball(CENTRE, 8)
NECROSIS = ball(CENTRE, 8)


def study(rim=True, seed=0, skull=False, change=lambda data: data):
    """White and grey matter with noise; a dark lesion with a dark core, and an enhancing rim."""
    rng = np.random.default_rng(seed)
    tissue = 800 + 200 * (ndimage.gaussian_filter(rng.standard_normal(SHAPE), 2) > 0)
    tissue[LESION] = 700
    tissue[NECROSIS] = 450
    post = 0.93 * tissue
    if rim:
        post[RIM] = 1500
    images = {}
    for modality, data in ((Modality.T1, tissue), (Modality.T1CE, post)):
        noisy = np.where(BRAIN, data + 25 * rng.standard_normal(SHAPE), 0)
        if skull:
            noisy += 2200 * (ball((63, 71, 58), 64) & ~ball((63, 71, 58), 58))
        images[modality] = Volume(modality, change(noisy).astype(np.float32), GRID)
    return Study(images, GRID)


def enhancement_of(made, lesion, brain):
    return find_enhancement(made, NormalAppearingBrain.around(GRID, lesion, brain))


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.mark.parametrize("skull", [False, True])
def test_rim_without_its_core(skull):
    found = enhancement_of(study(skull=skull), LESION, BRAIN)
    assert dice(found.mask, RIM) > 0.95
    assert (found.mask & NECROSIS).sum() < 0.02 * NECROSIS.sum()
    assert found.notices == ()


def test_nothing_where_nothing_was_taken_up():
    found = enhancement_of(study(rim=False), LESION, BRAIN)
    assert not found.mask.any()


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_unit_and_offset_do_not_matter(factor):
    expected = enhancement_of(study(), LESION, BRAIN).mask
    scaled = enhancement_of(study(change=lambda data: data * factor), LESION, BRAIN).mask
    np.testing.assert_array_equal(scaled, expected)
    # Each sequence may have a unit of its own.
    made = study()
    other = replace(made.volumes[Modality.T1], data=made.volumes[Modality.T1].data * factor + 7)
    mixed = replace(made, volumes={**made.volumes, Modality.T1: other})
    assert (enhancement_of(mixed, LESION, BRAIN).mask != expected).mean() < 1e-4


def test_blood_is_bright_before_contrast_too():
    blood = ball(CENTRE, 5, (0, 0, 18))
    made = study(rim=False)
    for volume in made.volumes.values():
        volume.data[blood] = 1700
    assert not enhancement_of(made, LESION, BRAIN).mask.any()
    alone = replace(made, volumes={Modality.T1CE: made.volumes[Modality.T1CE]})
    found = enhancement_of(alone, LESION, BRAIN)
    assert dice(found.mask, blood) > 0.8
    assert found.notices == (WITHOUT_T1,)


def test_vessels_outside_and_along_the_border_are_left_out():
    made = study()
    post = made.volumes[Modality.T1CE].data
    outside = ball(CENTRE, 4, (30, 0, 0))
    along = ball(CENTRE, 4.5, (0, 23, 0)) & LESION
    nodule = ball(CENTRE, 3.5, (0, 0, 19))
    for spot in (outside, along, nodule):
        post[spot] = 1800
    mask = enhancement_of(made, LESION, BRAIN).mask
    assert not (mask & outside).any()
    assert not (mask & along).any()
    assert dice(mask, RIM | nodule) > 0.95


def test_specks_of_noise_are_left_out():
    made = study(rim=False)
    post = made.volumes[Modality.T1CE].data
    for offset in ((0, 0, 0), (10, 0, 0), (0, 10, 6)):
        post[tuple(np.rint((CENTRE + offset) / SPACING).astype(int))] = 2500
    assert not enhancement_of(made, LESION, BRAIN).mask.any()


def test_small_lesion_that_enhances_as_a_whole():
    small = ball(CENTRE, 7)
    made = study(rim=False)
    made.volumes[Modality.T1CE].data[small] = 1600
    found = enhancement_of(made, ball(CENTRE, 8), BRAIN)
    assert dice(found.mask, small) > 0.9


def test_same_image_twice_enhances_nowhere():
    made = study(rim=False)
    copy = replace(made.volumes[Modality.T1], modality=Modality.T1CE)
    same = replace(made, volumes={Modality.T1: made.volumes[Modality.T1], Modality.T1CE: copy})
    assert not enhancement_of(same, LESION, BRAIN).mask.any()


def test_without_noise_or_contrast_of_its_own():
    images = {m: np.where(BRAIN, 500.0, 0) for m in (Modality.T1, Modality.T1CE)}
    images[Modality.T1CE][RIM] = 1000
    flat = Study({m: Volume(m, data, GRID) for m, data in images.items()}, GRID)
    np.testing.assert_array_equal(enhancement_of(flat, LESION, BRAIN).mask, RIM)


def test_none_where_it_cannot_be_known():
    made = study()
    without = replace(made, volumes={Modality.T1: made.volumes[Modality.T1]})
    assert enhancement_of(without, LESION, BRAIN) is None
    assert NormalAppearingBrain.around(GRID, LESION, LESION) is None
    assert NormalAppearingBrain.around(GRID, np.zeros(SHAPE, bool), BRAIN) is None
    empty = replace(made.volumes[Modality.T1CE], data=np.zeros(SHAPE, np.float32))
    constant = replace(made, volumes={**made.volumes, Modality.T1CE: empty})
    assert enhancement_of(constant, LESION, BRAIN) is None


def test_constant_t1_counts_as_missing():
    made = study()
    empty = replace(made.volumes[Modality.T1], data=np.zeros(SHAPE, np.float32))
    found = enhancement_of(
        replace(made, volumes={**made.volumes, Modality.T1: empty}), LESION, BRAIN
    )
    assert found.notices == (WITHOUT_T1,)
    assert dice(found.mask, RIM) > 0.9
