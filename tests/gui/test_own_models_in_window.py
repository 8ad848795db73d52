"""A model that the user added answers in the window, and says that nobody measured it here."""

from pathlib import Path

import numpy as np
import pytest
from own_networks import CLASSES, write_onnx
from PIL import Image
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.gui.dialogs.pages import card_page
from brainviewer.gui.panels.result.prevalence_menu import fill_models
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.models.installation.install import Options, add_model, remove_model
from tests.gui.eyes import texts

USUAL = "ResNet50 tumour on one image"


@pytest.fixture
def opened(session: Session, tmp_path: Path) -> Session:
    """An image is open that no model was asked about, and a model of images was added."""
    options = Options(CLASSES, "scale=0..1", "Mine & yours")
    add_model(write_onnx(tmp_path / "net.onnx"), options)
    rows, columns = np.mgrid[:128, :128] - 64
    head = np.where(rows**2 + columns**2 < 2500, 120 + rows, 4).astype(np.uint8)
    Image.fromarray(head).save(tmp_path / "image.png")
    session.documents.open([tmp_path / "image.png"])
    return session


def menu_of(session: Session, card: ResultPanel) -> dict[str, bool]:
    """The models that the menu offers, each with whether it is checked."""
    menu = QMenu(card)
    fill_models(menu, session)
    return {action.text(): action.isChecked() for action in menu.actions()}


def choose(session: Session, card: ResultPanel, words: str) -> None:
    menu = QMenu(card)
    fill_models(menu, session)
    next(action for action in menu.actions() if words in action.text()).trigger()


def test_it_is_chosen_in_the_menu_and_answers(card: ResultPanel, opened: Session) -> None:
    offered = menu_of(opened, card)
    own = next(text for text in offered if "yours" in text)
    assert own == "Mine && yours (yours, not measured here)"
    assert [text for text, checked in offered.items() if checked] == [USUAL]
    assert not any("glioma" in text.lower() and "Lesion" in text for text in offered)
    choose(opened, card, "Mine")
    opened.classification.run()
    result = opened.state.classification
    assert opened.state.classification_status is Status.DONE, opened.state.classification_message
    assert result is not None
    assert result.model_id == "mine-yours"
    assert result.heatmap is not None
    said = texts(card)
    assert "Added by you, not measured here" in said
    assert "not calibrated" in said
    assert menu_of(opened, card)[own]


def test_its_card_says_so(qtbot: QtBot, opened: Session) -> None:
    page = card_page("mine-yours")
    qtbot.addWidget(page)
    said = page.text.toPlainText()
    assert "You added this model. It was not measured here" in said
    assert "No figures were measured" in said
    assert "sees the image, whole, 32 × 32 pixels" in said.replace("\n", " ")


def test_one_that_was_removed_leaves_its_place_to_the_usual_one(
    card: ResultPanel, opened: Session
) -> None:
    opened.settings.update(image_model="mine-yours")
    remove_model("mine-yours")
    offered = menu_of(opened, card)
    assert [text for text, checked in offered.items() if checked] == [USUAL]
