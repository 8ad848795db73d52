"""The card of a model: JSON that whoever brings a model has written."""

from collections.abc import Iterable
from pathlib import Path

from brainviewer.assets import resources
from brainviewer.models.card_file import parse_card, read_content
from brainviewer.models.registry import shipped_models
from tests.hostile.fuzz.changes import json_changed
from tests.hostile.fuzz.target import Target

_OWNERS = {card.id: card for card in shipped_models()}


def seeds() -> Iterable[bytes]:
    for file in sorted((resources() / "models").glob("*/card.json")):
        yield file.read_bytes()


def read(content: bytes, folder: Path) -> None:
    (folder / "card.json").write_bytes(content)
    card = parse_card(read_content(folder), folder, _OWNERS)
    network = card.network
    for role in network.roles:
        assert network.path(role).parent in (folder, *(one.folder for one in _OWNERS.values()))


TARGET = Target(seeds, read, json_changed, longest=65_536)
