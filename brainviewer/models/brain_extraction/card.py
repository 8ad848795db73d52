"""The card of a model that cuts out the brain."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.models.card import Card, Network, Task
from brainviewer.models.plain_data import require

ROLES: Mapping[str, str] = MappingProxyType({"locator": "locator.onnx", "graph": "graph.onnx"})
"""The files of such a model by what they are."""


@dataclass(frozen=True, kw_only=True)
class BrainExtractionCard(Card):
    """A model of two networks that see a whole image.

    locator : finds the box of the brain in it.
    network : finds the brain in the box.
    """

    locator: Network
    network: Network


def brain_extraction_card(
    said: Mapping[str, Any], roles: Mapping[str, str], entry: Any
) -> BrainExtractionCard:
    """said : what the cards of all tasks hold; entry : what the card says of its network.

    Raises ValueError if the card has not one file for each of the two networks.
    """
    require(roles.keys() == ROLES.keys() and entry == {}, "it needs a graph and a locator alone")

    def network(role: str) -> Network:
        name, folder = roles[role], said["folder"]
        assert isinstance(folder, Path)
        own = {name: said["files"][name]}
        task = Task.BRAIN_EXTRACTION
        return Network(said["id"], folder, None, "", own, {"graph": name}, said["version"], task)

    return BrainExtractionCard(
        **said, task=Task.BRAIN_EXTRACTION, locator=network("locator"), network=network("graph")
    )
