"""How probable each class of a single image is: calibrated on images that the network never saw."""

from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineAnswer
from brainviewer.models.prediction import mean_logits
from brainviewer.models.subtype.fusion_head import Verdict


def calibrated(card: ModelCard, answer: EngineAnswer, prevalence: str) -> Verdict:
    """The outputs for an image and its mirror image, averaged and scaled by a temperature, with
    the prevalence and the contamination rate of the head; see ``subtype.fusion_head``.

    Raises ModelError if the outputs are not those of the model.
    """
    return card.head.answer(mean_logits(card, answer.logits), prevalence=prevalence)
