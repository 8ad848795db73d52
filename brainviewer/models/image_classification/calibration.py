"""How probable each class of a single image is: calibrated on images that the network never saw."""

from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.prediction import mean_logits
from brainviewer.models.subtype.fusion_head import FusedPrediction


def calibrated(card: ModelCard, prediction: EngineOutput, prevalence: str) -> FusedPrediction:
    """The outputs for an image and its mirror image, averaged and scaled by a temperature, with
    the prevalence and the contamination rate of the head; see ``subtype.fusion_head``.

    Raises ModelError if the outputs are not those of the model.
    """
    return card.fusion_head.predict(mean_logits(card, prediction.logits), prevalence=prevalence)
