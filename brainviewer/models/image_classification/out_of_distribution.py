"""Whether a single image is like those that a model was trained on; see ``models.feature_ood``."""

from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineAnswer
from brainviewer.models.feature_ood import too_far


def why_unlike(card: ModelCard, answer: EngineAnswer) -> str:
    """Why the network does not know what it saw, as a sentence; empty if it may know it."""
    if far := too_far(card.scope, answer.features):
        return f"The picture looks unlike every picture that the model was trained on {far}."
    return ""
