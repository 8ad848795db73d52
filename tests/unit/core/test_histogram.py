"""The histogram that a window is laid over."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.histogram import histogram_of

SHAPE = (40, 40, 40)


@pytest.fixture
def head() -> tuple[Volume, np.ndarray, np.ndarray]:
    """Air, a head of 400 and a brain of 600, in which a lesion is 900."""
    data, rest = np.zeros(SHAPE, np.int16), np.random.default_rng(1)
    data[5:35, 5:35, 5:35] = 400
    brain, lesion = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    brain[10:30, 10:30, 10:30] = True
    lesion[12:16, 12:16, 12:16] = True
    data[brain], data[lesion] = 600, 900
    data[data > 0] += rest.integers(-20, 20, np.count_nonzero(data)).astype(np.int16)
    return Volume(Modality.FLAIR, data, Grid(SHAPE, np.eye(4))), brain, lesion


def top(edges: np.ndarray, heights: np.ndarray) -> float:
    at = int(heights.argmax())
    return float(edges[at : at + 2].mean())


def test_air_is_left_out(head) -> None:
    volume, _, _ = head
    found = histogram_of(volume)
    assert found.edges[0] > 300
    assert len(found.edges) == len(found.whole) + 1
    assert top(found.edges, found.whole) == pytest.approx(400, abs=25)
    assert found.lesion is None
    assert not found.brain


def test_brain_and_lesion_stand_out(head) -> None:
    found = histogram_of(*head)
    assert found.brain
    assert top(found.edges, found.whole) == pytest.approx(600, abs=25)
    assert top(found.edges, found.lesion) == pytest.approx(900, abs=25)
    assert found.whole.max() == found.lesion.max() == 1
    assert found.edges[0] > 500  # nothing of the scalp


def test_masks_without_a_voxel_are_none(head) -> None:
    volume, brain, lesion = head
    found = histogram_of(volume, brain & False, lesion & False)
    assert not found.brain
    assert found.lesion is None


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_volume_of_one_value_has_one_too(dtype) -> None:
    volume = Volume(Modality.T1, np.full(SHAPE, 7, dtype), Grid(SHAPE, np.eye(4)))
    found = histogram_of(volume)
    assert (np.diff(found.edges) > 0).all()
    assert np.isfinite(found.whole).all()


def test_classes_are_no_narrower_than_whole_numbers(head) -> None:
    volume, _, _ = head
    few = Volume(Modality.T1, (volume.data // 100).astype(np.uint8), volume.grid)
    assert np.diff(histogram_of(few).edges).min() > 0.5
