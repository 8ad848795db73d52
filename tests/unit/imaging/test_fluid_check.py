"""A name that does not fit what is seen is doubted, and no other."""

import tracemalloc
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality, Volume
from brainviewer.imaging.preprocess.sequence_check import core_values, doubtful_names
from tests.contrast_phantom import GRID, SHAPE, head

FLAIR, T1, T1CE, T2 = SEQUENCES


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


def with_neck(volume: Volume, turned: bool) -> Volume:
    """The head of a volume on a neck of muscle, 9 cm long; turned : its slices from above down."""
    x, y = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE[:2]), indexing="ij")
    muscle = 0.5 * np.median(volume.data[volume.data > 0])
    neck = np.repeat((muscle * (np.hypot(x, y) < 0.6))[:, :, None], 30, axis=2)
    data = np.concatenate([neck.astype(np.float32), volume.data], axis=2)
    affine = GRID.affine.copy()
    if turned:
        data = data[:, :, ::-1]
        affine[2, 2] *= -1
    return replace(volume, data=data, grid=Grid((*SHAPE[:2], data.shape[2]), affine))


@pytest.mark.parametrize("turned", [False, True])
def test_right_names_are_not_doubted_for_a_neck(turned):
    whole = volumes({m: m for m in SEQUENCES}, True)
    for some in combinations(SEQUENCES, 3):
        assert doubtful_names({m: with_neck(whole[m], turned) for m in some}) == {}
    exchanged = volumes({m: m for m in SEQUENCES} | {T2: FLAIR, FLAIR: T2}, True)
    doubted = doubtful_names({m: with_neck(v, turned) for m, v in exchanged.items()})
    assert set(doubted) == {T2, FLAIR}


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


@pytest.mark.parametrize("odd", [T1, T1CE])
def test_one_of_the_two_says_nothing_about_the_contrast_agent(odd):
    given = volumes({m: m for m in SEQUENCES}, True)
    normalised = given[odd].data.astype(np.float32)
    normalised = (normalised - normalised.mean()) / normalised.std()
    for data in (normalised, np.zeros_like(normalised)):
        assert doubtful_names({**given, odd: replace(given[odd], data=data)}) == {}


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


def test_looking_takes_two_copies_of_one_image_and_not_more():
    large = {m: head(m, True).repeat(2, 0).repeat(2, 1).repeat(2, 2) for m in (T1, T1CE)}
    tracemalloc.start()
    try:
        found = core_values(large, (), GRID.every((1, 1, 1)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.keys() == large.keys()
    assert most < 3 * 4 * large[T1].size  # with a mask or two, of single precision


@pytest.mark.parametrize("skull", [True, False])
@pytest.mark.parametrize("odd", SEQUENCES)
@pytest.mark.parametrize("voxels", [(6, 0, 0), (0, -6, 0), (0, 0, 6)])
def test_no_name_is_doubted_for_one_that_lies_beside_the_others(skull, odd, voxels):
    given = volumes({m: m for m in SEQUENCES}, skull)
    moved = replace(given[odd], data=np.roll(given[odd].data, voxels, (0, 1, 2)))
    for count in (2, 3, 4):
        for some in combinations(SEQUENCES, count):
            if odd in some:
                assert doubtful_names({m: given[m] for m in some} | {odd: moved}) == {}


def test_names_of_those_that_lie_together_are_doubted_beside_one_that_does_not():
    given = volumes({FLAIR: T2, T1: T1, T1CE: T1CE, T2: FLAIR}, True)
    t1ce = given[T1CE]
    given[T1CE] = replace(t1ce, data=np.roll(t1ce.data, 6, 0))
    assert set(doubtful_names(given)) == {FLAIR, T2}
