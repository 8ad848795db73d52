"""Fit what tells the enhancing voxels of a lesion, see ``models.segmentation.enhancing``.

The network's part of it is that of the fold that left the patient out, so a voxel is never judged
by a network that learned from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.models.segmentation import lesions as segmented
from brainviewer.models.segmentation.enhancing import enhancing_features
from brainviewer.models.segmentation.finding import finding_of
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.models.segmentation.network import region_probabilities
from brainviewer.models.segmentation.slice_input import REGIONS
from brainviewer.training.segmentation.held_out import HeldOut, of_each

_MOST_VOXELS = 3000
_THRESHOLDS = np.arange(0.25, 0.65, 0.05)


@dataclass(frozen=True, eq=False)
class Voxels:
    """The voxels of a lesion that was found.

    known : (n, ENHANCING_FEATURES) float32; enhancing : (n,) bool, as the expert marked them.
    missed : voxels that enhance and were not found at all.
    """

    known: NDArray[np.float32]
    enhancing: NDArray[np.bool_]
    missed: int

    def dice(self, likely: NDArray[np.bool_]) -> float:
        """The Dice coefficient if these of them are said to enhance."""
        total = likely.sum() + self.enhancing.sum() + self.missed
        return float(2 * (likely & self.enhancing).sum() / total) if total else 1.0


def fit_enhancing(
    cases: Sequence[HeldOut], report: Report
) -> tuple[dict[int, LogisticFunction], LogisticFunction | None]:
    """For each fold the function of the other folds' patients, and that of all; none and None
    where no expert marked the regions."""
    marked = list(zip(cases, of_each(voxels_of, cases, report, "reading voxels"), strict=True))
    folds = {one.fold for one, voxels in marked if voxels is not None}
    made = {
        fold: _fitted([v for one, v in marked if v is not None and one.fold != fold])
        for fold in folds
        if len(folds) > 1
    }
    known = [voxels for _, voxels in marked if voxels is not None]
    return made, _fitted(known) if known else None


def voxels_of(one: HeldOut) -> Voxels | None:
    """The voxels of what is found in a case; None where the regions are not marked, too little is
    found, or a sequence is missing."""
    if len(one.input.regions) < len(REGIONS) or Modality.T1CE not in one.input.neighbours:
        return None
    labelled = one.case.load()
    head = prepare(labelled.study, Modality.FLAIR) if labelled.labels is not None else None
    if head is None or labelled.labels is None:
        return None
    regions, working = region_probabilities(one.network(), head), head.working
    lesions = segmented.lesions_of(regions[0], working.spacing)
    if not lesions:
        return None
    mask = finding_of(labelled.study, working, lesions, "lesion", 0.0, ()).mask
    assert mask is not None
    grid = labelled.study.grid
    around = NormalAppearingBrain.around(grid, mask, working.refine(head.inside))
    known = None if around is None else enhancing_features(labelled.study, around, regions, working)
    if known is None or around is None:
        return None
    truth = grid.to_ras.turn(labelled.labels == LesionPart.ENHANCING)
    enhancing = truth[around.box][around.lesion]
    return Voxels(known, enhancing, int(truth.sum() - enhancing.sum()))


def _fitted(patients: Sequence[Voxels]) -> LogisticFunction:
    """Logistic regression on as many voxels of each patient; one half is where the mean Dice
    coefficient of these patients is largest."""
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(0)
    some = [random.permutation(len(one.known))[:_MOST_VOXELS] for one in patients]
    known = np.concatenate([one.known[n] for one, n in zip(patients, some, strict=True)])
    right = np.concatenate([one.enhancing[n] for one, n in zip(patients, some, strict=True)])
    lowest, highest = np.percentile(known, (0.5, 99.5), axis=0)
    known = known.clip(lowest, highest)
    middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    model = LogisticRegression(max_iter=1000).fit((known - middle) / spread, right)
    slopes = model.coef_[0] / spread
    limits = tuple(
        (round(float(low), 4), round(float(high), 4))
        for low, high in zip(lowest, highest, strict=True)
    )

    def function(threshold: float) -> LogisticFunction:
        shift = np.log(threshold / (1 - threshold))
        weights = [model.intercept_[0] - slopes @ middle - shift, *slopes]
        return LogisticFunction(tuple(round(float(one), 5) for one in weights), limits)

    def worth(threshold: float) -> float:
        chosen = function(threshold)
        return float(np.mean([one.dice(chosen(one.known) > 0.5) for one in patients]))

    return function(max(_THRESHOLDS, key=worth))
