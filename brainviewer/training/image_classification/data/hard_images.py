"""Which images are hard to tell from another class by their looks alone.

What a linear classifier on the features of the pretrained network calls wrong cannot be told by
how the whole image looks, and is drawn more often (cf. Liu et al. 2021, "Just train twice").
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from brainviewer.models.card import ModelInput
from brainviewer.models.image_classification.input import prepare_image
from brainviewer.training.image_classification.data.tumour_folds import FOLDS
from brainviewer.training.image_classification.data.tumour_samples import UNMEASURED, Sample
from brainviewer.training.precision import mixed_precision
from brainviewer.training.resnet50 import MapNetwork

_BATCH = 32
_STRENGTH = 3e-3  # inverse of the regularisation, for standardised features


def middle_features(
    network: MapNetwork, samples: Sequence[Sample], model_input: ModelInput
) -> NDArray[np.float32]:
    """(n, c): the maps at size / 16 of the unvaried images, averaged over places."""
    network = network.eval().to(memory_format=torch.channels_last)
    rows = []
    for start in range(0, len(samples), _BATCH):
        tensors = [
            prepare_image(sample.image, model_input).tensor[:1]
            for sample in samples[start : start + _BATCH]
        ]
        images = torch.from_numpy(np.concatenate(tensors)).permute(0, 3, 1, 2)
        with torch.no_grad(), mixed_precision():
            maps, _ = network.maps(images.contiguous(memory_format=torch.channels_last))
        rows.append(maps.float().mean(dim=(2, 3)).numpy())
    return np.concatenate(rows)


def hardness(
    features: NDArray[np.float32], samples: Sequence[Sample], allowed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(n,) probability that is missing to the right answer, by a classifier of other folds.

    allowed : (n,) what may be learned from; 0 for all else. Only folds that are allowed take part.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = np.array([sample.label for sample in samples])
    folds = np.array([sample.fold for sample in samples])
    alone = np.flatnonzero(folds == UNMEASURED)
    folds[alone] = FOLDS[0] + np.arange(len(alone)) % len(FOLDS)
    missing = np.zeros(len(samples))
    for fold in FOLDS:
        asked = np.flatnonzero(allowed & (folds == fold))
        known = allowed & (folds != fold)
        if not len(asked) or len(set(labels[known])) < 2:
            continue
        classifier = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=_STRENGTH, max_iter=300, class_weight="balanced"),
        ).fit(features[known], labels[known])
        place = {label: n for n, label in enumerate(classifier.classes_)}
        right = [place.get(label, -1) for label in labels[asked].tolist()]
        found = classifier.predict_proba(features[asked])[np.arange(len(asked)), right]
        missing[asked] = 1 - np.where(np.array(right) < 0, 0, found)
    return missing
