"""Confidence of a segmentation: logistic regression on features of the probability map.

The function is ``models.segmentation.calibration.Calibration``.
"""

from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.models.segmentation.calibration import FEATURES, Calibration
from brainviewer.training.metrics.metrics import area_under_curve

# Before anything is fitted: every slice is as likely right as wrong.
UNSURE = Calibration((0.0,) * (len(FEATURES) + 1), ((0.0, 0.0),) * len(FEATURES))
# Of the size of one patient's curvature for each feature.
_RIDGE = 3.0
_BINS = (0.0, 0.6, 0.75, 0.85, 0.95, 1.0)


def fit_confidence(
    known: NDArray[np.float64], right: NDArray[np.bool_], fold: NDArray[np.int64]
) -> dict[str, Any]:
    """Logistic regression from features to "the mask is right", and how well it is calibrated.

    known : (n, len(FEATURES)); right, fold : (n,).

    The curve is that of patients whose fold was left out of the fit. Raises FileError if nothing
    was found in any patient, or none is right or none is wrong.
    """
    if len(right) == 0 or right.all() or not right.any():
        raise FileError(
            "How likely a mask is right cannot be fitted: there are no right and wrong ones.",
            "Train longer, or with more patients.",
        )
    sure = np.zeros(len(right))
    for left_out in np.unique(fold):
        rest = fold != left_out
        sure[~rest] = _fitted(known[rest], right[rest])(known[~rest])
    curve = []
    for low, high in pairwise(_BINS):
        within = (sure >= low) & (sure < high if high < 1 else sure <= 1)
        if within.any():
            curve.append(
                {
                    "from": low,
                    "to": high,
                    "patients": int(within.sum()),
                    "mean_confidence": round(float(sure[within].mean()), 3),
                    "right": round(float(right[within].mean()), 3),
                }
            )
    return {
        "each": sure,
        "features": list(FEATURES),
        "trust": asdict(_fitted(known, right)),
        "auroc": round(area_under_curve(right, sure), 3),
        "brier": round(float(((sure - right) ** 2).mean()), 4),
        "brier_of_the_base_rate": round(float(right.mean() * (1 - right.mean())), 4),
        "curve": curve,
    }


def _fitted(known: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
    """Logistic regression, with a ridge on the standardised features: there are few wrong ones."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    model = LogisticRegression(C=1 / _RIDGE, tol=1e-10, max_iter=1000)
    if right.all() or not right.any():
        # One kind alone tells no slope; half a patient of each keeps the rate off 0 and 1.
        weights = [float(np.log((right.sum() + 0.5) / ((~right).sum() + 0.5))), *(0 * middle)]
    else:
        model.fit((known - middle) / spread, right)
        slopes = model.coef_[0] / spread
        weights = [float(model.intercept_[0] - slopes @ middle), *slopes]
    limits = np.column_stack([known.min(axis=0), known.max(axis=0)])
    return Calibration(
        tuple(round(float(weight), 5) for weight in weights),
        tuple((round(float(low), 4), round(float(high), 4)) for low, high in limits),
    )
