"""Which models are installed, and whether their files are what their cards say."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.ordinary_file import open_ordinary
from brainviewer.models.card import Card, ModelCard, Network, SegmentationCard
from brainviewer.models.card_file import CARD_FILE, parse_card, read_content, shares_network

AnyCard = TypeVar("AnyCard", bound=Card)

DEFAULT_MODEL = "glioma-descriptors"
"""The winner of the declared criterion (``training.subtype.evaluate``)."""
DEFAULT_IMAGE_MODEL = "xception-tumour"
"""The model of single images that answers unless another is asked for."""
SEGMENTATION_MODEL = "lesion-outline"
"""The model that segments lesions."""

_Stamps = tuple[tuple[Path, int, int], ...]


def installed_models(extra_folder: Path | None = None) -> list[Card]:
    """Cards of all models, sorted by id: those that ship, and those in ``extra_folder``.

    A model in ``extra_folder`` takes the place of one that ships with the same id. Cards are read
    once in a process unless their files change. Raises ModelError if a card is wrong.
    """
    folders = (resources() / "models", extra_folder)
    files = [
        path
        for folder in folders
        if folder is not None and folder.is_dir()
        for path in sorted(folder.glob(f"*/{CARD_FILE}"))
    ]
    return list(_cards(_stamps(files)))


def classification_models(extra_folder: Path | None = None) -> list[ModelCard]:
    """Those of them that classify studies or single images."""
    return [card for card in installed_models(extra_folder) if isinstance(card, ModelCard)]


def segmentation_model() -> SegmentationCard | None:
    """The model that segments lesions; None if it is not installed, or damaged."""
    folder = resources() / "models" / SEGMENTATION_MODEL
    try:
        return _sound_segmentation(_stamps([folder / CARD_FILE]))
    except (ModelError, OSError):
        return None


def card_of(model_id: str) -> Card:
    """The card of a model of any task; raises ModelError if it is not installed."""
    return _chosen(model_id, installed_models())


def model(model_id: str = DEFAULT_MODEL, extra_folder: Path | None = None) -> ModelCard:
    """The card of a model that classifies; raises ModelError if it is not installed."""
    return _chosen(model_id, classification_models(extra_folder))


def _chosen(model_id: str, installed: Sequence[AnyCard]) -> AnyCard:
    cards = {card.id: card for card in installed}
    if model_id not in cards:
        if not cards:
            raise ModelError("No model is installed.", "Install BrainViewer again.")
        known = ", ".join(cards)
        raise ModelError(
            f"There is no model called {model_id}.", f"Choose one of the installed models: {known}."
        )
    return cards[model_id]


def _stamps(files: Sequence[Path]) -> _Stamps:
    """Files with when they were written and their sizes; raises OSError if one is missing."""
    known = [(path, path.stat()) for path in files]
    return tuple((path, of.st_mtime_ns, of.st_size) for path, of in known)


@lru_cache(maxsize=8)
def _cards(files: _Stamps) -> tuple[Card, ...]:
    contents = {path.parent: read_content(path.parent) for path, *_ in files}
    own = [folder for folder, content in contents.items() if not shares_network(content)]
    owners = {card.id: card for card in (parse_card(contents[one], one) for one in own)}
    others = [parse_card(contents[one], one, owners) for one in contents if one not in own]
    cards = owners | {card.id: card for card in others}
    return tuple(cards[name] for name in sorted(cards))


@lru_cache(maxsize=8)
def _sound_segmentation(file: _Stamps) -> SegmentationCard | None:
    card = _cards(file)[0]
    if not isinstance(card, SegmentationCard):
        return None
    verify(card.network)
    return card


def study_model(model_id: str | None = None) -> ModelCard:
    """A model that answers for studies, the default for None; raises ModelError if it does not."""
    return _answering_for("studies", "single images", model(model_id or DEFAULT_MODEL))


def image_model(model_id: str | None = None) -> ModelCard:
    """The same for single images."""
    return _answering_for("single images", "studies", model(model_id or DEFAULT_IMAGE_MODEL))


def _answering_for(wanted: str, other: str, card: ModelCard) -> ModelCard:
    if card.of_images is (wanted == "studies"):
        usual = DEFAULT_MODEL if wanted == "studies" else DEFAULT_IMAGE_MODEL
        raise ModelError(
            f"The model {card.id} answers for {other}, not for {wanted}.",
            f"Choose a model of {wanted.removeprefix('single ')}, such as {usual}.",
        )
    return card


def verify(owner: Card | Network) -> None:
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
