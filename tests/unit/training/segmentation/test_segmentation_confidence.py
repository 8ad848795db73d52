"""How far a segmentation may be trusted: fitted to right and wrong slices."""

import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.models.segmentation.calibration import FEATURES, Calibration
from brainviewer.models.segmentation.logistic import parse_logistic
from brainviewer.training.segmentation.confidence import fit_confidence


def some_patients(count: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    known = random.normal(0, 1, (count, len(FEATURES)))
    right = random.random(count) < 1 / (1 + np.exp(-2 - 2 * known[:, 0]))
    return known, right, np.arange(count) % 5


def test_the_fit_finds_what_tells_right_from_wrong():
    known, right, fold = some_patients()
    fitted = fit_confidence(known, right, fold)
    calibration = parse_logistic(fitted["trust"], FEATURES)
    assert calibration.weights[1] > 1 > abs(calibration.weights[2])
    assert fitted["auroc"] > 0.75
    assert fitted["brier"] < fitted["brier_of_the_base_rate"]
    assert sum(part["patients"] for part in fitted["curve"]) == len(right)


def test_chance_tells_nothing():
    known, right, fold = some_patients()
    shuffled = np.random.default_rng(2).permutation(right)
    assert fit_confidence(known, shuffled, fold)["auroc"] < 0.65


def test_beyond_what_was_seen_the_function_stays_as_it_was():
    calibration = Calibration((0.0, 1.0, 0.0, 0.0, 0.0), ((-2.0, 2.0), *((0.0, 1.0),) * 3))
    near, far = calibration(np.array([[-2.0, 0.5, 0.5, 0.5], [-50.0, 0.5, 0.5, 0.5]]))
    assert near == far == pytest.approx(1 / (1 + np.exp(2)))


@pytest.mark.parametrize("right", [np.ones(20, bool), np.zeros(20, bool), np.zeros(0, bool)])
def test_without_right_and_wrong_slices_there_is_nothing_to_fit(right):
    known = np.zeros((len(right), len(FEATURES)))
    with pytest.raises(FileError, match="no right and wrong ones"):
        fit_confidence(known, right, np.zeros(len(right), np.int64))


@pytest.mark.parametrize(
    "content",
    [
        {"weights": [1, 2], "limits": [[0, 1]]},
        {"weights": [0, 0, 0, 0, 0]},
        {"weights": [0, 0, 0, 0, 0], "limits": [[0, 1], [0, 1], [0, 1], [0]]},
    ],
)
def test_settings_of_another_kind_are_refused(content):
    with pytest.raises((KeyError, TypeError, ValueError)):
        parse_logistic(content, FEATURES)
