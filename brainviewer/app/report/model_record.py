"""A model's card as plain data: ``models --json``."""

from dataclasses import asdict
from typing import Any

from brainviewer.core.findings import ANSWER, HEATMAP, SCOPE
from brainviewer.models.card import Card, ModelCard, Task


def model_record(card: Card) -> dict[str, Any]:
    """What is known about a model."""
    return {
        "id": card.id,
        "version": card.version,
        "name": card.name,
        "task": str(card.task),
        "answers_for": "images" if card.of_pictures else "studies",
        "sequences": list(card.sequences),
        "needed": list(card.needed),
        "network": None if card.network is None else card.network.id,
        **(_classifier(card) if isinstance(card, ModelCard) else _SEGMENTS),
        "figures": {
            situation: [asdict(figure) for figure in figures]
            for situation, figures in card.figures.items()
        },
        "training_data": card.training_data,
        "intended_use": card.intended_use,
        "limits": list(card.limits),
        "weights_sha256": card.weights_sha256 or None,
    }


def _classifier(card: ModelCard) -> dict[str, Any]:
    return {
        "classes": {item.code: item.name for item in card.classes},
        "network_used_for": _uses(card),
        "takes_age": card.head.age is not None,
        "takes_descriptors": card.head.descriptors is not None,
        "prevalences": {
            name: {
                "source": item.source,
                "shares": dict(zip(card.codes, item.shares, strict=True)),
            }
            for name, item in card.head.prevalences.items()
        },
        "default_prevalence": card.head.default,
        "least_confident": card.head.least_confident,
    }


_SEGMENTS: dict[str, Any] = {
    "classes": {},
    "network_used_for": [str(Task.SEGMENTATION)],
    "takes_age": False,
    "takes_descriptors": False,
    "prevalences": {},
    "default_prevalence": None,
    "least_confident": None,
}


def _uses(card: ModelCard) -> list[str]:
    """What the model runs a network for."""
    if card.network is None:
        return []
    answer = [] if card.head.network is None else [ANSWER]
    return [*answer, *([] if card.scope is None else [SCOPE]), HEATMAP]
