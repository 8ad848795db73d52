"""What is no MR of a brain with a lesion in it is not typed."""

from dataclasses import replace

import numpy as np
import pytest
import toy_runtime as toy
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.models.card import ModelCard
from brainviewer.models.subtype.eligibility import what_is_unusual, why_not

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
    unsure = finding(confidence=0.04)
    assert "too uncertain" in why_not(study(), unsure, known)
    assert why_not(study(), unsure, known, asked=True) == ""


@pytest.mark.parametrize("leading", [Modality.T1, Modality.T1CE])
def test_flair_and_t2_swapped_are_noticed_by_their_fluid(
    known: ModelCard, leading: Modality
) -> None:
    """In any unit, and however little the fluid differs."""
    random = np.random.default_rng(8)
    fluid = np.kron(random.random([n // 5 for n in SHAPE]) > 0.9, np.ones((5, 5, 5))) > 0
    made = study(Modality.FLAIR, leading, Modality.T2)
    shades = {Modality.FLAIR: (300, 280), leading: (400, 100), Modality.T2: (200, 220)}
    for name, (tissue, wet) in shades.items():
        grain = random.normal(0, 40, SHAPE)
        made = change(made, name, (np.where(fluid, wet, tissue) + grain) * brain())
    assert why_not(made, finding(), known) == ""
    flair, t2 = made.volumes[Modality.FLAIR], made.volumes[Modality.T2]
    swapped = change(change(made, Modality.FLAIR, 0.1 * t2.data), Modality.T2, 10 * flair.data)
    assert "FLAIR and T2 seem to be swapped" in why_not(swapped, finding(), known)
    without = replace(swapped, volumes={m: v for m, v in swapped.volumes.items() if m != leading})
    assert why_not(without, finding(), known) == ""


def test_a_lesion_that_is_bright_on_t1ce_is_called_unusual() -> None:
    made = study()
    lesion = np.zeros(SHAPE, bool)
    lesion[25:35, 40:50, 30:40] = True
    found = replace(finding(), mask=lesion)
    assert what_is_unusual(made, replace(found, mask=np.zeros(SHAPE, bool))) == ""
    t1ce = made.volumes[Modality.T1CE].data
    for values, unusual in ((310.0, False), (500.0, True)):
        shown = change(made, Modality.T1CE, np.where(lesion, values, t1ce))
        assert ("swapped" in what_is_unusual(shown, found)) == unusual
    assert what_is_unusual(study(Modality.FLAIR), found) == ""
