"""Descriptors of made-up lesions against what they were made to be."""

import math
from dataclasses import replace

import numpy as np
import pytest
from lesion_phantoms import BRAIN, GRID, LESION, SHAPE, USUAL, ball, finding, painted, turned
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.measure.descriptors import NAMES, OF_A_PART, describe, unmeasured

CORE = ball((32, 80, 48), 6)


def made_up(
    lesion: NDArray = LESION,
    values: dict[Modality, float] | None = None,
    core: dict[Modality, float] | None = None,
    left_out: tuple[Modality, ...] = (),
) -> Study:
    """The lesion's values, and what its core has more, in spreads."""
    return painted([(lesion, values or {}), (lesion & CORE, core or {})], left_out)


def test_size_and_place_are_relative_to_the_brain() -> None:
    found = describe(made_up(), finding())
    assert_allclose(found["size"], (LESION.sum() / BRAIN.sum()) ** (1 / 3), rtol=0.05)
    assert_allclose(found["width"], 24 / 84, rtol=0.12)
    assert_allclose(found["anterior"], (80.5 - 8) / 104, atol=0.02)
    assert_allclose(found["superior"], (48.5 - 6) / 68, atol=0.02)
    assert_allclose(found["lateral"], (49.5 - 32) / 42, atol=0.03)
    assert found["across_midline"] == 0
    assert found["roundness"] > 0.75
    assert found["solidity"] > 0.9
    assert found["parts"] == 1


def test_a_lesion_across_the_midline_says_so() -> None:
    mask = ball((49.5, 80, 48), 12)
    found = describe(made_up(mask), finding(mask))
    assert found["across_midline"] > 0.35
    assert found["lateral"] < 0.05


def test_a_dented_lesion_in_two_parts_is_less_round_and_solid() -> None:
    dented = LESION & ~ball((44, 80, 48), (14, 5, 20)) | ball((70, 40, 30), 8)
    found = describe(made_up(dented), finding(dented))
    whole = describe(made_up(), finding())
    assert found["parts"] > 1
    assert found["roundness"] < whole["roundness"]
    assert found["solidity"] < whole["solidity"]


def test_brightness_is_counted_in_spreads_of_ordinary_brain() -> None:
    found = describe(made_up(values=USUAL), finding())
    # Averaging of voxels shrinks the noise of the image but not of the reference.
    assert_allclose(found["flair_median"], 4, atol=0.3)
    assert_allclose(found["t1_median"], -1.5, atol=0.2)
    assert_allclose(found["t1_flair_ratio"], -5.5, atol=0.4)
    assert_allclose(found["t2_flair_mismatch"], 1, atol=0.3)
    assert_allclose(found["flair_border"], 4, atol=1)
    assert found["enhancing_extent"] < 0.05


def test_an_enhancing_ring_with_a_dark_middle_is_a_ring_with_necrosis() -> None:
    values = USUAL | {Modality.T1CE: 6.0}
    found = describe(made_up(values=values, core={Modality.T1CE: -8.0}), finding())
    solid = describe(made_up(values=values), finding())
    plain = describe(made_up(values=USUAL), finding())
    assert found["enhancing_extent"] > 0.8
    assert found["enhancement_high"] > plain["enhancement_high"] + 1
    assert found["ring"] > 0.05 > solid["ring"] >= plain["ring"]
    assert found["necrosis"] > 0.05 > solid["necrosis"]
    assert solid["enhancement_median"] > 4


@pytest.mark.parametrize(
    ("left_out", "unknown", "known"),
    [
        ((Modality.T1CE,), ("t1ce_median", "enhancing_extent", "ring"), ("t1_low", "flair_high")),
        ((Modality.T1,), ("t1_median", "enhancement_high", "t1_flair_ratio"), ("t1ce_median",)),
        ((Modality.T2,), ("t2_median", "t2_flair_mismatch"), ("enhancing_extent",)),
        ((Modality.FLAIR,), ("flair_median", "t2_flair_mismatch"), ("t2_median", "size")),
    ],
)
def test_what_needs_a_missing_sequence_is_not_a_number(
    left_out: tuple[Modality, ...], unknown: tuple[str, ...], known: tuple[str, ...]
) -> None:
    found = describe(made_up(values=USUAL, left_out=left_out), finding())
    assert tuple(found) == NAMES
    assert all(math.isnan(found[name]) for name in unknown)
    assert all(math.isfinite(found[name]) for name in known)


def test_a_constant_sequence_counts_as_missing() -> None:
    study = made_up(values=USUAL)
    flat = Volume(Modality.T1, np.full(SHAPE, 7, np.int16), GRID)
    found = describe(replace(study, volumes={**study.volumes, Modality.T1: flat}), finding())
    assert math.isnan(found["t1_median"])
    assert math.isfinite(found["flair_median"])


def test_nothing_found_has_no_descriptors() -> None:
    empty = np.zeros(SHAPE, bool)
    for nothing in (finding(empty), finding(brain=None), TumourFinding("lesion", False)):
        assert all(math.isnan(value) for value in describe(made_up(), nothing).values())


def test_units_of_brightness_and_order_of_axes_do_not_matter() -> None:
    study = made_up(values=USUAL, core={Modality.T1CE: 5.0})
    found = describe(study, finding())
    again = describe(*turned(study, finding()))
    assert_allclose(list(again.values()), list(found.values()), rtol=1e-3, atol=1e-3)


def test_what_a_part_lacks_that_is_not_there_is_not_unmeasured() -> None:
    """A lesion without an enhancing mass has no base of it; without T1ce nobody knows."""
    asked = ("size", "mass_size", "mass_base", "cyst_size", "cyst_wall", "rim_enhancement")
    seen = {"size": 0.3, "mass_size": 0.0, "cyst_size": math.nan, "core_size": 0.0}
    assert unmeasured(seen, asked) == ["cyst_size", "cyst_wall"]
    assert unmeasured({}, asked) == list(asked)
    sized = {name for size, own in OF_A_PART.items() for name in (size, *own)}
    assert sized <= {*NAMES}
