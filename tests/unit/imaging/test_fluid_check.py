"""A name that does not fit what is seen is doubted, and no other."""

from itertools import combinations

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality, Volume
from brainviewer.imaging.preprocess.sequence_check import doubtful_names

FLAIR, T1, T1CE, T2 = SEQUENCES
SHAPE = (48, 56, 40)
GRID = Grid(SHAPE, np.diag([-3.0, -3.0, 3.0, 1.0]))
# White matter, grey matter, fluid, lesion, scalp.
LOOKS = {
    FLAIR: (300, 380, 90, 650, 700),
    T1: (500, 400, 180, 350, 900),
    T1CE: (500, 410, 180, 800, 900),
    T2: (250, 330, 900, 600, 500),
}


def head(looks: Modality, skull: bool) -> np.ndarray:
    """A head with ventricles and a lesion, as it looks on a sequence."""
    random = np.random.default_rng(SEQUENCES.index(looks))
    axes = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij"))
    radius = np.linalg.norm(axes, axis=0)
    white, grey, fluid, lesion, scalp = LOOKS[looks]
    data = np.zeros(SHAPE)
    data[radius < 0.75] = grey
    data[radius < 0.6] = white
    data[np.abs(radius - 0.45) < 0.05] = grey
    data[np.linalg.norm(axes / np.reshape((0.12, 0.32, 0.2), (3, 1, 1, 1)), axis=0) < 1] = fluid
    place = axes - np.reshape((0.3, 0.1, 0.1), (3, 1, 1, 1))
    data[np.linalg.norm(place, axis=0) < 0.12] = lesion
    if skull:
        data[(radius > 0.88) & (radius < 0.98)] = scalp
    inside = data > 0
    data[inside] += random.normal(0, 25, inside.sum())
    return np.maximum(data, 0).astype(np.float32)


def volumes(named: dict[Modality, Modality], skull: bool) -> dict[Modality, Volume]:
    """Sequences by the names they were given, and what they are."""
    return {
        name: Volume(name, head(is_really, skull), GRID, f"x_{name}.nii")
        for name, is_really in named.items()
    }


@pytest.mark.parametrize("skull", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_right_names_are_never_doubted(skull, count):
    for some in combinations(SEQUENCES, count):
        assert doubtful_names(volumes({m: m for m in some}, skull)) == {}


@pytest.mark.parametrize("skull", [True, False])
@pytest.mark.parametrize("other", [FLAIR, T1, T1CE])
def test_names_that_were_exchanged(skull, other):
    named = {m: m for m in SEQUENCES} | {T2: other, other: T2}
    doubts = doubtful_names(volumes(named, skull))
    assert set(doubts) == {T2, other}
    assert doubts[T2] == (
        "In x_T2.nii, opened as T2, fluid is dark, as in FLAIR and T1: check which sequence it is."
    )
    assert f"opened as {other}, fluid is bright, as in T2" in doubts[other]


@pytest.mark.parametrize("skull", [True, False])
@pytest.mark.parametrize("others", [(), (FLAIR,), (FLAIR, T2)])
def test_the_contrast_agent_in_the_wrong_one(skull, others):
    named = {m: m for m in others} | {T1: T1CE, T1CE: T1}
    assert doubtful_names(volumes(named, skull)) == {
        T1CE: "x_T1.nii, opened as T1, seems to have the contrast agent, and x_T1ce.nii, opened as "
        "T1ce, to be without it: check which is which."
    }


def test_the_same_image_twice_has_no_contrast_agent():
    assert doubtful_names(volumes({T1: T1, T1CE: T1}, True)) == {}


@pytest.mark.parametrize("skull", [True, False])
def test_one_alone(skull):
    assert set(doubtful_names(volumes({T2: T1}, skull))) == {T2}
    assert set(doubtful_names(volumes({T1: T2}, skull))) == {T1}


def test_what_is_no_head_says_nothing():
    random = np.random.default_rng(0)
    noise = random.integers(0, 900, SHAPE).astype(np.int16)
    ramp = np.broadcast_to(np.arange(SHAPE[0])[:, None, None], SHAPE).astype(np.float32)
    scores = random.normal(0, 1, SHAPE).astype(np.float32)
    for data in (noise, ramp, scores, np.ones(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)):
        for modality in SEQUENCES:
            assert doubtful_names({modality: Volume(modality, data, GRID)}) == {}
