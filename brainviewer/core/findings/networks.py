"""Which network was run for an answer, on what, and for what."""

from collections.abc import Mapping
from dataclasses import dataclass

PREDICTION, OOD_CHECK, HEATMAP = "answer", "scope", "heatmap"
"""What a network is run for."""


@dataclass(frozen=True)
class NetworkIdentity:
    """Which network it was: id, version, and the sha256 of its file of numbers."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, eq=False)
class NetworkUse:
    """A network that was run for a classification, with part in the answer or without.

    used_for : ``answer``, ``scope`` (whether the model may answer) and ``heatmap``, each with the
        axial slice or frame that it was run on, from 0.
    """

    identity: NetworkIdentity
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    used_for: Mapping[str, int]
