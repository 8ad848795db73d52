"""What may be chosen where it depends on what is installed: models, and their prevalences."""

from collections.abc import Mapping
from typing import Protocol

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.view.view_choice import Layout

_USUAL = "The one that comes with BrainViewer"
_OWN_DEFAULT = "What the model was calibrated for"
_AS_LEFT = "As it was left"


class Chosen(Protocol):
    """The settings, as far as offers depend on them."""

    model: str
    image_model: str
    layouts: tuple[tuple[str, ...], ...]


def layouts(settings: Chosen) -> Mapping[str, str]:
    """The layouts that a study may open with: none of its own first, then built-in and own ones."""
    built_in = {layout.value: layout.value.capitalize() for layout in Layout}
    return {"": _AS_LEFT, **built_in, **{entry[0]: entry[0] for entry in settings.layouts}}


def models_of_studies(_settings: Chosen) -> Mapping[str, str]:
    """Name of each model for studies by its id, the usual one first, by the empty id."""
    return _models(of_images=False)


def models_of_images(_settings: Chosen) -> Mapping[str, str]:
    """Name of each model for single images by its id; see ``models_of_studies``."""
    return _models(of_images=True)


def prevalences_of_studies(settings: Chosen) -> Mapping[str, str]:
    """What the chosen model for studies may assume, its own assumption first."""
    return _prevalences(settings.model, of_images=False)


def prevalences_of_images(settings: Chosen) -> Mapping[str, str]:
    """What the chosen model for single images may assume, its own assumption first."""
    return _prevalences(settings.image_model, of_images=True)


def _models(*, of_images: bool) -> Mapping[str, str]:
    from brainviewer.models.registry import chosen_model, classification_models

    names = {"": _USUAL}
    try:
        usual = chosen_model("", of_images).id
        cards = [card for card in classification_models() if card.of_images is of_images]
    except BrainViewerError:
        return names
    for card in cards:
        if card.id != usual:
            names[card.id] = f"{card.name} (yours, not measured here)" if card.own else card.name
    return names


def _prevalences(model: str, *, of_images: bool) -> Mapping[str, str]:
    from brainviewer.models.registry import chosen_model
    from brainviewer.painting.text.predictions import prevalence_text

    texts = {"": _OWN_DEFAULT}
    try:
        card = chosen_model(model, of_images)
    except BrainViewerError:
        return texts
    for name, prevalence in card.fusion_head.prevalences.items():
        said = prevalence_text(name, dict(zip(card.codes, prevalence.shares, strict=True)))
        words = said.removeprefix("Assumes ")
        texts[name] = words[:1].upper() + words[1:]
    return texts
