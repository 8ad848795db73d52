"""The network that outlines lesions, run by OpenCV: no other runtime is loaded for it.

It is a small U-Net that sees an axial FLAIR slice with its neighbours, the FLAIR mirrored at the
mid-sagittal plane, and T1 and T1ce where there are any (``brainviewer.training.segmentation.fit``).
"""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.core.findings import NetworkIdentity
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.symmetry import MidPlane
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.models.segmentation.input import CHANNELS, Canvas, network_input
from brainviewer.models.segmentation.lesions import FEATURES, Trust

FOLDER = "lesion-outline"
GRAPH_FILE = "graph.onnx"
SETTINGS_FILE = "outline.json"
_BATCH = 8

Forward = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Slices (n, CHANNELS, h, w) to probabilities (n, 1, h, w)."""


@dataclass(frozen=True)
class OutlineSettings:
    """What ships beside the graph: its checksum and version, and how far to trust what it finds."""

    sha256: str
    trust: Trust
    version: str = ""

    @property
    def identity(self) -> NetworkIdentity:
        """Which network this is, for whoever wants to repeat a result."""
        return NetworkIdentity(FOLDER, self.version, self.sha256)


class OutlineNetwork:
    """The network in memory. Threads may share it; they take turns."""

    def __init__(self, graph: bytes, settings: OutlineSettings) -> None:
        self.settings = settings
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))
        self._turn = threading.Lock()

    def __call__(self, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, CHANNELS, h, w) float32 to probabilities (n, 1, h, w); h, w multiples of 16."""
        with self._turn:
            self._net.setInput(slices)
            # The net keeps its output and writes into it again.
            return np.array(self._net.forward(), np.float32)


def lesion_probability(
    forward: Forward,
    images: Mapping[Modality, Field],
    inside: Mask,
    plane: MidPlane,
    spacing: tuple[float, float, float],
) -> Field:
    """How likely each voxel of a working array belongs to a lesion: (R, A, S) float32, 0..1.

    images : normalised sequences (R, A, S); FLAIR is one of them.
    """
    canvas = Canvas.around(inside, spacing)
    slices = network_input(images, inside, plane, spacing, canvas)
    drawn = np.zeros((len(slices), *canvas.shape), np.float32)
    filled = np.flatnonzero(inside.any(axis=(0, 1)))
    for first in range(0, len(filled), _BATCH):
        some = filled[first : first + _BATCH]
        # One shape for all, so that the network is laid out once.
        batch = np.zeros((_BATCH, CHANNELS, *canvas.shape), np.float32)
        batch[: len(some)] = slices[some]
        drawn[some] = forward(batch)[: len(some), 0]
    probability = canvas.undraw(drawn, spacing, inside.shape)
    probability[~inside] = 0
    return probability


def read_settings(folder: Path) -> OutlineSettings:
    """Read the settings beside a network; raises FileError."""
    try:
        content = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        trust = read_trust(content["trust"])
        return OutlineSettings(str(content["sha256"]), trust, str(content["version"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"{SETTINGS_FILE} cannot be used: {error}.", "Install it again.") from None


def read_trust(content: Any) -> Trust:
    """Trust from plain data; raises KeyError, TypeError or ValueError if it does not fit."""
    trust = Trust(
        tuple(float(weight) for weight in content["weights"]),
        tuple((float(low), float(high)) for low, high in content["limits"]),
    )
    if (len(trust.weights), len(trust.limits)) != (len(FEATURES) + 1, len(FEATURES)):
        raise ValueError(f"the confidence rests on other features than {', '.join(FEATURES)}")
    return trust


def read_network(folder: Path) -> OutlineNetwork:
    """Read a network; raises FileError if a file is missing or is not what the settings say."""
    settings = read_settings(folder)
    try:
        graph = (folder / GRAPH_FILE).read_bytes()
    except OSError:
        raise FileError(f"{GRAPH_FILE} is missing.", "Install BrainViewer again.") from None
    if hashlib.sha256(graph).hexdigest() != settings.sha256:
        raise FileError(f"{GRAPH_FILE} is damaged or was changed.", "Install BrainViewer again.")
    return OutlineNetwork(graph, settings)


_reading = threading.Lock()


def installed_network() -> OutlineNetwork | None:
    """The network that ships, read once; None if it is missing or damaged."""
    with _reading:
        return _installed()


@cache
def _installed() -> OutlineNetwork | None:
    try:
        return read_network(resources() / "models" / FOLDER)
    except FileError:
        return None
