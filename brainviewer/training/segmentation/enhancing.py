"""Fit what tells the enhancing voxels of a lesion, see ``models.segmentation.enhancing``.

The network's part of it is that of the fold that left the patient out, so a voxel is never judged
by a network that learned from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Study
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.working_grid import Field, Mask, WorkingGrid
from brainviewer.models.segmentation.enhancing import enhancing_features, enhancing_in_box
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.training.segmentation.measures import Row, score_parts

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


@dataclass(frozen=True, eq=False)
class MarkedLesion:
    """A lesion that was found where an expert marked the regions, in the box around it.

    known : (n, ENHANCING_FEATURES) float32, of its voxels.
    core : (R, A, S) bool, as the network tells it.
    labels : (R, A, S) uint8, the expert's.
    elsewhere : how many voxels that enhance, and of the core, are marked outside of the box.
    """

    normal_brain: NormalAppearingBrain
    known: NDArray[np.float32]
    core: Mask
    labels: NDArray[np.uint8]
    elsewhere: tuple[int, int]

    @property
    def voxels(self) -> Voxels:
        """Those of the lesion itself."""
        truth = self.labels == LesionPart.ENHANCING
        found = truth[self.normal_brain.lesion]
        return Voxels(self.known, found, self.elsewhere[0] + int(truth.sum() - found.sum()))

    def score(self, function: LogisticFunction) -> Row:
        """Dice of what enhances, and of the core, as a function tells them."""
        enhancing = enhancing_in_box(self.known, self.normal_brain, function)
        return score_parts(enhancing, self.core, self.labels, self.elsewhere)


def marked_lesion(
    study: Study,
    normal_brain: NormalAppearingBrain,
    regions: Field,
    working: WorkingGrid,
    core: Mask,
    labels: NDArray[np.uint8],
) -> MarkedLesion | None:
    """The lesion that ``normal_brain`` lies around; None if a sequence is missing.

    regions : see ``enhancing_features``; core, labels : (i, j, k).
    """
    known = enhancing_features(study, normal_brain, regions, working)
    if known is None:
        return None
    turn, box = study.grid.to_ras.turn, normal_brain.box
    inside = np.ascontiguousarray(turn(labels)[box])
    many = np.bincount(labels.ravel(), minlength=5) - np.bincount(inside.ravel(), minlength=5)
    enhancing, necrosis = int(many[LesionPart.ENHANCING]), int(many[LesionPart.NECROSIS])
    elsewhere = (enhancing, enhancing + necrosis)
    return MarkedLesion(
        normal_brain, known, np.ascontiguousarray(turn(core)[box]), inside, elsewhere
    )


def fit_enhancing(
    lesions: Sequence[tuple[int, MarkedLesion]],
) -> tuple[dict[int, LogisticFunction], LogisticFunction | None]:
    """For each fold the function of the other folds' patients, and that of all; none and None
    without lesions.

    lesions : each with the fold of its patient.
    """
    marked = [(fold, one.voxels) for fold, one in lesions]
    folds = {fold for fold, _ in marked}
    made = {
        fold: _fitted([voxels for own, voxels in marked if own != fold])
        for fold in folds
        if len(folds) > 1
    }
    return made, _fitted([voxels for _, voxels in marked]) if marked else None


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
