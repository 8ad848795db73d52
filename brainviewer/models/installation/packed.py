"""Models with a whole card: their files are copied as they are, once they were looked through."""

import json
from pathlib import Path

import onnx
from onnx.external_data_helper import uses_external_data

from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.ordinary_file import is_ordinary, read_ordinary
from brainviewer.files.structured import read_json
from brainviewer.files.writing import write_whole
from brainviewer.models import registry
from brainviewer.models.card import Card, ModelCard, Network
from brainviewer.models.card_file import CARD_FILE, parse_card, read_content
from brainviewer.models.engine.onnx_runtime import read_weights
from brainviewer.models.installation.keras_file import MOST_BYTES, check_numbers, known_only
from brainviewer.models.installation.onnx_file import check_operators, tensors
from brainviewer.models.installation.source import slug

_BESIDE = ("README.md", "evaluation.json", "about.toml")
_MOST_BYTES_OF_TEXT = 50_000_000


def copy_packed(source: Path, folder: Path, name: str = "") -> ModelCard:
    """Copy a model with a whole card into ``folder``; returns its card there.

    name : another one than its own; its id follows.

    Raises FileError or ModelError if it does not classify, if a file is not what the card says, or
    if a network in it could do more than compute.
    """
    content = read_content(source)
    if name and isinstance(content, dict):
        content = {**content, "name": name, "id": slug(name)}
    owners: dict[str, Card] = {card.id: card for card in registry.shipped_models()}
    card = parse_card(content, folder, owners)
    if not isinstance(card, ModelCard) or card.network is None or slug(card.id) != card.id:
        raise ModelError(
            f"The model {card.id} cannot be added: it does not classify by a network of its own or "
            "of one that ships, or its id is not in small letters, digits and hyphens.",
            "Give it another name with --name, or another model.",
        )
    for file in card.files:
        write_whole(folder / file, read_ordinary(source / file, MOST_BYTES))
    registry.verify(card)
    if card.network.folder == folder:
        _look_through(card.network)
    for file in filter(lambda name: is_ordinary(source / name), _BESIDE):
        write_whole(folder / file, read_ordinary(source / file, _MOST_BYTES_OF_TEXT))
    write_whole(folder / CARD_FILE, (json.dumps(content, indent=1) + "\n").encode())
    return card


def _look_through(network: Network) -> None:
    """Raises FileError or ModelError if the files of a network could do more than compute."""
    held: frozenset[str] = frozenset()
    if "weights" in network.roles:
        check_numbers(network.path("weights"), network.path("weights"))
        held = frozenset(read_weights(network.path("weights")))
    graph = network.path("graph")
    try:
        model = onnx.load(graph, load_external_data=False)
    except Exception:  # protobuf raises errors of its own
        raise FileError(f"{graph.name} is damaged, or no ONNX file.", "Export it again.") from None
    check_operators(model, graph.name)
    if any(uses_external_data(tensor) and tensor.name not in held for tensor in tensors(model)):
        raise FileError(f"{graph.name} refers to other files.", "Export it as one file.")
    if "architecture" in network.roles:
        known_only(read_json(network.path("architecture")))
