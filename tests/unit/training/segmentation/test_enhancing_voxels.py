"""What enhances is learned from voxels of other patients."""

import numpy as np
import pytest

from brainviewer.models.segmentation.logistic import ENHANCING_FEATURES
from brainviewer.training.segmentation.enhancing import Voxels, _fitted


def patient(seed: int, size: int = 4000) -> Voxels:
    """A tenth of the voxels enhance; the uptake and the network tell most of them."""
    random = np.random.default_rng(seed)
    enhancing = random.random(size) < 0.1
    known = random.normal(0, 1, (size, len(ENHANCING_FEATURES))).astype(np.float32)
    known[:, 0] += 3 * enhancing
    known[:, -1] += 2 * enhancing
    return Voxels(known, enhancing, 0)


def test_both_kinds_of_evidence_are_better_than_one() -> None:
    function = _fitted([patient(seed) for seed in range(6)])
    unseen = patient(9)
    both = unseen.dice(function(unseen.known) > 0.5)
    alone = max(unseen.dice(unseen.known[:, 0] > least) for least in np.arange(0, 4, 0.1))
    assert both > alone + 0.05 > 0.7
    # Enhancing voxels are few, so one half does not lie where they are as likely as others.
    first, last = function.weights[1], function.weights[-1]
    assert first > last > 0.5
    assert max(abs(weight) for weight in function.weights[2:-1]) < 0.3


def test_what_was_not_found_at_all_counts() -> None:
    found = Voxels(np.zeros((3, 7), np.float32), np.array([True, True, False]), 2)
    assert found.dice(np.array([True, True, False])) == pytest.approx(4 / 6)
    none = Voxels(np.zeros((3, 7), np.float32), np.zeros(3, bool), 0)
    assert none.dice(np.zeros(3, bool)) == 1.0
