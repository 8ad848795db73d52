"""Signs of tumours that are no glioma, on made-up lesions, and what is said of them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from lesion_phantoms import BRAIN, LESION, SHAPE, USUAL, ball, finding, painted, turned
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.descriptors import describe
from brainviewer.imaging.measure.lesion_signs import SIGNS
from brainviewer.models.subtype.other_tumours import why_no_glioma

BRIGHT = {Modality.T1CE: 8.0}
SPREAD_OUT = ((30, 80, 50), (70, 70, 48), (50, 40, 55), (25, 50, 45))


def enhancing_lesions(*centres: tuple[int, int, int]) -> tuple[Study, TumourFinding]:
    """Balls of 6 voxels that enhance inside of 4."""
    lesion, bright = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    for centre in centres:
        lesion |= ball(centre, 6)
        bright |= ball(centre, 4)
    return painted([(lesion, USUAL), (bright, BRIGHT)]), finding(lesion, enhancing=bright)


@pytest.mark.parametrize(("count", "word"), [(1, ""), (2, ""), (3, "Three"), (4, "Four")])
def test_several_separate_enhancing_lesions_are_metastases(count: int, word: str) -> None:
    study, found = enhancing_lesions(*SPREAD_OUT[:count])
    values = describe(study, found)
    assert values["separate_lesions"] == count
    expected = f"{word} separate enhancing lesions: metastases look so." if word else ""
    assert why_no_glioma(values) == expected
    assert why_no_glioma(describe(*turned(study, found))) == expected


def test_foci_in_one_oedema_are_one_lesion() -> None:
    study, found = enhancing_lesions((25, 80, 48), (38, 80, 48), (31, 92, 48))
    joined = ball((32, 84, 48), 20) & BRAIN
    values = describe(study, replace(found, mask=joined))
    assert (values["separate_lesions"], values["enhancing_foci"]) == (1, 3)
    assert why_no_glioma(values) == ""


def test_lesions_that_do_not_enhance_are_not_counted() -> None:
    study, found = enhancing_lesions(*SPREAD_OUT)
    one = replace(found, enhancing=found.enhancing & ball(SPREAD_OUT[0], 6))
    assert describe(study, one)["separate_lesions"] == 1


@pytest.mark.parametrize(
    ("centres", "sign"),
    [
        (((37, 38, 20), (62, 38, 20)), "Two enhancing lesions in the posterior fossa"),
        (((37, 38, 20), (62, 70, 50)), ""),
        (((37, 70, 20), (62, 70, 20)), ""),
    ],
)
def test_lesions_in_the_posterior_fossa_are_counted(
    centres: tuple[tuple[int, int, int], ...], sign: str
) -> None:
    study, found = enhancing_lesions(*centres)
    said = why_no_glioma(describe(study, found))
    assert said.startswith(sign)
    assert bool(said) is bool(sign)
    unknown = replace(study, grid=replace(study.grid, oriented=False))
    values = describe(unknown, found)
    assert math.isnan(values["infratentorial_lesions"])
    assert why_no_glioma(values) == ""


def mass(
    centre: tuple[int, int, int], hole: int = 0, uneven: float = 0.0
) -> tuple[Study, TumourFinding]:
    """A ball of 12 voxels that enhances, with a hole or with a darker half."""
    whole = ball(centre, 12) & BRAIN
    bright = whole & ~ball((centre[0] + 5, *centre[1:]), hole) if hole else whole
    half = bright & (np.arange(SHAPE[1])[:, None] > centre[1])
    study = painted([(whole, USUAL), (bright, BRIGHT), (half, {Modality.T1CE: uneven})])
    return study, finding(whole, enhancing=bright)


def test_an_even_mass_with_a_broad_base_is_a_meningioma() -> None:
    study, found = mass((8, 60, 40))
    values = describe(study, found)
    assert values["mass_base"] > 0.35
    assert values["mass_solid"] == 1
    assert "meningiomas look so." in why_no_glioma(values)


@pytest.mark.parametrize(
    "made",
    [mass((30, 60, 40)), mass((8, 60, 40), hole=5), mass((8, 60, 40), uneven=30.0)],
    ids=["deep", "hollow", "uneven"],
)
def test_other_masses_are_not(made: tuple[Study, TumourFinding]) -> None:
    assert why_no_glioma(describe(*made)) == ""


def cyst(
    wall: float, fluid: NDArray | None = None, oedema: int = 17
) -> tuple[Study, TumourFinding]:
    """A cyst with a radius of 10 voxels, whose wall enhances on one half, in oedema."""
    centre = (33, 76, 44)
    inside = ball(centre, 10) if fluid is None else fluid
    shell = ball(centre, 10 + wall) & ~ball(centre, 10) & ~inside
    shell[33:] = False
    lesion = ball(centre, oedema) & BRAIN
    water = {Modality.FLAIR: -5.0, Modality.T1: -2.0, Modality.T1CE: -3.0}
    study = painted([(lesion, USUAL), (inside, water), (shell, BRIGHT)])
    return study, finding(lesion, enhancing=shell)


def test_a_smooth_cyst_with_a_thin_wall_in_oedema_is_a_metastasis_or_an_abscess() -> None:
    study, found = cyst(1.2)
    values = describe(study, found)
    inside = ball((33, 76, 44), 10)
    assert_allclose(values["cyst_size"], (inside.sum() / BRAIN.sum()) ** (1 / 3), rtol=0.06)
    assert_allclose(values["cyst_roundness"], 1, atol=0.08)
    assert "thin wall: metastases and abscesses look so." in why_no_glioma(values)
    assert why_no_glioma(describe(*turned(study, found))) == why_no_glioma(values)


@pytest.mark.parametrize(
    "made",
    [
        cyst(5.0),
        cyst(0.0),
        cyst(1.2, oedema=11),
        cyst(1.2, fluid=ball((33, 76, 44), 10) & ~ball((40, 76, 44), 9)),
    ],
    ids=["thick wall", "no wall", "no oedema", "bent"],
)
def test_other_cysts_may_be_gliomas(made: tuple[Study, TumourFinding]) -> None:
    assert why_no_glioma(describe(*made)) == ""


def test_without_contrast_agent_there_is_no_sign() -> None:
    study, found = cyst(1.2)
    values = describe(study, replace(found, enhancing=None))
    assert all(math.isnan(values[name]) for name in SIGNS)
    assert why_no_glioma(values) == why_no_glioma({}) == ""
    empty = describe(study, finding(LESION & False))
    assert why_no_glioma(empty) == ""
