"""Keep a test on other data in the card of a model that the user added."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.user_folders import models_folder
from brainviewer.files.writing import write_whole
from brainviewer.models import registry
from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import CARD_FILE, parse_card, read_content


def check_keeps_tests(model_id: str, data: Path | None) -> None:
    """Raises FileError without data, and ModelError unless the user added this model."""
    if data is None:
        raise FileError("--keep has nothing to keep.", "Give labelled cases with --data.")
    _check_own(model_id)


def _check_own(model_id: str) -> None:
    found = registry.own_models().get(model_id)
    if isinstance(found, ModelError):
        raise found
    if found is None:
        own = ", ".join(registry.own_models()) or "none"
        raise ModelError(
            f"You added no model called {model_id}, and the cards of others stay as they are.",
            f"Those you added: {own}. 'brainviewer models add' adds one.",
        )


def keep_external_test(model_id: str, entry: Mapping[str, Any]) -> ModelCard:
    """Write a test into the card of a model, in place of one on data of the same name.

    entry : as cards hold it (see ``card_metrics.parse_external``).

    Raises ModelError if there is no such model or the entry cannot be right, FileError if the card
    cannot be written; it is then as it was.
    """
    _check_own(model_id)
    folder = models_folder() / model_id
    content = read_content(folder)
    others = [one for one in content.get("external", []) if one["name"] != entry["name"]]
    content["external"] = [*others, dict(entry)]
    _check(content, folder)
    write_whole(folder / CARD_FILE, (json.dumps(content, indent=1) + "\n").encode())
    return registry.model(model_id)


def _check(content: Any, folder: Path) -> None:
    parse_card(content, folder, {card.id: card for card in registry.shipped_models()})
