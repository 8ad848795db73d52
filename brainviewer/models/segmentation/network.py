"""The network that segments lesions, run by ONNX Runtime through whoever runs networks.

It sees an axial slice with its neighbours, see ``input.SliceInput``; it is trained by
``brainviewer.training.segmentation.fit``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.core.findings.networks import NetworkIdentity
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.head_volume import Extract, HeadVolume
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.models.brain_extraction.card import BrainExtractionCard
from brainviewer.models.brain_extraction.extraction import extract_brain
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.registry import brain_model, segmentation_model
from brainviewer.models.segmentation.calibration import Calibration
from brainviewer.models.segmentation.input import Canvas, network_input
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.models.segmentation.slice_input import SliceInput

_BATCH = 8
"""Slices at a time: between them a search can be cancelled, and they take little memory."""

Run = Callable[[NDArray[np.float32], Report], NDArray[np.float32]]
"""Slices (n, channels, h, w) to probabilities (n, regions, h, w), h and w multiples of 16, with a
report that may raise ``Cancelled``."""


@dataclass(frozen=True, eq=False)
class SegmentationNetwork:
    """A network with what runs it.

    input : what it sees and what it tells.
    calibration : how likely what it finds is right.
    enhancing : how likely a voxel enhances (see ``enhancing``); None where its own region is taken.
    needed : the sequences that it cannot do without.
    identity : None for a network that does not ship.
    extract, brain_identity : cuts out the brain of a head with skull, and which network that is;
        None where the search without a model does.
    """

    run: Run
    input: SliceInput
    calibration: Calibration
    enhancing: LogisticFunction | None = None
    needed: tuple[str, ...] = ()
    identity: NetworkIdentity | None = None
    extract: Extract | None = None
    brain_identity: NetworkIdentity | None = None

    def can_see(self, images: Collection[Modality]) -> bool:
        """Whether these sequences are enough for it."""
        return set(self.needed) <= set(images)


def region_probabilities(
    network: SegmentationNetwork, head: HeadVolume, report: Report = silent
) -> Field:
    """How likely each voxel of the working arrays belongs to each region that the network tells.

    Returns (regions, R, A, S) float32, 0..1. ``report`` may raise ``Cancelled``.
    """
    inside, spacing = head.inside, head.working.spacing
    canvas = Canvas.around(inside, spacing)
    slices = network_input(head.images, inside, head.plane, spacing, canvas, network.input)
    drawn = np.zeros((len(network.input.regions), len(slices), *canvas.shape), np.float32)
    filled = np.flatnonzero(inside.any(axis=(0, 1)))
    for first in range(0, len(filled), _BATCH):
        some = filled[first : first + _BATCH]
        drawn[:, some] = network.run(slices[some], report).swapaxes(0, 1)
    probabilities = np.stack([canvas.undraw(one, spacing, inside.shape) for one in drawn])
    probabilities[:, ~inside] = 0
    return probabilities


def segmentation_network(runner: Runner) -> SegmentationNetwork | None:
    """The network that ships, as it is run by ``runner``; None if it is missing or damaged."""
    card = segmentation_model()
    if card is None:
        return None

    def run(slices: NDArray[np.float32], report: Report) -> NDArray[np.float32]:
        return runner.segment(card.network, slices, report)

    brain, identity = brain_model(), card.network.identity
    extract = None if brain is None else partial(_extract, brain, runner)
    return SegmentationNetwork(
        run,
        card.input,
        card.calibration,
        card.enhancing,
        card.needed,
        identity,
        extract,
        None if brain is None else brain.network.identity,
    )


def _extract(
    card: BrainExtractionCard, runner: Runner, study: Study, report: Report
) -> Mask | None:
    return extract_brain(study, card, runner, report)
