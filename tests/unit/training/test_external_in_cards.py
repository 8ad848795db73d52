"""Tests on other data go from an evaluation into the card of the model that they are of."""

from pathlib import Path
from typing import Any

from brainviewer.models.card_metrics import parse_external
from brainviewer.training.model_files import card_of, external_of

FIGURES = [{"name": "accuracy", "value": 0.6, "low": 0.4, "high": 0.8, "patients": 14}]
TEST = {"name": "apart", "date": "2026-11-29", "version": "1", "cases": 16, "answered": 14}
ABOUT = {
    "id": "one", "version": "1", "name": "One", "class_names": {"A": "a", "G": "g"},
    "sequences": ["FLAIR"], "needed": ["FLAIR"], "training_data": "t", "intended_use": "u",
    "limits": [],
}  # fmt: skip


def card(evaluation: dict[str, Any]) -> dict[str, Any]:
    return card_of(
        ABOUT,
        ("A", "G"),
        {},
        Path(),
        fusion_head={},
        network=None,
        figures={},
        external=external_of(evaluation, "one"),
    )


def test_a_card_holds_the_tests_of_its_own_model_only() -> None:
    mine, shared = {**TEST, "figures": FIGURES}, {**TEST, "name": "all", "figures": FIGURES}
    others = {**TEST, "name": "not mine", "figures": FIGURES, "model": "two"}
    held = card({"external": [{**mine, "model": "one"}, shared, others]})["external"]
    assert held == [mine, shared]
    assert [test.name for test in parse_external(held)] == ["apart", "all"]


def test_without_tests_a_card_is_as_before() -> None:
    assert "external" not in card({})
    assert "external" not in card({"external": []})
