"""Fit the out-of-distribution score of lesion descriptors, and count flagged held-out patients.

The score is that of ``models.subtype.out_of_distribution``, fitted to the descriptors that the
answer rests on, in heads as they were scanned and with the skull taken off. The limit is a quantile
of the scores of patients that were left out of the fit (cross-validation by patient).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.subtype.out_of_distribution import LesionDistribution, parse_distribution
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.labelled_data.detections import STRIPPED
from brainviewer.training.subtype.patients import FOUND

QUANTILE = 0.95
"""As the OOD check of the network has it: 95 % of what is like the training passes."""
FOLDS = 5
SEED = 2026
_AS_ASKED = (FOUND, STRIPPED)
_DIGITS = 4
Described = Mapping[str, Any]


def fit_distribution(
    patients: Sequence[Described], names: Sequence[str], limit: float = np.inf
) -> LesionDistribution:
    """The distribution of the lesions of some patients, every description of each.

    patients : as ``evidence.read_inputs`` gives them.
    names : of the descriptors; those that are missing count as usual in the correlation, which is
        shrunk as Ledoit & Wolf (2004) do.
    """
    from sklearn.covariance import ledoit_wolf

    places = [NAMES.index(name) for name in names]
    raw = np.array(
        [one["descriptors"][s] for one in patients for s in _AS_ASKED if s in one["descriptors"]],
        np.float64,
    )[:, places]
    means, scales = np.nanmean(raw, axis=0), np.nanstd(raw, axis=0)
    scales = np.where(scales > 1e-9, scales, 1.0)
    correlation = ledoit_wolf(np.nan_to_num((raw - means) / scales), assume_centered=True)[0]
    ages = [one["age_years"] for one in patients if one["age_years"] is not None]
    means, scales, correlation = (a.round(_DIGITS) for a in (means, scales, correlation))
    span = (min(ages), max(ages))
    return LesionDistribution(tuple(names), means, scales, correlation, limit, span)


def measured_distribution(patients: Sequence[Described], names: Sequence[str]) -> dict[str, Any]:
    """The entry ``out_of_distribution`` of a card, with how many unseen patients it flags.

    Raises FileError if there are fewer patients than folds.
    """
    names_of = list(dict.fromkeys(one["patient"] for one in patients))
    if len(names_of) < FOLDS:
        raise FileError(f"There are {len(names_of)} patients, fewer than the {FOLDS} folds.")
    split = patient_folds([""] * len(names_of), FOLDS, SEED)
    fold = split[[names_of.index(one["patient"]) for one in patients]]
    scores: dict[str, list[float]] = {segmentation: [] for segmentation in _AS_ASKED}
    for index in range(FOLDS):
        rest = [one for one, part in zip(patients, fold, strict=True) if part != index]
        known = fit_distribution(rest, names)
        for one, part in zip(patients, fold, strict=True):
            for segmentation in _AS_ASKED if part == index else ():
                values = one["descriptors"].get(segmentation, ())
                measured = {n: v for n, v in zip(NAMES, values, strict=False) if v is not None}
                score = known.score(measured)
                if score is not None:
                    scores[segmentation].append(score)
    limit = float(np.quantile([score for some in scores.values() for score in some], QUANTILE))
    fitted = fit_distribution(patients, names, round(limit, _DIGITS))
    content = {
        "descriptors": [
            {"name": name, "mean": float(mean), "scale": float(scale)}
            for name, mean, scale in zip(names, fitted.means, fitted.scales, strict=True)
        ],
        "correlation": fitted.correlation.tolist(),
        "limit": fitted.limit,
        "ages": list(fitted.ages),
        "measured": {
            "folds": FOLDS,
            "quantile": QUANTILE,
            "unseen patients": len(names_of),
            "flagged": {
                segmentation: sum(score > fitted.limit for score in some)
                for segmentation, some in scores.items()
            },
        },
    }
    parse_distribution(content)
    return content
