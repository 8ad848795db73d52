"""What ROC and precision-recall curves are drawn from, by hand."""

import numpy as np
import pytest

from brainviewer.training.metrics.plots import average_precision, called

ILL = np.array([True, False, True, False, True])
SCORE = np.array([0.9, 0.8, 0.7, 0.3, 0.3])


def test_called_at_every_threshold_with_ties_as_one_step() -> None:
    true, false = called(ILL, SCORE)
    assert true.tolist() == [0, 1, 1, 2, 3]
    assert false.tolist() == [0, 0, 1, 1, 2]


def test_average_precision_by_hand() -> None:
    # Recall grows by a third at precision 1, at 2/3, and at 3/5.
    assert average_precision(ILL, SCORE) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert average_precision(ILL, ILL.astype(float)) == 1.0
