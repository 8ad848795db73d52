"""The search for the tumour, its network run in this process as commands run it."""

from functools import cache
from typing import Any

from brainviewer.core.findings import TumourFinding
from brainviewer.core.study import Study
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.registry import segmentation_model
from brainviewer.models.segmentation import detection
from brainviewer.models.segmentation.network import SegmentationNetwork, segmentation_network


def find_tumour(study: Study, method: str = "lesion", **more: Any) -> TumourFinding:
    """``detection.find_tumour`` with the network that ships."""
    return detection.find_tumour(study, method, **{"network": shipped(), **more})


@cache
def shipped() -> SegmentationNetwork:
    """The network that ships, loaded once in a process."""
    card = segmentation_model()
    assert card is not None
    network = segmentation_network(InlineEngine(card.network))
    assert network is not None
    return network
