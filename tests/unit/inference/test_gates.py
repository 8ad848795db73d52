"""What is no MR of a brain with a lesion in it is not typed."""

from dataclasses import replace

import numpy as np
import pytest
import toy_runtime as toy
from numpy.typing import NDArray

from brainviewer.core.findings import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.inference.card import ModelCard
from brainviewer.inference.gates import why_not

SHAPE = (70, 90, 70)
GRID = Grid(SHAPE, np.diag([2.0, 2.0, 2.0, 1.0]))


@pytest.fixture
def known(tmp_path) -> ModelCard:
    return toy.card(tmp_path)


def brain(half: tuple[float, float, float] = (33, 42, 33)) -> NDArray[np.bool_]:
    """An ellipsoid of about 1,500 mL."""
    places = np.indices(SHAPE) - np.reshape(SHAPE, (3, 1, 1, 1)) / 2
    return np.asarray(sum((p / h) ** 2 for p, h in zip(places, half, strict=True)) <= 1)


def study(*names: Modality, seed: int = 0) -> Study:
    """Blotchy brains without a likeness to each other."""
    random = np.random.default_rng(seed)
    inside = brain()
    volumes = {}
    for name in names or (Modality.FLAIR, Modality.T1, Modality.T1CE):
        blotches = random.normal(300, 80, [n // 5 for n in SHAPE])
        data = np.kron(blotches, np.ones((5, 5, 5))) * inside
        volumes[name] = Volume(name, data.astype(np.float32), GRID)
    return Study(volumes, GRID)


def finding(inside: NDArray[np.bool_] | None = None, confidence: float = 0.9) -> TumourFinding:
    return TumourFinding(
        "lesion", True, index=30, confidence=confidence, brain=brain() if inside is None else inside
    )


def change(made: Study, modality: Modality, data: NDArray[np.float32]) -> Study:
    volume = Volume(modality, np.asarray(data, np.float32), GRID)
    return replace(made, volumes={**made.volumes, modality: volume})


def test_a_brain_passes(known: ModelCard) -> None:
    assert why_not(study(), finding(), known) == ""
    assert why_not(study(Modality.FLAIR), finding(), known) == ""


def test_flair_is_needed(known: ModelCard) -> None:
    reason = why_not(study(Modality.T1CE), finding(), known)
    assert reason == "The model needs FLAIR, which the study does not have."


@pytest.mark.parametrize("half", [(15, 15, 15), (20, 30, 12)])
def test_a_small_thing_is_no_brain(known: ModelCard, half: tuple[float, float, float]) -> None:
    assert "mL" in why_not(study(), finding(brain(half)), known)


def test_a_box_is_no_brain(known: ModelCard) -> None:
    box = np.zeros(SHAPE, bool)
    box[10:60, 10:80, 10:60] = True
    assert "shape" in why_not(study(), finding(box), known)


@pytest.mark.parametrize("offset", [0, 1024])
def test_a_ct_scan_is_no_mr(known: ModelCard, offset: float) -> None:
    made = study()
    grain = np.random.default_rng(3).normal(32, 5, SHAPE)
    scan = np.where(brain(), grain, -1000.0) + offset
    reason = why_not(change(made, Modality.FLAIR, scan), finding(), known)
    assert "FLAIR does not look like MR" in reason


def test_the_same_image_twice_is_noticed_whatever_its_unit(known: ModelCard) -> None:
    made = study()
    flair = made.volumes[Modality.FLAIR].data
    reason = why_not(change(made, Modality.T1CE, 3 * flair + 5), finding(), known)
    assert reason.startswith("FLAIR and T1ce are the same image")


def test_a_sequence_that_the_model_does_not_use_does_not_matter(known: ModelCard) -> None:
    made = study()
    flair = made.volumes[Modality.FLAIR].data
    assert why_not(change(made, Modality.T2, flair), finding(), known) == ""


def test_an_unsure_finder_is_not_believed_unless_the_user_chose_the_slice(
    known: ModelCard,
) -> None:
    unsure = finding(confidence=0.05)
    assert "too uncertain" in why_not(study(), unsure, known)
    assert why_not(study(), unsure, known, asked=True) == ""
