"""Reasons not to ask a model at all: simple checks of the study, before the network runs.

The bounds lie well outside of what the 93 training patients show (in brackets).
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed, probability
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.ranking import average_ranks
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.robust_spread import robust_spread
from brainviewer.models.card import ModelCard

ALL_THE_SAME = "Classify a slice for an answer all the same, which is not confident then."
# Re-encoded copies of one image correlate above 0.995; different sequences stay below 0.91.
_SAME_IMAGE = 0.98
# From a small child's brain to more than the largest one.
_BRAIN_ML = (400.0, 3000.0)
# Fraction of the brain's bounding box that it fills (0.42 to 0.65); a box fills all of it.
_BRAIN_FILLS = (0.25, 0.85)
# Robust spread over median inside the brain (0.11 to 0.86); CT numbers above air: below 0.02.
_LEAST_CONTRAST = 0.05
# In CT numbers air is -1000 and brain 20 to 45.
_AIR_HU, _BRAIN_HU = -500.0, (-50.0, 150.0)
# Of the detector. Five of 98 unseen patients have less, and in all five the slice is a wrong one;
# the next has 0.33.
_LEAST_SURE = 0.25
# Of a lesion's median on T1ce, in robust standard deviations of the brain (at most 0.93).
_BRIGHT_LESION = 1.2
_ABOUT_THIS_MANY = 200_000


def why_not(study: Study, finding: TumourFinding, card: ModelCard, asked: bool = False) -> str:
    """Why the model must not answer for this study, as a sentence; empty if it may.

    asked : the user wants an answer for a slice all the same; that the detector is unsure is then a
        doubt about the answer (``why_unsure``).
    """
    absent = [name for name in card.needed if name not in study.volumes]
    if absent:
        return f"The model needs {listed(absent)}, which the study does not have."
    images = {str(m): v.data for m, v in study.volumes.items() if str(m) in card.sequences}
    brain = finding.brain
    if brain is not None and brain.any():
        reason = (
            _no_brain(study, brain)
            or _no_mr(images, brain)
            or _same_image(images, brain)
            or _swapped(study, brain)
        )
        if reason:
            return reason
    if not asked and (unsure := why_unsure(finding)):
        return f"{unsure} {ALL_THE_SAME}"
    return ""


def why_unsure(finding: TumourFinding) -> str:
    """Why what was found may be no tumour, as a sentence; empty if the detector is sure enough."""
    if not finding.found or finding.confidence >= _LEAST_SURE:
        return ""
    return (
        f"It is too uncertain where the tumour is (confidence {probability(finding.confidence)})."
    )


def what_is_unusual(study: Study, finding: TumourFinding) -> str:
    """A sentence to show beside an answer; empty if nothing is unusual."""
    brain, lesion, t1ce = finding.brain, finding.mask, study.volumes.get(Modality.T1CE)
    if brain is None or lesion is None or t1ce is None or not (brain & ~lesion).any():
        return ""
    if not lesion.any() or t1ce.constant:
        return ""
    ordinary = _some(t1ce.data, brain & ~lesion)
    middle = float(np.median(ordinary))
    spread = robust_spread(ordinary, middle)
    if float(np.median(_some(t1ce.data, lesion))) <= middle + _BRIGHT_LESION * spread:
        return ""
    return (
        "Most of the lesion is bright on T1ce, which it is in no glioma that the model was trained "
        "on: FLAIR and T1ce may be swapped, or this is another kind of tumour."
    )


def _no_brain(study: Study, brain: NDArray[np.bool_]) -> str:
    millilitres = float(np.count_nonzero(brain) * np.prod(study.grid.spacing) / 1000)
    if not _BRAIN_ML[0] <= millilitres <= _BRAIN_ML[1]:
        return f"This does not look like a whole brain: its volume would be {millilitres:.0f} mL."
    extents = [
        np.ptp(np.flatnonzero(brain.any(axis=axes))) + 1 for axes in ((1, 2), (0, 2), (0, 1))
    ]
    filled = np.count_nonzero(brain) / float(np.prod(extents))
    if not _BRAIN_FILLS[0] <= filled <= _BRAIN_FILLS[1]:
        return "This does not look like a brain: its shape is not that of one."
    return ""


def _no_mr(images: Mapping[str, NDArray[Any]], brain: NDArray[np.bool_]) -> str:
    for name, data in images.items():
        values = _some(data, brain)
        middle = float(np.median(values))
        spread = robust_spread(values, middle)
        as_ct = float(data.min()) < _AIR_HU and _BRAIN_HU[0] <= middle <= _BRAIN_HU[1]
        if as_ct or (middle > 0 and spread < _LEAST_CONTRAST * middle):
            return f"{name} does not look like MR: it has the values or the contrast of a CT scan."
    return ""


def _same_image(images: Mapping[str, NDArray[Any]], brain: NDArray[np.bool_]) -> str:
    values = {name: _some(data, brain) for name, data in images.items()}
    for one, other in combinations(values, 2):
        if values[one].std() > 0 and values[other].std() > 0:
            alike = float(np.corrcoef(values[one], values[other])[0, 1])
            if alike > _SAME_IMAGE:
                return f"{one} and {other} are the same image: say which file is which sequence."
    return ""


def _swapped(study: Study, brain: NDArray[np.bool_]) -> str:
    """Fluid is dark on T1, with contrast agent and without, dark on FLAIR, and bright on T2.

    So FLAIR has to follow T1 more closely than T2 does. Ranks are compared (Spearman, 1904): only
    the order of the tissues counts, and no bound has to be chosen.
    """
    there = {m: v for m, v in study.volumes.items() if not v.constant}
    t1 = there.get(Modality.T1, there.get(Modality.T1CE))
    flair, t2 = there.get(Modality.FLAIR), there.get(Modality.T2)
    if t1 is None or flair is None or t2 is None:
        return ""
    ranks = [average_ranks(_some(volume.data, brain)) for volume in (t1, flair, t2)]
    with_flair, with_t2 = np.asarray(np.corrcoef(ranks))[0, 1:]
    if with_t2 > with_flair:
        return "FLAIR and T2 seem to be swapped: say which file is which sequence."
    return ""


def _some(data: NDArray[Any], brain: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Values inside the brain, thinned out: enough for a median or a correlation."""
    step = max(1, round((np.count_nonzero(brain) / _ABOUT_THIS_MANY) ** (1 / 3)))
    thin = (slice(None, None, step),) * 3
    return np.asarray(data[thin][brain[thin]], np.float32)
