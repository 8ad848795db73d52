"""Which models are installed, and whether their files are what their cards say."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.ordinary_file import open_ordinary
from brainviewer.files.user_folders import models_folder
from brainviewer.models.brain_extraction.card import BrainExtractionCard
from brainviewer.models.card import Card, ModelCard, Network, SegmentationCard
from brainviewer.models.card_file import CARD_FILE, parse_card, read_content, shares_network

AnyCard = TypeVar("AnyCard", bound=Card)

DEFAULT_MODEL = "glioma-fused"
"""All parts answer, as was decided beforehand (``training.subtype.evaluate``)."""
DEFAULT_IMAGE_MODEL = "resnet50-tumour"
"""The model of single images that answers unless another is asked for."""
SEGMENTATION_MODEL = "lesion-outline"
"""The model that segments lesions."""
BRAIN_MODEL = "deepbet"
"""The model that cuts out the brain of a head with skull."""

_Stamp = tuple[Path, int, int]
_Stamps = tuple[_Stamp, ...]


def installed_models() -> list[Card]:
    """Cards of all models: those that ship, then those that the user added, each sorted by id.

    Cards are read once in a process unless their files change. Those that the user added and that
    cannot be used are left out. Raises ModelError if the card of one that ships is wrong.
    """
    added = (card for card in own_models().values() if isinstance(card, ModelCard))
    return [*shipped_models(), *added]


def shipped_models() -> tuple[Card, ...]:
    """The models that come with the application."""
    return _cards(_shipped_stamps())


def own_models() -> dict[str, ModelCard | ModelError]:
    """The models that the user added, by id; an error where one cannot be used."""
    try:
        files = _stamps(_card_files(models_folder()))
    except OSError:  # removed by another window, or not readable
        return {}
    return {stamp[0].parent.name: _own_card(stamp, _shipped_stamps()) for stamp in files}


def classification_models() -> list[ModelCard]:
    """Those of all models that classify studies or single images."""
    return [card for card in installed_models() if isinstance(card, ModelCard)]


def segmentation_model() -> SegmentationCard | None:
    """The model that segments lesions; None if it is not installed, or damaged."""
    card = _sound(SEGMENTATION_MODEL)
    return card if isinstance(card, SegmentationCard) else None


def brain_model() -> BrainExtractionCard | None:
    """The model that cuts the brain out; None if it is not installed, or its card is damaged."""
    card = _sound(BRAIN_MODEL)
    return card if isinstance(card, BrainExtractionCard) else None


def card_of(model_id: str) -> Card:
    """The card of a model of any task; raises ModelError if it is not installed."""
    return _chosen(model_id, installed_models())


def model(model_id: str = DEFAULT_MODEL) -> ModelCard:
    """The card of a model that classifies; raises ModelError if it is not installed."""
    return _chosen(model_id, classification_models())


def _chosen(model_id: str, installed: Sequence[AnyCard]) -> AnyCard:
    cards = {card.id: card for card in installed}
    if model_id not in cards:
        if isinstance(wrong := own_models().get(model_id), ModelError):
            raise ModelError(wrong.message, wrong.advice)
        if not cards:
            raise ModelError("No model is installed.", "Install BrainViewer again.")
        known = ", ".join(cards)
        raise ModelError(
            f"There is no model called {model_id}.", f"Choose one of the installed models: {known}."
        )
    return cards[model_id]


def _shipped_stamps() -> _Stamps:
    return _stamps(_card_files(resources() / "models"))


def _card_files(folder: Path) -> list[Path]:
    found = sorted(folder.glob(f"*/{CARD_FILE}"))
    return [path for path in found if not path.parent.name.startswith(".")]  # half installed


def _stamps(files: Iterable[Path]) -> _Stamps:
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


@lru_cache(maxsize=64)
def _own_card(stamp: _Stamp, shipped: _Stamps) -> ModelCard | ModelError:
    folder = stamp[0].parent
    owners = {card.id: card for card in _cards(shipped)}
    try:
        card = parse_card(read_content(folder), folder, owners)
    except ModelError as error:
        again = f"Remove it with 'brainviewer models remove {folder.name}', and add it again."
        return ModelError(error.message, again)
    if not isinstance(card, ModelCard) or card.id != folder.name or card.id in owners:
        return ModelError(f"The model {folder.name} is none that can be added.", "Remove it.")
    return replace(card, own=True)


def _sound(model_id: str) -> Card | None:
    try:
        return _sound_card(_stamps([resources() / "models" / model_id / CARD_FILE]))
    except (ModelError, OSError):
        return None


@lru_cache(maxsize=8)
def _sound_card(file: _Stamps) -> Card:
    card = _cards(file)[0]
    verify(card)
    return card


def study_model(model_id: str | None = None) -> ModelCard:
    """A model that answers for studies, the default for None; raises ModelError if it does not."""
    return _answering_for("studies", "single images", model(model_id or DEFAULT_MODEL))


def image_model(model_id: str | None = None) -> ModelCard:
    """The same for single images."""
    return _answering_for("single images", "studies", model(model_id or DEFAULT_IMAGE_MODEL))


def chosen_model(model_id: str, of_images: bool) -> ModelCard:
    """The model that was chosen, or the default where it is gone or answers for something else.

    model_id : empty for the default.
    """
    for card in classification_models():
        if card.id == model_id and card.of_images is of_images:
            return card
    return image_model() if of_images else study_model()


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
