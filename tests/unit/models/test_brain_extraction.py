"""The brain is cut out of a head with skull by networks, or by other means where they cannot."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from brainviewer.app.facts import Fact, facts_of_finding
from brainviewer.core.errors import ModelError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.models.brain_extraction.card import BrainExtractionCard
from brainviewer.models.brain_extraction.extraction import SIDES, extract_brain
from brainviewer.models.card import Task
from brainviewer.models.card_file import parse_card, read_content
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.registry import brain_model, card_of
from brainviewer.models.segmentation.detection import find_tumour

GRID = Grid((90, 110, 40), np.array([[-2.0, 0, 0, 90], [0, 0, 5.0, -100], [0, -2.0, 0, 110],
                                     [0, 0, 0, 1]]))  # fmt: skip
CENTRE = np.array([0.0, 0.0, 10.0])
BRAIN_MM = np.array([62.0, 75.0, 58.0])


def ellipsoid(larger_mm: float = 0.0) -> np.ndarray:
    """Voxels of ``GRID`` inside an ellipsoid of a brain's size."""
    points = GRID.to_world(np.indices(GRID.shape).reshape(3, -1).T) - CENTRE
    inside = ((points / (BRAIN_MM + larger_mm)) ** 2).sum(axis=1) < 1
    return inside.reshape(GRID.shape)


@pytest.fixture
def study() -> Study:
    """Brain, a dark ring of bone and bright scalp, in coronal slices."""
    noise = np.random.default_rng(1).normal(0, 15, GRID.shape)
    scalp = np.where(ellipsoid(14), 900, 20)
    values = np.where(ellipsoid(), 500, np.where(ellipsoid(8), 60, scalp)) + noise
    data = np.clip(values, 0, None).astype(np.int16)
    volumes = {m: Volume(m, data, GRID) for m in (Modality.FLAIR, Modality.T1)}
    return Study(volumes, GRID)


class Seeing:
    """A runner that takes for brain what lies between two intensities; says what it was shown."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high, self.shown = low, high, list[tuple[int, ...]]()

    def segment(self, network, slices, report=lambda *_: None):
        self.shown.append(slices.shape)
        assert slices.dtype == np.float32
        report(0.5, "")
        return ((slices > self.low) & (slices < self.high)).astype(np.float32)

    def predict(self, *_):
        raise AssertionError


@pytest.fixture
def card() -> BrainExtractionCard:
    card = brain_model()
    assert card is not None
    return card


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_the_brain_comes_back_in_the_axes_of_the_study(study, card):
    runner = Seeing(0.55, 0.95)
    brain = extract_brain(study, card, runner)
    assert brain is not None
    assert overlap(brain, ellipsoid()) > 0.97
    assert runner.shown == [(1, 1, *(side,) * 3) for side in SIDES]


def test_what_a_network_sees_is_made_without_copies(study, card):
    class Measured(Seeing):
        most = 0

        def segment(self, network, slices, report=lambda *_: None):
            self.most = tracemalloc.get_traced_memory()[1] / slices.nbytes
            answer = super().segment(network, slices, report)
            tracemalloc.reset_peak()
            return answer

    runner = Measured(0.55, 0.95)
    tracemalloc.start()
    try:
        assert extract_brain(study, card, runner) is not None
    finally:
        tracemalloc.stop()
    # The voxels as they are stored, what is shown, and a copy that NumPy makes for the deviation.
    assert runner.most < 3.25


@pytest.mark.parametrize("stripped", [False, True])
def test_a_search_says_whether_the_brain_was_cut_out(study, stripped):
    """Also where it finds no lesion, as in this even head."""
    if stripped:
        bare = {
            m: replace(v, data=np.where(ellipsoid(), v.data, 0)) for m, v in study.volumes.items()
        }
        study = replace(study, volumes=bare)
    found = find_tumour(study, "model-free", network=None)
    assert found.brain is not None
    assert overlap(found.brain, ellipsoid()) > 0.9
    assert found.with_skull is not stripped
    assert (Fact.SKULL in [f for f, holds in facts_of_finding(found).items() if holds]) == (
        not stripped
    )


@pytest.mark.parametrize("seeing", [(9.0, 10.0), (-1.0, 10.0)])
def test_what_cannot_be_a_brain_is_none(study, card, seeing):
    assert extract_brain(study, card, Seeing(*seeing)) is None


def test_without_orientation_no_network_is_asked(study, card):
    grid = Grid(GRID.shape, GRID.affine, oriented=False)
    unknown = replace(study, grid=grid)
    assert extract_brain(unknown, card, Seeing(0, 1)) is None


def test_the_head_takes_the_brain_that_was_cut_out(study):
    head = prepare(study, Modality.FLAIR, extract=lambda *_: ellipsoid(-5))
    assert head is not None
    assert head.extracted
    assert overlap(head.working.refine(head.inside), ellipsoid(-5)) > 0.97
    alone = prepare(study, Modality.FLAIR, extract=lambda *_: None)
    assert alone is not None
    assert not alone.extracted


def test_a_stripped_head_is_left_as_it_is(study):
    data = np.where(ellipsoid(), study.volumes[Modality.FLAIR].data, 0).astype(np.int16)
    bare = replace(study, volumes={Modality.FLAIR: Volume(Modality.FLAIR, data, GRID)})
    head = prepare(bare, Modality.FLAIR, extract=lambda *_: pytest.fail("there is no skull"))
    assert head is not None
    assert head.stripped


# -- card and networks ------------------------------------------------------------------------


def test_the_card_names_two_networks(card):
    assert card.task is Task.BRAIN_EXTRACTION
    assert card.locator.path("graph") != card.network.path("graph")
    assert card.network.outputs == ("brain",)
    assert card.network.of_onnx_only
    assert (card.folder / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize("changes", [{"network": None}, {"roles": {"graph": "graph.onnx"}}])
def test_a_card_without_both_is_refused(changes):
    folder = card_of("deepbet").folder
    with pytest.raises(ModelError, match="graph and a locator"):
        parse_card(read_content(folder) | changes, folder)


def test_the_shipped_networks_run(card):
    image = np.random.default_rng(0).random((1, 1, 32, 64, 32), np.float32)
    with InlineEngine() as engine:
        for network in (card.locator, card.network):
            brain = engine.segment(network, image)
            assert brain.shape == image.shape
            assert 0 <= brain.min() <= brain.max() <= 1
