"""Whether a single image is like those that a model was trained on; see ``models.feature_ood``."""

from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.feature_ood import too_far


def why_unlike(card: ModelCard, prediction: EngineOutput) -> str:
    """Why the network does not know what it saw, as a sentence; empty if it may know it."""
    if far := too_far(card.ood_check, prediction.features):
        return f"The image looks unlike every image that the model was trained on {far}."
    return ""
