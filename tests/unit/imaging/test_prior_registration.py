"""A prior study is laid over the current one, wherever the head lay then."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.alignment import mask_on
from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace, place_prior
from tests.follow_up_phantom import (
    SMALL,
    TURN_DEGREES,
    VOXEL_ML,
    current,
    motion,
    prior,
    stranger,
    turned_mask,
)
from tests.lesion_phantoms import BRAIN, GRID


@cache
def straight() -> PriorPlace:
    """The prior over the study, as its header has it."""
    place = place_prior(current(), prior())
    assert place is not None
    return place


def test_a_known_rotation_is_found():
    mask, place = turned_mask(SMALL), straight()
    assert place.rotation_degrees == pytest.approx(TURN_DEGREES, abs=1.0)
    assert place.correlation > 0.6
    head = GRID.to_world(np.argwhere(BRAIN)[::50])
    then = head @ motion()[:3, :3].T + motion()[:3, 3]
    found = place.grid.to_world(GRID.to_voxel(then))
    assert np.sqrt(((found - head) ** 2).sum(axis=1).mean()) < 1.2
    on_study = mask_on(mask, place.grid, GRID)
    both = np.count_nonzero(on_study & SMALL)
    assert 2 * both / (np.count_nonzero(on_study) + np.count_nonzero(SMALL)) > 0.9
    assert np.count_nonzero(on_study) * VOXEL_ML == pytest.approx(SMALL.sum() * VOXEL_ML, rel=0.05)


def test_a_head_that_lies_as_before_is_not_turned():
    other = replace(current(), content_hash="other")
    place = place_prior(current(), other)
    assert place is not None
    assert place.rotation_degrees < 0.5
    assert np.abs(place.grid.affine - GRID.affine)[:3, 3].max() < 0.7


def laid(study: Study, by: np.ndarray, *, mirrored: bool = False) -> Study:
    """With a header that turns the head, and with voxels left for right."""
    motion = np.eye(4)
    motion[:3, :3] = by
    grid = Grid(study.grid.shape, motion @ study.grid.affine)
    volumes = {
        m: replace(v, grid=grid, data=v.data[::-1] if mirrored else v.data)
        for m, v in study.volumes.items()
    }
    return replace(study, volumes=volumes, grid=grid, content_hash="laid")


ABOUT_S = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
ABOUT_R = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
ROUND = np.array([[-1.0, 0, 0], [0, -1, 0], [0, 0, 1]])


@pytest.mark.parametrize("by", [ABOUT_S, ABOUT_R, ROUND], ids=["about S", "about R", "round"])
def test_a_prior_that_its_header_turns_is_laid_over_the_study(by: np.ndarray) -> None:
    place = place_prior(current(), laid(prior(), by))
    assert place is not None
    assert place.correlation == pytest.approx(straight().correlation, abs=0.05)
    head = np.argwhere(BRAIN)[::50]
    apart = place.grid.to_world(head) - straight().grid.to_world(head)
    assert np.sqrt((apart**2).sum(axis=1).mean()) < 1.0
    assert 60 < place.rotation_degrees <= 180


@pytest.mark.parametrize("by", [np.eye(3), ABOUT_S], ids=["upright", "turned"])
def test_another_patient_and_a_mirrored_head_fit_no_more_when_turned(by: np.ndarray) -> None:
    assert place_prior(current(), laid(stranger(), by)) is None
    # Though both are bright and dark in the same places.
    values = [
        one.volumes[Modality.T1].data[::3, ::3, ::3].ravel() for one in (current(), stranger())
    ]
    assert np.corrcoef(*values)[0, 1] > 0.9
    assert place_prior(current(), laid(prior(), by, mirrored=True)) is None


def test_what_is_nearly_its_own_mirror_image_is_held_against_it() -> None:
    """Some details are the same on both sides: mirrored, it fits, but less than as it is."""
    study = current()
    data = study.volumes[Modality.T1].data
    even = changed(study, data=data + 0.3 * data[::-1])
    place = place_prior(even, replace(even, content_hash="same"))
    assert place is not None and place.correlation > 0.9
    assert place_prior(even, laid(even, np.eye(3), mirrored=True)) is None


def changed(study: Study, **of_each: object) -> Study:
    volumes = {m: replace(v, **of_each) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes, grid=of_each.get("grid", study.grid))


def test_what_cannot_be_laid_over_is_said_to_be_so():
    before = prior()
    no_sides = Grid(GRID.shape, GRID.affine, oriented=False)
    assert place_prior(current(), changed(before, grid=no_sides)) is None
    only_t2 = replace(before, volumes={Modality.T2: before.volumes[Modality.T2]})
    no_t2 = replace(current(), volumes={Modality.T1: current().volumes[Modality.T1]})
    assert place_prior(no_t2, only_t2) is None
    empty = changed(before, data=np.zeros(GRID.shape, np.float32))
    assert place_prior(current(), empty) is None
    ball = ndimage.gaussian_filter(np.random.default_rng(2).random(GRID.shape, np.float32), 2)
    noise = changed(before, data=ball)
    assert place_prior(current(), noise) is None
