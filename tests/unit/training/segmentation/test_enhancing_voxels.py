"""What enhances is learned from voxels of other patients."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Study
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.working_grid import WorkingGrid
from brainviewer.models.segmentation.enhancing import enhancing_in_box
from brainviewer.models.segmentation.logistic import ENHANCING_FEATURES, LogisticFunction
from brainviewer.training.segmentation import enhancing
from brainviewer.training.segmentation.enhancing import Voxels, _fitted, marked_lesion
from brainviewer.training.segmentation.measures import score_parts


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


def test_parts_in_a_box_are_scored_beside_all_that_the_expert_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shape, random = (20, 22, 18), np.random.default_rng(3)
    grid = Grid(shape, np.diag([-4.0, 4.0, 4.0, 1.0]))
    mask = np.zeros(shape, bool)
    mask[5:12, 6:14, 4:10] = True
    core = mask & (random.random(shape) < 0.3)
    labels = random.choice(np.array([0, 1, 2, 4], np.uint8), shape)
    around = NormalAppearingBrain.around(grid, mask, np.ones(shape, bool))
    assert around is not None
    known = random.normal(0, 1, (int(mask.sum()), len(ENHANCING_FEATURES))).astype(np.float32)
    monkeypatch.setattr(enhancing, "enhancing_features", lambda *given: known)
    field = np.zeros((3, 1, 1, 1), np.float32)
    working = WorkingGrid.around(grid, np.ones(shape, np.uint8))
    lesion = marked_lesion(Study({}, grid), around, field, working, core, labels)
    assert lesion is not None

    function = LogisticFunction((0.5, *[1.0] * 7), ((-9.0, 9.0),) * 7)
    told = around.restore(enhancing_in_box(known, around, function))
    assert 50 < told.sum() < mask.sum()
    assert lesion.score(function) == score_parts(told, core, labels)
    voxels = lesion.voxels
    assert voxels.enhancing.sum() == (labels[mask] == 4).sum()
    assert voxels.missed == (labels[~mask] == 4).sum()
