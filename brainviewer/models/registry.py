"""Which models are installed, and whether their files are what their cards say."""

import hashlib
from pathlib import Path

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.ordinary_file import open_ordinary
from brainviewer.models.card import ModelCard, Network
from brainviewer.models.card_file import CARD_FILE, borrows, load_card

DEFAULT_MODEL = "glioma-descriptors"
"""The winner of the declared criterion (``training.evaluate``)."""
DEFAULT_PICTURE_MODEL = "xception-tumour"
"""The model of single pictures that answers unless another is asked for."""


def installed_models(extra_folder: Path | None = None) -> list[ModelCard]:
    """Cards of all models, sorted by id: those that ship, and those in ``extra_folder``.

    A model in ``extra_folder`` takes the place of one that ships with the same id. Raises
    ModelError if a card is wrong.
    """
    cards: dict[str, ModelCard] = {}
    borrowers: list[Path] = []
    for folder in (resources() / "models", extra_folder):
        if folder is not None and folder.is_dir():
            for path in sorted(folder.glob(f"*/{CARD_FILE}")):
                if borrows(path.parent):
                    borrowers.append(path.parent)
                else:
                    card = load_card(path.parent)
                    cards[card.id] = card
    lenders = dict(cards)
    for folder in borrowers:
        card = load_card(folder, lenders)
        cards[card.id] = card
    return [cards[name] for name in sorted(cards)]


def model(model_id: str = DEFAULT_MODEL, extra_folder: Path | None = None) -> ModelCard:
    """The card of one model; raises ModelError if it is not installed."""
    cards = {card.id: card for card in installed_models(extra_folder)}
    if model_id not in cards:
        if not cards:
            raise ModelError("No model is installed.", "Install BrainViewer again.")
        known = ", ".join(cards)
        raise ModelError(
            f"There is no model called {model_id}.", f"Choose one of the installed models: {known}."
        )
    return cards[model_id]


def study_model(model_id: str | None = None) -> ModelCard:
    """A model that answers for studies, the default for None; raises ModelError if it does not."""
    card = model(model_id or DEFAULT_MODEL)
    if card.of_pictures:
        raise ModelError(
            f"The model {card.id} answers for single pictures, not for studies.",
            f"Choose a model of studies, such as {DEFAULT_MODEL}.",
        )
    return card


def picture_model(model_id: str | None = None) -> ModelCard:
    """A model that answers for single pictures, the default for None.

    Raises ModelError if it is not installed, or answers for studies.
    """
    card = model(model_id or DEFAULT_PICTURE_MODEL)
    if not card.of_pictures:
        raise ModelError(
            f"The model {card.id} answers for studies, not for single pictures.",
            f"Choose a model of pictures, such as {DEFAULT_PICTURE_MODEL}.",
        )
    return card


def verify(owner: ModelCard | Network) -> None:
    """Check every file of a model or of a network against its card, before it is loaded.

    Raises ModelError if a file is missing or its sha256 differs.
    """
    for name, expected in owner.files.items():
        try:
            with open_ordinary(owner.folder / name) as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except (FileError, OSError):
            raise ModelError(
                f"The file {name} of the model {owner.id} is missing.", "Install the model again."
            ) from None
        if found != expected:
            raise ModelError(
                f"The file {name} of the model {owner.id} is damaged or was changed.",
                "Install the model again; a file with another sha256 is never loaded.",
            )
