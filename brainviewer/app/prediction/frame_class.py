"""The class of one frame of an image, where a model for single images is installed."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from brainviewer.core.errors import ModelError, Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.app.monitoring.prediction_log import PredictionLog
    from brainviewer.models.card import ModelCard
    from brainviewer.models.engine.runtimes import Runner

NO_IMAGE_MODEL = "No model for single images is installed."


def image_classifier() -> Callable[..., Classification] | None:
    """What classifies single images; None where no model for them is installed."""
    from brainviewer.models.registry import classification_models

    try:
        if not any(card.of_images for card in classification_models()):
            return None
    except ModelError:  # a wrong card is told when the engine starts
        return None
    from brainviewer.app.prediction.recorded import classify_image

    return classify_image


def classify_frame(
    study: Study,
    frame: int,
    engine: "Runner",
    report: Report,
    prevalence: str = "",
    *,
    model_id: str | None = None,
    kept: "PredictionLog | None" = None,
) -> Classification:
    """The class of one frame of an image, from 0.

    prevalence : one of the settings of the model; its usual one if empty or unknown to it.
    model_id : the model that comes with the application if None.
    kept : where the answer is kept for monitoring; nowhere if None.

    Raises NotClassified where no model for single images is installed; see also
    ``classify_image``.
    """
    classify_image = image_classifier()
    if classify_image is None:
        from brainviewer.models.subtype.prediction import NotClassified

        raise NotClassified(NO_IMAGE_MODEL)
    from brainviewer.models.registry import image_model

    began = time.perf_counter()
    result = classify_image(
        study.image_pixels(frame),
        engine,
        model_id=model_id,
        prevalence=known_prevalence(prevalence, image_model(model_id)),
        report=report,
        image_hash=study.content_hash,
    )
    if kept is not None:
        kept.classification(result, study, seconds=time.perf_counter() - began, frame=frame)
    return of_frame(result, study, frame)


def of_frame(result: Classification, study: Study, frame: int) -> Classification:
    """An answer with the frame that it is for: the network saw one image and cannot know."""
    heat, network = result.heatmap, result.network
    if network is not None:
        network = replace(network, used_for=dict.fromkeys(network.used_for, frame))
    return replace(
        result,
        slice_index=frame,
        frames=study.grid.shape[2],
        network=network,
        heatmap=None if heat is None else replace(heat, index=frame),
    )


def known_prevalence(name: str, card: "ModelCard") -> str | None:
    """The setting of this name, if the model has it: it may be another one now."""
    return name if name in card.fusion_head.prevalences else None


def wait_for_rest(report: Report, seconds: float) -> None:
    """Wait, so that images that are only passed by are not classified; Cancelled by ``report``.

    seconds : how long an image must have been looked at.
    """
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(left, 0.03))
        report(0.0, "")
