"""The network that segments lesions, run by ONNX Runtime through whoever runs networks.

It is a small U-Net that sees an axial FLAIR slice with its neighbours, the FLAIR mirrored at the
mid-sagittal plane, and T1 and T1ce where there are any (``brainviewer.training.segmentation.fit``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.core.findings import NetworkIdentity
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.midsagittal import MidPlane
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.registry import segmentation_model
from brainviewer.models.segmentation.calibration import Calibration
from brainviewer.models.segmentation.input import Canvas, network_input

_BATCH = 8
"""Slices at a time: between them a search can be cancelled, and they take little memory."""

Forward = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Slices (n, CHANNELS, h, w) to probabilities (n, 1, h, w)."""
Run = Callable[[NDArray[np.float32], Report], NDArray[np.float32]]
"""The same, with a report that may raise ``Cancelled``."""


@dataclass(frozen=True, eq=False)
class SegmentationNetwork:
    """A network with what runs it.

    calibration : how likely what it finds is right.
    identity : None for a network that does not ship.
    """

    run: Run
    calibration: Calibration
    identity: NetworkIdentity | None = None

    def __call__(self, slices: NDArray[np.float32], report: Report = silent) -> NDArray[np.float32]:
        """(n, CHANNELS, h, w) float32 to probabilities (n, 1, h, w); h, w multiples of 16."""
        return self.run(slices, report)


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
        drawn[some] = forward(slices[some])[:, 0]
    probability = canvas.undraw(drawn, spacing, inside.shape)
    probability[~inside] = 0
    return probability


def segmentation_network(runner: Runner) -> SegmentationNetwork | None:
    """The network that ships, as it is run by ``runner``; None if it is missing or damaged."""
    card = segmentation_model()
    if card is None:
        return None

    def run(slices: NDArray[np.float32], report: Report) -> NDArray[np.float32]:
        return runner.segment(card.network, slices, report)

    return SegmentationNetwork(run, card.calibration, card.network.identity)
