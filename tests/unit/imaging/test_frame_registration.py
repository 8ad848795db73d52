"""A scan of another frame of reference is laid over the study by the head, or it is said."""

import numpy as np
import pytest

from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.alignment import shifted
from brainviewer.imaging.preprocess.registration.frame_registration import place_scan
from tests.follow_up_phantom import TURN_DEGREES, current, motion, prior
from tests.lesion_phantoms import BRAIN, GRID

FLAIR = current().volumes[Modality.FLAIR].data
T2 = current().volumes[Modality.T2].data


@pytest.mark.parametrize("away", [(0, 0, 0), (230, -150, 90)], ids=["near", "far"])
def test_a_turned_head_is_found_wherever_its_positions_say(away: tuple[float, ...]) -> None:
    moved = prior().volumes[Modality.T2].data
    grid = shifted(GRID, np.array(away, float))
    placed = place_scan(moved, grid, FLAIR, GRID)
    assert placed is not None
    head = GRID.to_world(np.argwhere(BRAIN)[::50])
    then = head @ motion()[:3, :3].T + motion()[:3, 3]
    found = placed.grid.to_world(GRID.to_voxel(then))
    assert np.sqrt(((found - head) ** 2).sum(axis=1).mean()) < 1.5
    assert np.linalg.norm(placed.rotation_degrees) == pytest.approx(TURN_DEGREES, abs=1.5)
    assert placed.distance_mm > np.linalg.norm(away)


def test_a_new_name_for_the_same_frame_moves_nothing() -> None:
    placed = place_scan(T2, GRID, FLAIR, GRID)
    assert placed is not None
    assert (placed.distance_mm, placed.grid) == (0.0, GRID)


def test_what_does_not_tell_is_not_placed() -> None:
    noise = np.random.default_rng(0).integers(0, 900, GRID.shape).astype(np.int16)
    assert place_scan(noise, GRID, FLAIR, GRID) is None
    assert place_scan(np.zeros(GRID.shape, np.int16), GRID, FLAIR, GRID) is None
