"""A sequence that is mirrored against the others, or lies beside them, is told, and no other."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.findings.measurements import Side
from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality, Study, Volume
from brainviewer.imaging.preprocess.displacement import Displacement, displacement
from brainviewer.imaging.preprocess.handedness import Handedness, handedness
from brainviewer.imaging.preprocess.midsagittal import find_midplane
from brainviewer.imaging.preprocess.sequence_fit import fits
from brainviewer.models.segmentation.detection import find_tumour

FLAIR, T1, T1CE, T2 = SEQUENCES
SHAPE, SPACING = (84, 100, 66), (2.0, 2.0, 2.0)
CONTRAST = {FLAIR: (1.0, 0.3), T1: (-1.0, 0.2), T1CE: (-0.8, -0.4), T2: (1.5, 0.5)}
"""How bright fluid is in each, and the other tissue."""
X, Y, Z = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
INSIDE = ((X - 43) / 34) ** 2 + ((Y - 50) / 42) ** 2 + ((Z - 33) / 28) ** 2 < 1
LESION = ((X - 58) / 7) ** 2 + ((Y - 60) / 7) ** 2 + ((Z - 38) / 7) ** 2 < 1


def tissue(seed: int, blur: float) -> NDArray[np.float32]:
    random = np.random.default_rng(seed).standard_normal(SHAPE, np.float32)
    smooth = ndimage.gaussian_filter(random, blur)
    return np.asarray(smooth / smooth.std(), np.float32)


FOLDS, OTHER = tissue(1, 1.5), tissue(2, 3.0)


def images(*mirrored: Modality) -> dict[Modality, NDArray[np.float32]]:
    """Four contrasts of one head with an even outline, some of them mirrored in their grid."""
    made = {}
    for n, (modality, (fluid, rest)) in enumerate(CONTRAST.items()):
        noise = np.random.default_rng(10 + n).standard_normal(SHAPE, np.float32)
        image = fluid * (FOLDS > 1) + rest * OTHER + 0.2 * noise
        image = np.where(INSIDE, image, np.float32(-4)).astype(np.float32)
        made[modality] = image[::-1].copy() if modality in mirrored else image
    return made


def told(*mirrored: Modality, among: tuple[Modality, ...] = SEQUENCES) -> Handedness:
    made = {m: image for m, image in images(*mirrored).items() if m in among}
    inside = INSIDE[::-1] if among[0] in mirrored else INSIDE
    plane = find_midplane(made[among[0]], inside, SPACING)
    return handedness(fits(made, inside, plane, SPACING), made, among[0])


def test_sequences_that_fit_are_not_doubted():
    assert told() == Handedness(SEQUENCES)
    assert not told().notice


def test_that_all_are_mirrored_cannot_be_known():
    assert told(*SEQUENCES) == Handedness(SEQUENCES)


@pytest.mark.parametrize("odd", [T1, T1CE, T2])
def test_a_mirrored_sequence_is_told(odd):
    found = told(odd)
    assert found.mirrored == (odd,)
    assert found.known
    assert found.notice == (
        f"{odd} seems to be mirrored left to right against the other sequences: which side is "
        f"right is not known; {odd} was not used for the lesion."
    )


def test_a_mirrored_one_that_is_looked_at_has_no_side():
    found = told(FLAIR)
    assert found == Handedness((FLAIR,), (T1, T1CE, T2))
    assert not found.known
    assert found.notice.startswith("FLAIR seems to be mirrored")
    assert "FLAIR alone, and its side is left out" in found.notice


def test_two_against_two_have_no_side():
    found = told(T1, T1CE)
    assert found == Handedness((FLAIR, T2), (T1, T1CE))
    assert not found.known
    assert found.notice.startswith("T1 and T1ce seem to be mirrored left to right")
    pair = told(T2, among=(FLAIR, T2))
    assert pair == Handedness((FLAIR,), (T2,))
    assert "T2 seems to be mirrored left to right against FLAIR" in pair.notice


def test_a_sequence_that_lies_elsewhere_is_not_mirrored():
    made = images()
    made[T1CE] = np.roll(made[T1CE], (3, -2), (0, 1))
    plane = find_midplane(made[FLAIR], INSIDE, SPACING)
    assert not handedness(fits(made, INSIDE, plane, SPACING), made, FLAIR).mirrored


def test_what_shows_nothing_is_not_doubted():
    made = images()
    made[T1CE] = np.random.default_rng(5).standard_normal(SHAPE, np.float32)
    plane = find_midplane(made[FLAIR], INSIDE, SPACING)
    assert not handedness(fits(made, INSIDE, plane, SPACING), made, FLAIR).mirrored
    few = {m: image[:, :, 30:33] for m, image in images(T1CE).items()}
    assert not handedness(fits(few, INSIDE[:, :, 30:33], plane, SPACING), few, FLAIR).mirrored


def beside(made: dict[Modality, NDArray[np.float32]], *names: Modality) -> Displacement:
    """Four contrasts of one head, some of them 8 mm beside the others."""
    made = {m: np.roll(i, (3, -2, 2), (0, 1, 2)) if m in names else i for m, i in made.items()}
    inside = np.roll(INSIDE, (3, -2, 2), (0, 1, 2)) if FLAIR in names else INSIDE
    plane = find_midplane(made[FLAIR], inside, SPACING)
    return displacement(fits(made, inside, plane, SPACING), tuple(made), FLAIR)


def test_sequences_that_lie_over_each_other_are_not_doubted():
    assert beside(images()) == Displacement(SEQUENCES)
    noise = np.random.default_rng(5).standard_normal(SHAPE, np.float32)
    assert not beside({**images(), T1CE: noise}).apart


@pytest.mark.parametrize("odd", [T1, T1CE, T2])
def test_a_sequence_beside_the_others_is_told(odd):
    found = beside(images(), odd)
    assert found.apart == (odd,)
    assert found.farthest_mm == pytest.approx(8.2, abs=1)
    assert found.notice == (
        f"{odd} seems to lie 8 mm beside the other sequences, whatever the headers say: {odd} was "
        "not used for the lesion. Register the files to each other and open them again."
    )


def test_others_beside_the_one_that_is_looked_at():
    found = beside(images(), FLAIR)
    assert found.apart == (T1, T1CE, T2)
    assert "FLAIR seems to lie 8 mm beside the other sequences" in found.notice
    assert "the lesion was looked for in FLAIR alone" in found.notice
    two = beside(images(), T1, T1CE)
    assert two.apart == (T1, T1CE)
    assert two.notice.startswith("T1 and T1ce seem to lie 8 mm beside the other sequences")


def test_what_lies_beside_takes_no_part_in_the_search():
    whole = study()
    t1ce = whole.volumes[T1CE]
    moved = replace(t1ce, data=np.roll(t1ce.data, (4, -3), (0, 1)))
    found = find_tumour(
        replace(whole, volumes={**whole.volumes, T1CE: moved}), "model-free", network=None
    )
    assert found.left_out == (T1CE,)
    assert found.measurements.enhancing_ml is None
    assert found.measurements.side is Side.RIGHT
    assert found.notices[0].startswith("T1ce seems to lie 10 mm beside the other sequences")


def study(*mirrored: Modality) -> Study:
    """The same head, stripped, with a lesion in its right half that takes up contrast agent."""
    grid = Grid(SHAPE, np.diag([2.0, 2.0, 2.0, 1.0]))
    bright = {FLAIR: 5.0, T1: -1.0, T1CE: 6.0, T2: 5.0}
    volumes = {}
    for modality, image in images().items():
        values = 100 + 12 * np.where(LESION, bright[modality], image)
        values = np.where(INSIDE, values, 0).astype(np.float32)
        data = values[::-1].copy() if modality in mirrored else values
        volumes[modality] = Volume(modality, data, grid)
    return Study(volumes, grid)


def test_a_mirrored_t1ce_takes_no_part_in_the_search():
    right = find_tumour(study(), "model-free", network=None)
    assert right.left_out == ()
    assert right.measurements.side is Side.RIGHT
    assert right.measurements.enhancing_ml > 5
    found = find_tumour(study(T1CE), "model-free", network=None)
    assert found.left_out == (T1CE,)
    assert found.measurements.side is Side.RIGHT
    assert found.measurements.enhancing_ml is None
    assert found.notices[0].startswith("T1ce seems to be mirrored left to right")


def test_no_side_is_told_from_a_mirrored_flair():
    found = find_tumour(study(FLAIR), "model-free", network=None)
    assert found.found
    assert found.left_out == (T1, T1CE, T2)
    assert found.measurements.side is None
    assert found.measurements.midline_mm is None
    assert found.told(found.position_mm) is None
    assert found.notices[0].startswith("FLAIR seems to be mirrored left to right")
