"""A small made-up model card."""

import copy
from pathlib import Path
from typing import Any

import pytest

from brainviewer.models.card import ModelCard, Network
from brainviewer.models.card_file import parse_card

CARD: dict[str, Any] = {
    "format": 2,
    "id": "small",
    "version": "1.2.3",
    "name": "Small model",
    "classes": [
        {"code": "A", "name": "Astrocytoma"},
        {"code": "O", "name": "Oligodendroglioma"},
        {"code": "G", "name": "Glioblastoma"},
    ],
    "sequences": ["T1", "FLAIR", "T1ce"],
    "needed": ["FLAIR"],
    "head": {
        "classes": ["A", "O", "G"],
        "network": {"alone": 0.5, "together": 0.4},
        "descriptors": None,
        "age": {
            "weight": 1.0,
            "normal": {
                "A": {"mean_years": 40.0, "sd_years": 10.0},
                "O": {"mean_years": 50.0, "sd_years": 10.0},
                "G": {"mean_years": 60.0, "sd_years": 10.0},
            },
        },
        "prevalences": {
            "training": {"shares": {"A": 0.5, "O": 0.25, "G": 0.25}, "source": "tests"},
            "clinic": {"shares": {"A": 0.1, "O": 0.1, "G": 0.8}, "source": "tests"},
        },
        "default_prevalence": "training",
        "least_confident": 0.5,
        "lapse": 0.0,
    },
    "network": {
        "input": {
            "size": 64,
            "channels": ["T1", "FLAIR", "T1ce"],
            "steps": [
                {
                    "name": "standardise_near_lesion",
                    "gap": 0.02,
                    "reach": 0.25,
                    "rim": 0.07,
                    "floor": 0.1,
                    "low": -4.0,
                    "high": 8.0,
                },
                {"name": "crop_around_lesion", "margin": 1.5, "least_of_head": 0.25},
            ],
        },
        "dense_layer": "layers/dense/vars/0",
    },
    "figures": {
        "image": [
            {"name": "accuracy", "value": 0.6, "low": 0.5, "high": 0.7, "patients": 93},
            {
                "name": "error below the threshold",
                "value": 0.5,
                "low": 0.3,
                "high": 0.7,
                "patients": 12,
            },
        ],
        "image and age": [
            {"name": "accuracy", "value": 0.7, "low": 0.6, "high": 0.8, "patients": 93},
        ],
    },
    "training_data": "made up",
    "intended_use": "tests",
    "limits": ["not a model"],
    "roles": {"architecture": "a.json", "weights": "w.h5", "graph": "g.onnx"},
    "files": {"a.json": "0" * 64, "w.h5": "1" * 64, "g.onnx": "2" * 64},
}


@pytest.fixture
def content() -> dict[str, Any]:
    """A card's content that a test may change."""
    return copy.deepcopy(CARD)


@pytest.fixture
def network(card: ModelCard) -> Network:
    """Its network; the files do not exist."""
    assert card.network is not None
    return card.network


@pytest.fixture
def card(content: dict[str, Any], tmp_path: Path) -> ModelCard:
    return parse_card(content, tmp_path)
