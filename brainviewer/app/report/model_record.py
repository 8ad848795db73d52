"""A model's card as plain data: ``models --json``."""

from dataclasses import asdict
from typing import Any

from brainviewer.core.findings.networks import HEATMAP, OOD_CHECK, PREDICTION
from brainviewer.models.card import Card, ModelCard
from brainviewer.models.card_metrics import ExternalTest


def model_record(card: Card) -> dict[str, Any]:
    """What is known about a model."""
    return {
        "id": card.id,
        "version": card.version,
        "name": card.name,
        "task": str(card.task),
        "answers_for": "images" if card.of_images else "studies",
        "sequences": list(card.sequences),
        "needed": list(card.needed),
        "network": None if card.network is None else card.network.id,
        **(_classifier(card) if isinstance(card, ModelCard) else _told_apart(card)),
        "figures": {
            situation: [asdict(metric) for metric in metrics]
            for situation, metrics in card.metrics.items()
        },
        "external": [_external(test) for test in card.external],
        "training_data": card.training_data,
        "intended_use": card.intended_use,
        "limits": list(card.limits),
        "measured_here": not card.own,
        "weights_sha256": card.weights_sha256 or None,
    }


def _external(test: ExternalTest) -> dict[str, Any]:
    record = asdict(test)
    record["figures"] = record.pop("metrics")
    return record


def _classifier(card: ModelCard) -> dict[str, Any]:
    return {
        "classes": {item.code: item.name for item in card.classes},
        "network_used_for": _uses(card),
        "takes_age": card.fusion_head.age is not None,
        "takes_descriptors": card.fusion_head.descriptors is not None,
        "prevalences": {
            name: {
                "source": item.source,
                "shares": dict(zip(card.codes, item.shares, strict=True)),
            }
            for name, item in card.fusion_head.prevalences.items()
        },
        "default_prevalence": card.fusion_head.default,
        "least_confident": card.fusion_head.least_confident,
    }


def _told_apart(card: Card) -> dict[str, Any]:
    """Of a model that tells voxels apart, not classes."""
    return {
        "classes": {},
        "network_used_for": [str(card.task)],
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
    prediction = [] if card.fusion_head.network is None else [PREDICTION]
    return [*prediction, *([] if card.ood_check is None else [OOD_CHECK]), HEATMAP]
