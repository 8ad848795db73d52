"""Say what a single picture of a head shows: a kind of tumour, or none."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.core.findings import ANSWER, HEATMAP, PICTURE, SCOPE, Classification, Heatmap
from brainviewer.core.slices import Plane
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.image_classification.calibration import calibrated
from brainviewer.models.image_classification.eligibility import grey_of, why_not_picture
from brainviewer.models.image_classification.input import prepare_picture
from brainviewer.models.image_classification.out_of_distribution import why_unlike
from brainviewer.models.prediction import activation, answered, refused, unanswered
from brainviewer.models.registry import picture_model


def classify_picture(
    picture: NDArray[np.generic],
    engine: Runner,
    *,
    model_id: str | None = None,
    prevalence: str | None = None,
    report: Report = silent,
    picture_hash: str = "",
) -> Classification:
    """Run a model on one picture.

    picture : (rows, columns) grey in any unit, bright where the tissue is, or (rows, columns, 3)
        RGB, 0 to 255
    model_id : the model that comes with the application if None.
    prevalence : name of one of the model's settings; its usual one if None.
    picture_hash : fingerprint of the picture's content, to be kept with the result.

    A picture that the model must not answer for is a result with ``in_scope`` False and no class.
    The heatmap lies over the whole picture as slice 0.
    Raises ModelError if the model or the prevalence is unknown or the engine fails; Cancelled if
    ``report`` does.
    """
    report(0.0, "Preparing the picture")
    card = picture_model(model_id)
    setting = card.head.setting(prevalence)
    if reason := why_not_picture(picture):
        return refused(unanswered(card, None, picture_hash, sequences=(PICTURE,)), reason)
    prepared = prepare_picture(grey_of(picture), card.input)

    def report_engine(fraction: float, text: str) -> None:
        report(0.1 + 0.8 * fraction, text)

    assert card.network is not None  # it has an input
    answer = engine.predict(card.network, prepared.tensor, report_engine)
    scope = {} if card.scope is None else {SCOPE: 0}
    bare = unanswered(card, answer, picture_hash, scope, (PICTURE,))
    if unlike := why_unlike(card, answer):
        return refused(bare, unlike)
    bare = unanswered(card, answer, picture_hash, {ANSWER: 0, **scope, HEATMAP: 0}, (PICTURE,))
    verdict = calibrated(card, answer, setting)
    report(1.0, "Classified")
    return replace(
        answered(bare, card, verdict),
        heatmap=Heatmap(Plane.AXIAL, 0, activation(card, answer, prepared, verdict.predicted)),
    )
