"""Say what a single image of a head shows: a kind of tumour, or none."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent, within
from brainviewer.core.findings.classification import IMAGE, Classification, Heatmap
from brainviewer.core.findings.networks import HEATMAP, OOD_CHECK, PREDICTION
from brainviewer.core.slices import Plane
from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.image_classification.calibration import calibrated
from brainviewer.models.image_classification.eligibility import grey_of, why_not_image
from brainviewer.models.image_classification.input import prepare_image
from brainviewer.models.image_classification.out_of_distribution import why_unlike
from brainviewer.models.prediction import activation, classified, refused, unclassified
from brainviewer.models.registry import image_model


def classify_image(
    image: NDArray[np.generic],
    engine: Runner,
    *,
    model_id: str | None = None,
    prevalence: str | None = None,
    report: Report = silent,
    image_hash: str = "",
    card: ModelCard | None = None,
    heatmap: bool = True,
) -> Classification:
    """Run a model on one image.

    image : (rows, columns) grey in any unit, bright where the tissue is, or (rows, columns, 3)
        RGB, 0 to 255
    model_id : the model that comes with the application if None.
    prevalence : name of one of the model's settings; its usual one if None.
    image_hash : fingerprint of the image's content, to be kept with the result.
    card : of a model that is not installed, instead of ``model_id``.
    heatmap : whether one is wanted, where the network has what it takes; it lies over the whole
        image as slice 0.

    An image that the model must not answer for is a result with ``in_scope`` False and no class.
    Raises ModelError if the model or the prevalence is unknown or the engine fails; Cancelled if
    ``report`` does.
    """
    report(0.0, "Preparing the image")
    card = card or image_model(model_id)
    setting = card.fusion_head.setting(prevalence)
    if reason := why_not_image(image):
        return refused(unclassified(card, None, image_hash, sequences=(IMAGE,)), reason)
    prepared = prepare_image(grey_of(image), card.input)
    assert card.network is not None  # it has an input
    prediction = engine.predict(card.network, prepared.tensor, within(report, 0.1, 0.8))
    looks = {} if prediction.dense is None or not heatmap else {HEATMAP: 0}
    ood_check = {} if card.ood_check is None else {OOD_CHECK: 0}
    bare = unclassified(card, prediction, image_hash, ood_check, (IMAGE,))
    if unlike := why_unlike(card, prediction):
        return refused(bare, unlike)
    used_for = {PREDICTION: 0, **ood_check, **looks}
    bare = unclassified(card, prediction, image_hash, used_for, (IMAGE,))
    fused = calibrated(card, prediction, setting)
    seen = activation(card, prediction, prepared, fused.predicted) if heatmap else None
    report(1.0, "Classified")
    return replace(
        classified(bare, card, fused),
        heatmap=None if seen is None else Heatmap(Plane.AXIAL, 0, seen),
    )
