"""What card and README of the models for single images claim is what was measured."""

import json

import pytest

from brainviewer.models.card import ModelCard
from brainviewer.models.registry import classification_models, verify
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.evaluation.tumour_evaluation import tables
from brainviewer.training.image_classification.tumour_package import card_content
from brainviewer.training.json_files import dump
from brainviewer.training.model_files import read_about

CARDS = [card for card in classification_models() if card.of_images]


@pytest.fixture(params=CARDS, ids=lambda card: card.id)
def card(request: pytest.FixtureRequest) -> ModelCard:
    made: ModelCard = request.param
    return made


def test_the_files_are_those_of_the_card(card: ModelCard) -> None:
    verify(card)
    assert card.codes == CLASSES
    assert all((card.folder / name).stat().st_size < 50e6 for name in card.files)


def test_the_card_says_what_was_written_and_what_was_measured(card: ModelCard) -> None:
    evaluation = json.loads((card.folder / "evaluation.json").read_text(encoding="utf-8"))
    content = card_content(read_about(card.folder), evaluation, card.folder)
    assert (card.folder / "card.json").read_text(encoding="utf-8") == dump(content)


def test_the_readme_holds_the_tables(card: ModelCard) -> None:
    evaluation = json.loads((card.folder / "evaluation.json").read_text(encoding="utf-8"))
    assert tables(evaluation) in (card.folder / "README.md").read_text(encoding="utf-8")
